import assert from 'node:assert/strict';
import type { Sample } from '../../core/sample/sample.ts';
import { backend, collect, helper, load, loggedErrors, statusOf, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sampleOf, samplesIn, sendBatch, sendSingly, temperatures } from '../support/sample-messages.ts';

const SPLIT = {
  type: 'holdfast-quality', wiring: 'split', outputs: 4, usesDefaults: false,
  tests: [{ metric: 'temperature', test: 'gross_range_test', options: { suspectSpan: [0, 60], failSpan: [-40, 125] } }],
};
const SPIKES = { type: 'holdfast-quality', usesDefaults: false, tests: [{ test: 'gross_range_test', options: { failSpan: [-40, 125] } }, { metric: 'temperature', test: 'spike_test', options: { failThreshold: 20, method: 'differential' } }] };

const post = async (path: string, body: object): Promise<{ status: number; body: Record<string, unknown> }> => (await helper.request().post(path).send(body)) as { status: number; body: Record<string, unknown> };

describe('the quality node', () => {
  useRuntime();

  it('sends each sample where its worst reading belongs, whole', async () => {
    await load(flowOfOne(SPLIT, 4, temporaryDirectory()));
    const [good, revised, suspect, bad] = ['out0', 'out1', 'out2', 'out3'].map(collect);
    sendBatch('n', [...temperatures('press-1', 20, 70, 200), sampleOf('press-1', 3, { temperature: null, humidity: 40 }), sampleOf('press-1', 4, { humidity: 40 })]);
    await until(() => (bad?.length ?? 0) > 0, 'the bad one came out');
    const values = (messages: Parameters<typeof samplesIn>[0] = []): unknown[] => samplesIn(messages).map((sample) => sample.values);
    assert.deepEqual(values(good), [{ temperature: 20 }, { humidity: 40 }]);
    assert.deepEqual(values(suspect), [{ temperature: 70 }, { temperature: null, humidity: 40 }]);
    assert.deepEqual(values(bad), [{ temperature: 200 }]);
    assert.equal(revised?.length, 0);
    await until(() => statusOf('n').text === '2 good · 1 suspect · 1 bad · 1 missing', 'the status says so');
  });

  it('sends a sample once more by the second output when a spike is known, and the store keeps the later verdict', async () => {
    const flow = flowOfOne(SPIKES, 2, temporaryDirectory()).map((one) => (one.id === 'n' ? { ...one, wires: [['store'], ['store', 'out1']] } : one));
    flow.push({ id: 'store', type: 'holdfast-store', z: 'f', x: 0, y: 0, backend: 'data', wires: [['out0']] });
    await load(flow);
    const [stored, revised] = [collect('out0'), collect('out1')];
    sendSingly('n', temperatures('press-1', 20, 20, 90, 20, 20));
    await until(() => stored.length === 6, 'all are stored, one of them again');
    assert.deepEqual(samplesIn(revised).map(({ id, values }) => [id, values]), temperatures('press-1', 20, 20, 90).slice(2).map(({ id, values }) => [id, values]));
    const readings = await backend().store.range({ device: 'press-1', metric: 'temperature', from: 0, to: 1e15 });
    assert.deepEqual(readings.map(({ value, quality }) => [value, quality]), [[20, 1], [20, 1], [90, 4], [20, 1], [20, 1]]);
    assert.deepEqual(readings[2]?.flags, ['spike_test']);
    assert.equal(samplesIn(stored).at(-1)?.trust?.week.good, 0.8, 'the trust in the device knows of it too');
    assert.deepEqual(loggedErrors(), []);
  });

  it('goes on after a restart where it was, and lets a sample that comes again keep its flags', async () => {
    const directory = temporaryDirectory();
    const judged: Sample[][] = [];
    for (const samples of [temperatures('press-1', 20, 20, 90), temperatures('press-1', 20, 20, 90, 20).slice(2)]) {
      await load(flowOfOne(SPIKES, 2, directory));
      const [out, revised] = [collect('out0'), collect('out1')];
      sendSingly('n', samples);
      await until(() => out.length === samples.length, 'all came out');
      judged.push(samplesIn(out), samplesIn(revised));
      await unload();
    }
    const [before = [], none, after = [], revised] = judged;
    assert.deepEqual(none, []);
    assert.deepEqual(after[0]?.metrics, before[2]?.metrics);
    assert.deepEqual(revised?.map(({ values }) => values), [{ temperature: 90 }]);
  });

  it('judges by the profile of the device, unless told not to', async () => {
    const profiles = [{ name: 'press', metrics: { temperature: { quality: { gross_range_test: { failSpan: [0, 50] } } } } }];
    for (const [usesProfiles, flags] of [[true, ['gross_range_test']], [false, undefined]] as const) {
      await load(flowOfOne({ type: 'holdfast-quality', usesProfiles, usesDefaults: false }, 2, temporaryDirectory()).map((one) => (one.id === 'data' ? { ...one, profiles } : one)));
      const out = collect('out0');
      sendSingly('n', [{ ...sampleOf('press-1', 0, { temperature: 70 }), profile: 'press' }]);
      await until(() => out.length === 1, 'it came out');
      assert.deepEqual(samplesIn(out)[0]?.metrics?.['temperature']?.flags, flags);
      await unload();
    }
  });

  it('answers the dialog what its settings make of what is stored, and which thresholds it proposes', async () => {
    await load(flowOfOne({ type: 'holdfast-store' }, 1, temporaryDirectory()));
    const stored = collect('out0');
    const now = Date.now();
    const ts = (index: number): number => now - 3_000_000 + index * 1_000;
    sendBatch('n', Array.from({ length: 1_500 }, (_, index) => ({ ...sampleOf('press-1', index, { temperature: index === 700 ? 200 : 20 + (index * 7919 % 50) / 10 }), ts: ts(index), received: ts(index) })));
    await until(() => stored.length === 1, 'they are stored');
    const asked = { backend: 'data', device: 'press-1', metric: 'temperature', period: 'day' };
    const judged = await post('/holdfast-quality/judge', { ...asked, ...SPLIT, backend: 'data' });
    assert.equal(judged.status, 200, JSON.stringify(judged.body));
    const readings = judged.body['readings'] as Array<{ ts: number; q: number; flags: string[] }>;
    assert.deepEqual([readings.length, readings.filter(({ q }) => q === 4)], [1_500, [{ ts: ts(700), value: 200, q: 4, flags: ['gross_range_test'] }]]);
    const proposed = await post('/holdfast-quality/propose', asked);
    assert.deepEqual((proposed.body['tests'] as Array<{ test: string }>).map(({ test }) => test).includes('gross_range_test'), true);
    for (const [wrong, says] of [[{ ...asked, device: '' }, /No device is given/], [{ ...asked, period: 'age' }, /Choose one of: hour, day, week, month/], [{ ...asked, backend: 'gone' }, /not running yet/], [[7], /period is ""/]] as const) {
      for (const path of ['judge', 'propose']) {
        const { status, body } = await post(`/holdfast-quality/${path}`, wrong);
        assert.equal(status, 400);
        assert.match(String(body['error']), says);
      }
    }
  });
});
