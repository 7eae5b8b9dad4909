import assert from 'node:assert/strict';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import mqtt from 'mqtt';
import type { MqttClient } from 'mqtt';
import { openStore } from '../../core/store/index.ts';
import { BackendApi } from '../support/backend-api.ts';
import { makeHome, startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { requireSmallDisk } from '../support/requirements.ts';

const KILOBYTES = 40_000;
const READINGS = 40;
const LIMIT = 30_000;

describe('a disk that runs full under a running Holdfast', () => {
  const home = makeHome();
  const filler = join(home, 'filler');
  let takeAway: (() => void) | undefined;
  let holdfast: Holdfast | undefined;
  let client: MqttClient | undefined;
  const acknowledged = new Set<number>();

  before(async function () {
    takeAway = requireSmallDisk(this, home, KILOBYTES);
    holdfast = await startHoldfast({ home });
    const api = await BackendApi.of(holdfast);
    const { secret } = await api.letIn({ id: 'meter-1', kind: 'device' });
    client = mqtt.connect(`mqtt://127.0.0.1:${holdfast.mqttPort}`, { username: 'meter-1', password: secret, clientId: 'meter-1', clean: false, reconnectPeriod: 100 });
    client.on('error', () => undefined);
  });

  after(async () => {
    await client?.endAsync(true);
    await holdfast?.stop();
    takeAway?.();
    rmSync(home, { recursive: true, force: true });
  });

  const publish = (from: number): void => {
    for (let index = from; index < from + READINGS; index += 1) {
      client?.publish('devices/meter-1/telemetry', JSON.stringify({ ts: Date.UTC(2026, 0, 1) + index * 1000, energy: index }), { qos: 1 }, (error) => {
        if (!error) acknowledged.add(index);
      });
    }
  };

  it('acknowledges while there is room', async () => {
    publish(0);
    await until(() => acknowledged.size === READINGS, 'all are acknowledged');
  });

  it('acknowledges nothing while the disk is full, says so, and goes on running', async () => {
    fill(filler);
    publish(READINGS);
    await until(() => /disk that holds .* is full/.test(`${holdfast?.stdout()}${holdfast?.stderr()}`), 'it says that the disk is full');
    await wait(1_000);
    assert.equal(acknowledged.size, READINGS);
    assert.equal((await holdfast?.request('/'))?.status, 200);
  });

  it('goes on by itself when there is room again, and has stored all that was acknowledged', async () => {
    rmSync(filler);
    await until(() => acknowledged.size === 2 * READINGS, 'all are acknowledged');
    assert.ok(holdfast);
    await (await BackendApi.of(holdfast)).untilSettled();
    await holdfast.stop();
    const store = openStore(join(home, 'data'));
    const stored = store.range({ device: 'meter-1', metric: 'energy', from: 0, to: Date.now() }).map(({ value }) => value);
    store.close();
    assert.deepEqual(stored, Array.from({ length: 2 * READINGS }, (_, index) => index));
  });
});

/** Takes what room there is, down to the last block. */
function fill(file: string): void {
  for (const size of [1024 * 1024, 64 * 1024, 4096, 512]) {
    const chunk = Buffer.alloc(size, 1);
    try {
      for (;;) appendFileSync(file, chunk);
    } catch {
      // The disk is full for pieces of this size.
    }
  }
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + LIMIT;
  while (!condition()) {
    assert.ok(Date.now() < deadline, `it did not happen in time: ${what}`);
    await wait(50);
  }
}
