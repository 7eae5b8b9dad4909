import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { COUNT_READINGS } from '../../core/store/embedded/layout.ts';
import { flowOf, ingest, minute, onTab } from '../support/ingest-flow.ts';
import { aMoment, backend, collect, helper, load, node, statusOf, temporaryDirectory, unload, unsettled, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sampleOf, sendBatch, sendSingly, temperatures } from '../support/sample-messages.ts';

describe('holdfast-store', () => {
  useRuntime();

  it('passes a sample on, and says done, when it is on disk', async () => {
    const directory = temporaryDirectory();
    await load(flowOfOne({ type: 'holdfast-store' }, 1, directory));
    // Another connection sees only what has been committed.
    const reader = new DatabaseSync(join(directory, 'store.sqlite'), { readOnly: true });
    const rows = (): unknown => reader.prepare(COUNT_READINGS).get()?.['readings'];
    const before = rows();
    const seen: unknown[] = [];
    for (const id of ['out0', 'completed']) node(id).on('input', () => void seen.push([id, rows()]));
    sendSingly('n', [sampleOf('press-1', 1, { temperature: 60, pressure: 4 })]);
    await until(() => seen.length === 2, 'it is done');
    reader.close();
    assert.deepEqual([before, new Map(seen as Array<[string, number]>)], [0, new Map([['out0', 2], ['completed', 2]])]);
  });

  it('keeps numbers, texts, truth values and gaps as they are, once per device, metric and time', async () => {
    await load(flowOfOne({ type: 'holdfast-store' }, 1, temporaryDirectory()));
    const completed = collect('completed');
    const sample = sampleOf('press-1', 1, { temperature: 60.5, mode: 'auto', running: true, gap: null });
    sendSingly('n', [sample, sample]);
    sendBatch('n', [sample, sample]);
    await until(() => completed.length === 3, 'all are done');
    const latest = backend().store.latest('press-1');
    assert.deepEqual(Object.fromEntries(Object.entries(latest).map(([metric, { value }]) => [metric, value])), sample.values);
    assert.equal(backend().store.count(), 4);
  });

  it('keeps samples unsettled while the disk refuses, says so, and stores them when it takes them again', async () => {
    const directory = temporaryDirectory();
    await load(flowOf(onTab({ id: 'a', type: 'holdfast-store', backend: 'data', wires: [['out']] }), ['a'], {}, directory));
    const out = collect('out');
    const blocker = new DatabaseSync(join(directory, 'store.sqlite'));
    blocker.exec('BEGIN EXCLUSIVE');
    ingest(3);
    await until(() => statusOf('a').fill === 'red', 'the store shows an error');
    assert.match(statusOf('a').text ?? '', /store\.sqlite/);
    assert.equal(unsettled('in'), 3);
    blocker.exec('ROLLBACK');
    blocker.close();
    await until(() => out.length === 3 && unsettled('in') === 0, 'all are stored and settled');
    assert.deepEqual((await backend().store.range({ device: 'press-1', metric: 'temperature', from: 0, to: minute(9) })).map(({ value }) => value), [1, 2, 3]);
    assert.equal(backend().inbox.quarantine.summary().waiting, 0);
    await until(() => statusOf('a').fill === 'green', 'the error is gone');
  });

  it('writes messages that come one by one in commits that they share', async () => {
    const directory = temporaryDirectory();
    await load(flowOfOne({ type: 'holdfast-store' }, 1, directory));
    const completed = collect('completed');
    sendSingly('n', temperatures('press-1', ...Array.from({ length: 1_000 }, (_, index) => index)));
    await until(() => completed.length === 1_000, 'they are done');
    const reader = new DatabaseSync(join(directory, 'store.sqlite'), { readOnly: true });
    const commits = Number(reader.prepare('SELECT count(*) AS n FROM log').get()?.['n']);
    reader.close();
    assert.equal(backend().store.count(), 1_000);
    assert.ok(commits <= 100, `${commits} commits for 1,000 messages`);
  });

  it('has everything again after a restart', async () => {
    const flow = flowOfOne({ type: 'holdfast-store' }, 1, temporaryDirectory());
    await load(flow);
    const completed = collect('completed');
    sendBatch('n', temperatures('press-1', 1, 2, 3));
    await until(() => completed.length === 1, 'they are done');
    await unload();
    await load(flow);
    assert.equal(backend().store.count('press-1'), 3);
  });

  it('stores on change, passes on everything, counts what it skipped, and the ledger calls that handled', async () => {
    await load(flowOf(onTab({ id: 'a', type: 'holdfast-store', backend: 'data', mode: 'change', band: '5', bands: [{ metric: 'pressure', band: 0, bandKind: 'absolute' }], wires: [['out']] }), ['a']));
    const out = collect('out');
    ingest(8);
    await until(() => out.length === 8 && unsettled('in') === 0, 'all are settled');
    assert.deepEqual((await backend().store.range({ device: 'press-1', metric: 'temperature', from: 0, to: minute(9) })).map(({ value }) => value), [1, 7]);
    await until(() => statusOf('a').text === '2 stored · 6 skipped', 'the status says so');
    const { total } = backend().inbox.ledger.read();
    assert.deepEqual([total.received, total.stored, total.handled, total.difference], [8, 2, 6, 0]);
  });

  it('stores the last reading of an interval, also when it is stopped before the interval is over', async () => {
    const directory = temporaryDirectory();
    const flow = flowOf(onTab({ id: 'a', type: 'holdfast-store', backend: 'data', mode: 'interval', interval: 300, wires: [['out']] }), ['a'], {}, directory);
    await load(flow);
    const out = collect('out');
    ingest(8);
    await until(() => out.length === 8 && unsettled('in') === 0, 'all are settled');
    const stored = async (): Promise<unknown[]> => (await backend().store.range({ device: 'press-1', metric: 'temperature', from: 0, to: minute(9) })).map(({ value }) => value);
    assert.deepEqual(await stored(), [4]);
    await unload();
    await load(flow);
    assert.deepEqual(await stored(), [4, 8]);
  });

  it('refuses a list of bands that it cannot use, and says which row', async () => {
    await load(flowOfOne({ type: 'holdfast-store', mode: 'change', bands: [{ metric: 'pressure', band: 1 }, { metric: ' ', band: 1 }] }, 1, temporaryDirectory()));
    assert.match(statusOf('n').text ?? '', /bands, row 2 has no metric/);
  });

  it('shows under "Try it" what would be stored of the last message, and why', async () => {
    await load(flowOfOne({ type: 'holdfast-store' }, 1, temporaryDirectory()));
    const completed = collect('completed');
    const samples = temperatures('press-1', 60, 62);
    sendSingly('n', samples.slice(0, 1));
    // "Try it" looks at a message now and then.
    await aMoment(150);
    sendSingly('n', samples.slice(1));
    await until(() => completed.length === 2, 'they are done');
    const ask = async (settings: object): Promise<{ summary: string; result: Array<{ stored: string; why: string }> }> => (await helper.request().post('/holdfast-store/n/try').send(settings)).body as never;
    const tries = [await ask({ backend: 'data', mode: 'change', band: 5 }), await ask({ backend: 'data', mode: 'change', band: 1 }), await ask({ backend: 'data', mode: 'interval', interval: 600 })];
    assert.deepEqual(tries.map(({ result }) => result[0]?.stored), ['no', 'yes', 'held']);
    assert.match(tries[0]?.result[0]?.why ?? '', /differs from 60 of 2026-01-01T00:00:00\.000Z by 5 or less/);
    assert.match(tries[2]?.result[0]?.why ?? '', /interval that ends at 2026-01-01T00:10:00\.000Z, the last reading/);
    assert.equal(tries[0]?.summary, 'The last message holds one reading: 0 stored, 1 skipped, 0 held until the interval is over.');
  });
});
