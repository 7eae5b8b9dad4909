import assert from 'node:assert/strict';
import type { Sample } from '../../core/sample/sample.ts';
import { collect, load, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import { flowOfOne, sendBatch, sendSingly } from '../support/sample-messages.ts';
import { DETECT, LEARNED, passed, payloadOf, usual, wild } from './detect-flow.ts';

/** What two devices send, in turn: nothing special, then each something wild, then some of it late and again. */
function stream(): Sample[] {
  const samples = ['press-1', 'press-2'].map((device) => usual(0, LEARNED, device));
  const both = (samples[0] ?? []).flatMap((one, index) => [one, ...(samples[1] ?? []).slice(index, index + 1)]);
  const end = ['press-1', 'press-2'].flatMap((device) => [wild(LEARNED, device), ...usual(LEARNED + 1, 60, device)]);
  return [...both, ...end, ...structuredClone(both.slice(-5)), wild(LEARNED, 'press-1')];
}

/** @param send the samples in whatever messages. @returns what was said of each, and the episodes that began and ended. */
async function judged(send: typeof sendSingly): Promise<unknown> {
  await load(flowOfOne(DETECT, 2, temporaryDirectory()));
  const told = collect('out1');
  const samples = await passed(stream(), send);
  await until(() => told.length >= 4, 'the episodes of both devices began and ended');
  const said = samples.map(({ id, anomalies }) => [id, anomalies]);
  const episodes = told.map((message) => payloadOf(message));
  await unload();
  return { said, episodes };
}

describe('samples that come in batches', () => {
  useRuntime();

  it('are judged like the same samples one by one', async () => {
    const singly = await judged(sendSingly);
    const inOne = await judged(sendBatch);
    const inMany = await judged((id, samples) => {
      for (let from = 0; from < samples.length; from += 37) sendBatch(id, samples.slice(from, from + 37));
    });
    assert.deepStrictEqual(inOne, singly);
    assert.deepStrictEqual(inMany, singly);
  });
});
