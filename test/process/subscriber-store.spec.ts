import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import type { Statement } from '../../core/ledger/counts.ts';
import { openStore } from '../../core/store/index.ts';
import { BackendApi } from '../support/backend-api.ts';
import { Mosquitto, until } from '../support/mosquitto.ts';
import { freePorts, makeHome, startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { requireProgram } from '../support/requirements.ts';

const BACKEND = '4c0f2a91d7e31001';

describe('a whole Holdfast behind a real Mosquitto', () => {
  const home = makeHome();
  let mosquitto: Mosquitto;
  let holdfast: Holdfast | undefined;
  let client: MqttClient | undefined;

  before(async function () {
    const program = requireProgram(this, 'mosquitto', 'mosquitto');
    const [port = 0] = await freePorts(1);
    mosquitto = new Mosquitto(program, port);
    await mosquitto.start();
    writeFileSync(join(home, 'flows.json'), JSON.stringify(flow(port)));
    holdfast = await startHoldfast({ home });
  });

  after(async () => {
    await client?.endAsync(true);
    await mosquitto?.remove();
    await holdfast?.remove();
    rmSync(home, { recursive: true, force: true });
  });

  it('stores every message once, through kill -9 of Holdfast and of the broker', async function () {
    this.timeout(180_000);
    client = await connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`, { clientId: 'devices', clean: false, reconnectPeriod: 50 });
    client.on('error', () => undefined);
    await untilStored(0);
    await send(0, 500);
    await holdfast?.kill('SIGKILL');
    await send(500, 1_500);
    holdfast = await holdfast?.restart();
    const under = send(1_500, 4_000);
    await wait(100);
    await holdfast?.kill('SIGKILL');
    holdfast = await holdfast?.restart();
    await under;
    await untilStored(4_000);
    // What Mosquitto has not saved it forgets when it is killed: PUBACKs too, and sends those messages again as new ones.
    await mosquitto.save();
    await mosquitto.kill();
    await mosquitto.start();
    await send(4_000, 4_500);
    await untilStored(4_500);
    // With a time of their own such messages are recognised all the same. What Mosquitto has acknowledged and forgets is gone.
    const late = send(4_500, 6_500, Date.now() - 100_000);
    await wait(100);
    await mosquitto.kill();
    await mosquitto.start();
    await late;
    await untilStored(4_500);
    const ledger = await statement();
    await holdfast?.stop();
    const store = openStore(join(home, 'data'));
    const range = { device: 'press-7', metric: 'n', from: 0, to: Date.now() + 600_000, limit: 100_000 };
    const values = [...store.range(range), ...store.superseded(range)].map(({ value }) => Number(value));
    store.close();
    assert.deepEqual(values.filter((value) => value < 4_500).toSorted((one, other) => one - other), Array.from({ length: 4_500 }, (_, n) => n));
    assert.equal(values.length, new Set(values).size, 'a message was stored twice');
    assert.deepEqual([ledger.inFlight, ledger.quarantined, ledger.refused], [0, 0, {}]);
    assert.equal(ledger.received, ledger.stored + ledger.duplicate);
  });

  /** Without a time of their own, in milliseconds, a repetition that was not recognised would be one reading more. */
  async function send(from: number, to: number, start?: number): Promise<void> {
    const messages = Array.from({ length: to - from }, (_, n) => ({ ...(start === undefined ? {} : { ts: start + n }), values: { n: from + n } }));
    const publisher = client;
    assert.ok(publisher);
    await Promise.all(messages.map((one) => publisher.publishAsync('plant/press-7/telemetry', JSON.stringify(one), { qos: 1 })));
  }

  async function untilStored(count: number): Promise<void> {
    assert.ok(holdfast);
    const api = await BackendApi.of(holdfast, BACKEND);
    await until(async () => (await api.status()).readings >= count, `${count} readings are stored`, 90_000);
    await api.untilSettled();
  }

  async function statement(): Promise<Statement> {
    assert.ok(holdfast);
    const answer = await holdfast.request(`/holdfast-backend/${BACKEND}/ledger`, { token: await holdfast.login() });
    return ((await answer.json()) as { protocols: { subscriber: Statement } }).protocols.subscriber;
  }
});

function flow(port: number): object[] {
  const place = { z: 'aaaabbbbcccc0001', x: 200 };
  return [
    { id: 'aaaabbbbcccc0001', type: 'tab', label: 'From Mosquitto' },
    { id: BACKEND, type: 'holdfast-backend', name: '', version: 1, directory: 'data' },
    { id: 'aaaabbbbcccc0002', type: 'holdfast-subscriber', ...place, y: 80, version: 1, backend: BACKEND, url: `mqtt://127.0.0.1:${port}`, template: 'plant/{device}/telemetry', wires: [['aaaabbbbcccc0003']] },
    { id: 'aaaabbbbcccc0003', type: 'holdfast-store', ...place, y: 160, version: 1, backend: BACKEND, wires: [[]] },
  ];
}
