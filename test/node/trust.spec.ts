import assert from 'node:assert/strict';
import type { Sample, Trust } from '../../core/sample/sample.ts';
import { backend, collect, helper, load, temporaryDirectory, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, samplesIn, sampleOf, sendBatch, sendSingly } from '../support/sample-messages.ts';

const HOT = { metric: 'temperature', test: 'gross_range_test', options: { failSpan: [0, 100] } };
const PRESS = { id: 'press-7', kind: 'device', profile: '', children: [] };

/** The last ninety minutes of a device, of which every third reading is impossible. */
const SAMPLES: Sample[] = Array.from({ length: 90 }, (_, index) => {
  const ts = Date.now() - (90 - index) * 60_000;
  return { ...sampleOf('press-7', index, { temperature: index % 3 === 0 ? 400 : 60 + index / 10 }), ts, received: ts };
});

describe('the trust in a device', () => {
  useRuntime();

  const listed = async (): Promise<Trust | undefined> => {
    const { body } = await helper.request().get('/holdfast-backend/data/principals');
    return (body as Array<{ id: string; trust?: Trust }>).find(({ id }) => id === 'press-7')?.trust;
  };

  for (const [form, send, messages] of [['one by one', sendSingly, SAMPLES.length], ['in a batch', sendBatch, 1]] as const) {
    it(`rides in its samples, stands in the list of devices, and once an hour in the store: ${form}`, async () => {
      await load(flowOfOne({ type: 'holdfast-quality', tests: [HOT], usesDefaults: false, outputs: 2 }, 2, temporaryDirectory()));
      backend().registry.issue({ ...PRESS, kind: 'device' });
      assert.equal(await listed(), undefined);
      const [out, completed] = [collect('out0'), collect('completed')];
      send('n', SAMPLES);
      await until(() => completed.length === messages, 'all are done');
      const judged = samplesIn(out);
      assert.equal(judged.length, SAMPLES.length);
      assert.equal(judged[0]?.trust?.hour.good, 0);
      const last = judged.at(-1)?.trust ?? assert.fail('the last sample carries none');
      assert.ok(last.day.good > 0.66 && last.day.good < 0.67, JSON.stringify(last.day));
      assert.deepEqual([last.day.readings, last.day.breaks, last.day.gaps], [90, 0, 0]);
      const now = await listed() ?? assert.fail('the list tells none');
      assert.equal(now.week.good, last.week.good);
      await until(() => Array.isArray(backend().store.range({ device: 'press-7', metric: 'trust.day', from: 0, to: 1e15 })), 'the store answers');
      const stored = await backend().store.range({ device: 'press-7', metric: 'trust.day', from: 0, to: 1e15 });
      assert.ok(stored.length >= 1 && stored.every(({ ts, value, quality }) => ts % 3_600_000 === 0 && Number(value) > 0.5 && quality === 1), JSON.stringify(stored));
    });
  }

  it('falls with each sample that breaks its contract', async () => {
    await load(flowOfOne({ type: 'holdfast-validate', version: 2, source: 'here', outcome: 'quarantine', schema: '{"type":"object","properties":{"temperature":{"maximum":100}}}' }, 3, temporaryDirectory()));
    backend().registry.issue({ ...PRESS, kind: 'device' });
    const completed = collect('completed');
    sendSingly('n', SAMPLES.slice(0, 30));
    await until(() => completed.length === 30, 'all are done');
    const { breaks, readings } = (await listed())?.day ?? assert.fail('the list tells none');
    assert.deepEqual([breaks, readings], [0.333, 0]);
  });
});
