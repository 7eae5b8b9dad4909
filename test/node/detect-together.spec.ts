import assert from 'node:assert/strict';
import type { Sample } from '../../core/sample/sample.ts';
import { collect, temporaryDirectory, unload, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sampleOf, sendBatch } from '../support/sample-messages.ts';
import { gaussian } from '../unit/anomaly/random.ts';
import { DETECT, learn, passed, payloadOf } from './detect-flow.ts';

const METRICS = Array.from({ length: 12 }, (_, index) => `metric-${index}`);
const LEARNED = 3_000;

/** Twelve metrics with noise of their own; `shift` moves each of them by so many standard deviations. */
function samples(from: number, count: number, shift: number): Sample[] {
  const noises = METRICS.map((_, index) => gaussian(1_000 + from + index));
  return Array.from({ length: count }, (_, index) => sampleOf('press-1', from + index, Object.fromEntries(METRICS.map((metric, place) => [metric, 20 + shift + (noises[place]?.() ?? 0)]))));
}

describe('several metrics that are a little unusual at the same time', () => {
  useRuntime();

  it('are an episode together, unless the dialog says that each is judged by itself', async () => {
    const kinds: Array<Array<string | undefined>> = [];
    for (const together of [true, false]) {
      await learn(flowOfOne({ ...DETECT, together }, 2, temporaryDirectory()), samples(0, LEARNED, 0));
      const episodes = collect('out1');
      await passed(samples(LEARNED, 30, 1.2), sendBatch);
      kinds.push(episodes.flatMap(({ payload }) => (Array.isArray(payload) ? [] : [(payloadOf({ payload }) as { kind?: string }).kind])));
      await unload();
    }
    assert.ok(kinds[0]?.includes('unusual together'), JSON.stringify(kinds));
    assert.ok(!kinds[1]?.includes('unusual together'), JSON.stringify(kinds));
  });
});
