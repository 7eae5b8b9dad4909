import type { Bucket, Buckets } from '../../../core/store/bucket.ts';
import type { Quality } from '../../../core/sample/sample.ts';
import type { Store } from '../../../core/store/store.ts';
import { DEVICES, METRICS } from './samples.ts';
import { START } from './stores.ts';

const EVER = { from: -Infinity, to: Infinity };
const EDGES = [-8.64e15, START - 400 * 86_400_000, START - 10_000, START, START + 7, START + 10_000, START + 20_000, START + 100 * 86_400_000, 8.64e15 + 1];

/** Every answer of a store to questions about the devices of the tests. */
export async function answersOf(store: Store): Promise<Record<string, unknown>> {
  const answers: Record<string, unknown> = {
    counts: { ...store.counts }, count: await store.count(), devices: await store.devices(), metrics: await store.metrics(), series: await store.series(), two: await store.series(['a', 'ä', 'unknown']),
    latest: await store.latestOf({}), latestAt: await store.latestOf({ at: START + 10_500 }), latestGood: await store.latestOf({ minimumQuality: 2, metrics: ['t', 'u'] }), latestBefore: await store.latestOf({ devices: ['a', 'b'], at: START - 1, minimumQuality: 3 }),
  };
  for (const device of DEVICES) {
    answers[`latest ${device}`] = await store.latest(device);
    answers[`count ${device}`] = await store.count(device);
    for (const metric of METRICS) Object.assign(answers, await answersOfSeries(store, device, metric));
  }
  return answers;
}

async function answersOfSeries(store: Store, device: string, metric: string): Promise<Record<string, unknown>> {
  const name = `${device} ${metric}`;
  const buckets = async (minimumQuality: Quality): Promise<unknown> => {
    const answer = comparable(await store.buckets({ device, metric, edges: EDGES, minimumQuality }));
    // When readings go is up to the store, within a part of their retention; here all are long overdue.
    return { ...answer, readingsFrom: answer.readingsFrom > -Infinity };
  };
  return {
    [`${name} all`]: await store.range({ device, metric, ...EVER }),
    [`${name} page`]: await store.range({ device, metric, from: START - 5_000, to: START + 30_000, limit: 3 }),
    [`${name} good`]: await store.range({ device, metric, ...EVER, minimumQuality: 2, limit: 2 }),
    [`${name} superseded`]: await store.superseded({ device, metric, ...EVER }),
    [`${name} superseded page`]: await store.superseded({ device, metric, from: START, to: START + 20_000, limit: 2, minimumQuality: 3 }),
    [`${name} buckets`]: await buckets(9),
    [`${name} good buckets`]: await buckets(2),
  };
}

/** What two sums of the same numbers in another order have in common, such as here: 5e-324 may be lost. 0 and -0 are one as a sum, a minimum and a maximum. */
export function comparable({ buckets, readingsFrom }: Buckets): { readingsFrom: number; buckets: Array<Bucket | undefined> } {
  const plain = (number: number): number => number + 0;
  return { readingsFrom, buckets: buckets.map((bucket: Bucket | undefined) => bucket && { ...bucket, min: plain(bucket.min), max: plain(bucket.max), sum: plain(Math.round(bucket.sum * 2 ** 20) / 2 ** 20) }) };
}
