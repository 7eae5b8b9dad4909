import type { ReadingValue } from '../../sample/sample.ts';
import type { Bucket, TimedValue } from '../../store/bucket.ts';
import { changesOf } from './change.ts';
import type { Change } from './change.ts';
import { filledRows } from './fill.ts';
import type { Aggregate } from '../query.ts';
import { gapLimit, usualDistance } from '../readings/gap.ts';
import { readingBefore, readingsBetween } from '../readings/reading-pages.ts';
import type { BucketRow } from '../result.ts';
import { Scan } from './scan.ts';
import type { Scanned } from './scan.ts';
import { breathe, whileWaiting } from '../task.ts';
import type { Series, Task } from '../task.ts';

/** Rows that are made in one go. */
const AT_ONCE = 1_000;

/** All rows of one series, in the order asked for. */
export async function aggregateRows(task: Task, series: Series, edges: readonly number[]): Promise<BucketRow[]> {
  const { query: { aggregates, minimumQuality, fill, order }, source: { store }, signal, expired } = task;
  const { buckets, readingsFrom } = await whileWaiting(store.buckets({ ...series, edges, minimumQuality, signal }), signal);
  const [first = 0] = edges;
  if (readingsFrom > first) expired(readingsFrom);
  const { changes, scanned } = await furtherAggregates(task, series, edges, buckets, readingsFrom);
  const rows: BucketRow[] = [];
  for (const [index, bucket] of buckets.entries()) {
    const [ts = 0, end = 0] = [edges[index], edges[index + 1]];
    const values = Object.fromEntries(aggregates.map((aggregate) => [aggregate, valueOf(aggregate, bucket, changes[index], scanned?.[index])]));
    rows.push({ ts, end, values, ...(bucket === undefined && { gap: true }), ...(ts < readingsFrom && { rollup: true }) });
    if (rows.length % AT_ONCE === 0) await breathe(signal);
  }
  const filled = await filledRows(rows, aggregates, fill, signal);
  return order === 'newest' ? filled.toReversed() : filled;
}

interface Further {
  changes: ReadonlyArray<Change | undefined>;
  scanned: readonly Scanned[] | undefined;
}

/** What buckets alone do not say: what is reckoned from one to the next, and what takes the readings themselves. */
async function furtherAggregates(task: Task, series: Series, edges: readonly number[], buckets: ReadonlyArray<Bucket | undefined>, readingsFrom: number): Promise<Further> {
  const { query: { aggregates, resets, gapAfter, from }, source: { clock } } = task;
  const asks = (...names: Aggregate[]): boolean => names.some((name) => aggregates.includes(name));
  const change = asks('delta', 'rate');
  const scan = asks('median', 'p95', 'timeWeighted') || (change && resets === 'from-zero');
  if (!change && !scan) return { changes: [], scanned: undefined };
  const gap = gapLimit(task, gapAfter === 'auto' ? await usualDistance(task, series) : Number.NaN);
  const before = change || asks('timeWeighted') ? await readingBefore(task, series, from) : undefined;
  const changes = change ? changesOf(buckets, withValue(before), gap, resets) : [];
  if (!scan) return { changes, scanned: undefined };
  // Buckets that begin while readings have expired are left to their rollups.
  const sound = edges.findIndex((edge) => edge >= readingsFrom);
  if (sound === -1 || sound >= edges.length - 1) return { changes, scanned: undefined };
  const scanner = new Scan({ edges: edges.slice(sound), gap, now: clock.now(), quantiles: asks('median', 'p95') });
  const last = sound === 0 ? before : await readingBefore(task, series, edges[sound] ?? from);
  if (last) scanner.before(last);
  for await (const page of readingsBetween(task, series, edges[sound] ?? from, edges.at(-1) ?? from)) for (const reading of page) scanner.add(reading);
  const scanned = [...Array.from({ length: sound }, () => NOTHING), ...scanner.end()];
  return { changes: resets === 'from-zero' ? changes.map((one, index) => (index < sound ? one : scanned[index]?.change)) : changes, scanned };
}

const NOTHING: Scanned = { median: undefined, p95: undefined, timeWeighted: undefined, change: undefined };

function withValue(reading: TimedValue | undefined): TimedValue | undefined {
  return reading?.value === null ? undefined : reading;
}

function valueOf(aggregate: Aggregate, bucket: Bucket | undefined, change: Change | undefined, scanned: Scanned | undefined): ReadingValue {
  const numbers = bucket && bucket.numbers > 0 ? bucket : undefined;
  switch (aggregate) {
    case 'min':
      return numbers?.min ?? null;
    case 'max':
      return numbers?.max ?? null;
    case 'mean':
      return numbers ? numbers.sum / numbers.numbers : null;
    case 'sum':
      return numbers?.sum ?? null;
    case 'count':
      return bucket?.count ?? 0;
    case 'first':
      return bucket?.first.value ?? null;
    case 'last':
      return bucket?.last.value ?? null;
    case 'median':
      return scanned?.median ?? null;
    case 'p95':
      return scanned?.p95 ?? null;
    case 'timeWeighted':
      return scanned?.timeWeighted ?? null;
    case 'delta':
      return change?.delta ?? null;
    case 'rate':
      return change ? (change.delta / change.elapsed) * 1_000 : null;
    default:
      return aggregate satisfies never;
  }
}
