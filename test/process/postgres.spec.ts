import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import type { StoreHealth } from '../../core/store/index.ts';
import { BackendApi } from '../support/backend-api.ts';
import { until } from '../support/mosquitto.ts';
import { makeHome, startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { Postgres, requirePostgres } from '../support/postgres.ts';

const BACKEND = '4c0f2a91d7e31001';
const IN_FLIGHT = 50;

describe('a whole Holdfast that keeps its readings in PostgreSQL', () => {
  const home = makeHome();
  let server: Postgres | undefined;
  let holdfast: Holdfast | undefined;
  let client: MqttClient | undefined;
  let next = 0;

  before(async function () {
    this.timeout(180_000);
    server = await Postgres.start(requirePostgres(this));
    writeFileSync(join(home, 'flows.json'), '[]');
    holdfast = await startHoldfast({ home });
    const deployed = await holdfast.request('/flows', { method: 'POST', token: await holdfast.login(), body: { flows: flow(server, holdfast.mqttPort) }, headers: { 'Node-RED-API-Version': 'v2' } });
    assert.equal(deployed.status, 200, await deployed.text());
    const { secret } = await (await BackendApi.of(holdfast, BACKEND)).letIn({ id: 'meter-1', kind: 'device' });
    client = await connectAsync(`mqtt://127.0.0.1:${holdfast.mqttPort}`, { username: 'meter-1', password: secret, clientId: 'meter-1', clean: false, reconnectPeriod: 50 });
    client.on('error', () => undefined);
  });

  after(async () => {
    await client?.endAsync(true);
    await holdfast?.remove();
    await server?.remove();
    rmSync(home, { recursive: true, force: true });
  });

  it('stores each sample once that was acknowledged, through kill -9 of the database and of Holdfast', async function () {
    this.timeout(180_000);
    await publish(500);
    await untilStored(500);
    await server?.stop('SIGKILL');
    // Nothing of it keeps a device from its acknowledgement.
    await publish(2_000);
    await until(async () => !(await health()).available, 'the backend says that the database is away');
    assert.match((await health()).problem ?? '', /cannot be reached.*Samples wait in the inbox until it is back/);
    await server?.start();
    const under = publish(3_000);
    await wait(150);
    await server?.stop('SIGKILL');
    await under;
    await holdfast?.kill('SIGKILL');
    holdfast = await holdfast?.restart();
    await publish(500);
    await server?.start();
    await untilStored(6_000);
    const rows = await server?.query('SELECT number::int AS n, count(*)::int AS times FROM holdfast.reading GROUP BY number ORDER BY number');
    assert.deepEqual(rows, Array.from({ length: 6_000 }, (_, n) => ({ n, times: 1 })));
    assert.equal((await status()).quarantined, 0);
  });

  /** Publishes so many samples more, a few at a time; resolves when all of them are acknowledged. */
  async function publish(count: number): Promise<void> {
    const end = next + count;
    const publisher = client;
    assert.ok(publisher);
    const work = async (): Promise<void> => {
      while (next < end) {
        const n = next++;
        await publisher.publishAsync('devices/meter-1/telemetry', JSON.stringify({ ts: Date.UTC(2026, 0, 1) + n * 1_000, values: { n } }), { qos: 1 });
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  }

  async function untilStored(count: number): Promise<void> {
    await until(async () => (await status()).readings === count, `${count} readings are stored`, 120_000);
  }

  async function health(): Promise<StoreHealth> {
    return (await status()).health;
  }

  async function status(): ReturnType<BackendApi['status']> {
    assert.ok(holdfast);
    return (await BackendApi.of(holdfast, BACKEND)).status();
  }
});

function flow({ port, login, database }: Postgres, mqttPort: number): object[] {
  const place = { z: 'aaaabbbbcccc0001', x: 200 };
  return [
    { id: 'aaaabbbbcccc0001', type: 'tab', label: 'Into PostgreSQL' },
    { id: BACKEND, type: 'holdfast-backend', name: '', version: 1, directory: 'data', storage: 'postgresql', postgresHost: '127.0.0.1', postgresPort: port, postgresDatabase: database, credentials: { postgresUser: login.user, postgresPassword: login.password } },
    { id: 'aaaabbbbcccc0002', type: 'holdfast-gateway', ...place, y: 80, version: 1, backend: BACKEND, port: mqttPort, wires: [['aaaabbbbcccc0003']] },
    { id: 'aaaabbbbcccc0003', type: 'holdfast-store', ...place, y: 160, version: 1, backend: BACKEND, wires: [[]] },
  ];
}
