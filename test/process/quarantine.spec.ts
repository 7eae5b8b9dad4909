import assert from 'node:assert/strict';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connectAsync } from 'mqtt';
import type { Statement } from '../../core/ledger/counts.ts';
import type { QuarantineSummary, ReleaseProgress } from '../../core/quarantine/quarantine.ts';
import { openStore } from '../../core/store/index.ts';
import { BackendApi } from '../support/backend-api.ts';
import { startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';

/** How many samples are quarantined and driven in again; `HOLDFAST_QUARANTINED=100000` for the large run. */
const SAMPLES = Number(process.env['HOLDFAST_QUARANTINED'] ?? 5_000);
const BACKEND = '7a1c0f52d8e30001';
const DEVICE = 'press-1';
const UNACKNOWLEDGED = 500;
const LIMIT = 60_000 + SAMPLES * 5;

/** gateway → validate, which quarantines → store. */
const flowWith = (maximum: number, port: number, directory: string): object[] => [
  { id: 'f000000000000001', type: 'tab', label: 'review' },
  { id: BACKEND, type: 'holdfast-backend', directory },
  { id: 'f000000000000002', type: 'holdfast-gateway', z: 'f000000000000001', x: 100, y: 100, backend: BACKEND, port, form: 'batch', messagesPerSecond: 0, version: 2, wires: [['f000000000000003']] },
  {
    id: 'f000000000000003', type: 'holdfast-validate', z: 'f000000000000001', x: 300, y: 100, backend: BACKEND, source: 'here', contract: 'press', contractVersion: maximum === 0 ? 1 : 2, outcome: 'quarantine', version: 2,
    schema: JSON.stringify({ type: 'object', properties: { n: { type: 'number', maximum } } }), wires: [['f000000000000004'], [], []],
  },
  { id: 'f000000000000004', type: 'holdfast-store', z: 'f000000000000001', x: 500, y: 100, backend: BACKEND, wires: [] },
];

describe('a contract that was wrong', () => {
  let holdfast: Holdfast | undefined;
  let token = '';
  const running = (): Holdfast => holdfast ?? assert.fail('it is not running');
  const ask = async <Answer>(path: string, options: { method?: string; body?: unknown } = {}): Promise<Answer> => {
    const response = await running().request(`/holdfast-backend/${BACKEND}/${path}`, { token, ...options });
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  };
  const until = async (holds: () => Promise<boolean>, what: string): Promise<void> => {
    for (const end = Date.now() + LIMIT; !(await holds()); await wait(20)) assert.ok(Date.now() < end, `waited in vain until ${what}`);
  };
  const deploy = async (flows: object[]): Promise<void> => {
    const response = await running().request('/flows', { token, method: 'POST', body: flows, headers: { 'Node-RED-Deployment-Type': 'full' } });
    assert.equal(response.status, 204, await response.text());
  };
  after(() => holdfast?.remove());

  it('costs no sample: what it put into quarantine is driven in through the mended one, through a kill in the middle, and stored once', async () => {
    holdfast = await startHoldfast();
    token = await holdfast.login();
    const directory = join(holdfast.home, 'review');
    await deploy(flowWith(0, holdfast.mqttPort, directory));
    const api = await BackendApi.of(holdfast, BACKEND);
    const { secret } = await api.letIn({ id: DEVICE, kind: 'device' });
    const client = await connectAsync(`mqtt://127.0.0.1:${holdfast.mqttPort}`, { clientId: DEVICE, username: DEVICE, password: secret, clean: false });
    for (let sent = 0; sent < SAMPLES; sent += UNACKNOWLEDGED) {
      const numbers = Array.from({ length: Math.min(UNACKNOWLEDGED, SAMPLES - sent) }, (_, index) => sent + index + 1);
      await Promise.all(numbers.map((n) => client.publishAsync(`devices/${DEVICE}/telemetry`, JSON.stringify({ ts: Date.UTC(2026, 0, 1) + n * 1_000, values: { n } }), { qos: 1 })));
    }
    await client.endAsync(true);
    await until(async () => (await ask<QuarantineSummary>('quarantine/summary')).waiting === SAMPLES, 'all are in quarantine');

    await deploy(flowWith(1e9, holdfast.mqttPort, directory));
    await BackendApi.of(holdfast, BACKEND);
    const began = performance.now();
    await ask('quarantine/release', { method: 'POST', body: { filter: {} } });
    const progress = (): Promise<ReleaseProgress> => ask('quarantine/release');
    await until(async () => (await progress()).released >= SAMPLES / 4, 'a part of them has moved');
    const before = await progress();
    await holdfast.kill('SIGKILL');
    assert.equal(before.state, 'running', 'it was killed in the middle');
    holdfast = await holdfast.restart();
    token = await holdfast.login();
    await (await BackendApi.of(holdfast, BACKEND)).untilSettled();
    const resumed = await progress();
    assert.ok(resumed.released >= before.released, 'progress that was told is kept');
    await until(async () => (await progress()).state === 'done', 'the release is over');
    await (await BackendApi.of(holdfast, BACKEND)).untilSettled();
    const seconds = (performance.now() - began) / 1_000;
    const { total } = await ask<{ total: Statement }>('ledger?limit=0');
    const { put, waiting, released, dropped, lost } = await ask<QuarantineSummary>('quarantine/summary');
    await holdfast.stop();

    const store = openStore(directory);
    const range = { device: DEVICE, metric: 'n', from: 0, to: Date.now(), limit: 10 * SAMPLES };
    const numbers = store.range(range).map(({ value }) => Number(value));
    const superseded = store.superseded(range);
    store.close();
    assert.deepEqual([numbers.length, new Set(numbers).size, Math.max(...numbers), superseded.length], [SAMPLES, SAMPLES, SAMPLES, 0]);
    assert.deepEqual({ put, waiting, released, dropped, lost }, { put: SAMPLES, waiting: 0, released: SAMPLES, dropped: 0, lost: 0 });
    const { received, stored, quarantined, inFlight, difference } = total;
    assert.deepEqual({ received, released: total.released, stored, quarantined, inFlight, difference }, { received: SAMPLES, released: SAMPLES, stored: SAMPLES, quarantined: SAMPLES, inFlight: 0, difference: 0 });
    if (SAMPLES > 5_000) process.stdout.write(`${SAMPLES} samples were driven in and stored in ${seconds.toFixed(1)} s, a kill and a restart among them\n`);
  }).timeout(4 * LIMIT);
});
