import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { COUNT_READINGS } from '../../core/store/embedded/layout.ts';
import { flowOf, ingest, minute, onTab } from '../support/ingest-flow.ts';
import { backend, collect, load, node, statusOf, temporaryDirectory, unload, unsettled, until, useRuntime } from '../support/node-helper.ts';
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
    assert.equal(backend().inbox.quarantined(), 0);
    await until(() => statusOf('a').fill === 'green', 'the error is gone');
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
});
