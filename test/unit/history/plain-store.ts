import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { readHistoryQuery } from '../../../core/history/read-query.ts';
import type { HistoryAnswer, HistoryBlock } from '../../../core/history/result.ts';
import { runHistory } from '../../../core/history/run-history.ts';
import type { RunOptions } from '../../../core/history/run-history.ts';
import type { HistorySource } from '../../../core/history/source.ts';
import type { DeviceCriteria } from '../../../core/registry/registry.ts';
import { addReading } from '../../../core/store/bucket.ts';
import type { Bucket, BucketQuery, Buckets } from '../../../core/store/bucket.ts';
import type { LatestQuery, LatestReading, Range, SeriesSummary, StoredReading } from '../../../core/store/store.ts';

export const NOW = Date.parse('2026-11-22T16:00:00Z');
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const reading = (ts: number, value: StoredReading['value'], quality: StoredReading['quality'] = 1): StoredReading => ({ ts, value, quality });

/** A store that is nothing but arrays. It answers later, as PostgreSQL does, when `later` is set. */
export class PlainStore {
  readonly #series = new Map<string, StoredReading[]>();
  later = false;
  /** Readings before this have expired; buckets still know of them, as they do of rollups. */
  readingsFrom = -Infinity;
  /** Readings that have been given out by `range`. */
  read = 0;
  /** Characters of the texts in one answer of `range`, at most. */
  charactersAtOnce = 0;

  add(device: string, metric: string, readings: readonly StoredReading[]): this {
    this.#series.set(`${device}\n${metric}`, readings.toSorted((a, b) => a.ts - b.ts));
    return this;
  }

  range({ device, metric, from, to, limit = 10_000, minimumQuality = 9 }: Range): StoredReading[] | Promise<StoredReading[]> {
    const found = this.#of(device, metric).filter(({ ts, quality }) => ts >= from && ts < to && ts >= this.readingsFrom && quality <= minimumQuality).slice(0, limit);
    this.read += found.length;
    this.charactersAtOnce = Math.max(this.charactersAtOnce, found.reduce((sum, { value }) => sum + (typeof value === 'string' ? value.length : 0), 0));
    return this.#answer(found);
  }

  buckets({ device, metric, edges, minimumQuality = 9 }: BucketQuery): Promise<Buckets> {
    const all = this.#of(device, metric).filter(({ quality }) => quality <= minimumQuality);
    const buckets = edges.slice(1).map((to, index) => {
      let bucket: Bucket | undefined;
      for (const { ts, value, quality } of all) if (ts >= edges[index]! && ts < to) bucket = addReading(bucket, ts, value, quality);
      return bucket;
    });
    return Promise.resolve({ buckets, readingsFrom: this.readingsFrom });
  }

  latestOf({ devices, metrics, at = Infinity, minimumQuality = 9 }: LatestQuery): LatestReading[] | Promise<LatestReading[]> {
    const found = this.#names().flatMap(({ device, metric }) => {
      if (!(devices?.includes(device) ?? true) || !(metrics?.includes(metric) ?? true)) return [];
      const newest = this.#of(device, metric).findLast(({ ts, quality }) => ts <= at && quality <= minimumQuality);
      return newest ? [{ device, metric, reading: newest }] : [];
    });
    return this.#answer(found);
  }

  latest(device: string): Record<string, StoredReading> {
    return Object.fromEntries(this.#names().flatMap((one) => (one.device === device ? this.#of(device, one.metric).slice(-1).map((newest) => [one.metric, newest]) : [])));
  }

  devices(): string[] | Promise<string[]> {
    return this.#answer([...new Set(this.#names().map(({ device }) => device))].toSorted());
  }

  series(devices?: readonly string[]): SeriesSummary[] | Promise<SeriesSummary[]> {
    return this.#answer(this.#names().flatMap(({ device, metric }) => (devices?.includes(device) ?? true ? [{ device, metric, readings: this.#of(device, metric).length, newest: this.#of(device, metric).at(-1)?.ts ?? 0 }] : [])));
  }

  #of(device: string, metric: string): StoredReading[] {
    return this.#series.get(`${device}\n${metric}`) ?? [];
  }

  #names(): Array<{ device: string; metric: string }> {
    return [...this.#series.keys()].toSorted().map((key) => ({ device: key.split('\n')[0]!, metric: key.split('\n')[1]! }));
  }

  #answer<Value>(value: Value): Value | Promise<Value> {
    return this.later ? Promise.resolve(value) : value;
  }
}

/** A registry in which a device's profile is what its id begins with, and its tag what it ends with. */
export const registry: HistorySource['registry'] = {
  devicesOf: ({ ids, profile, tag }: DeviceCriteria) =>
    ['press-1', 'press-2', 'van-1', 'van-2'].filter((id) => (ids?.includes(id) ?? true) && (profile === undefined || id.split('-')[0] === profile) && (tag === undefined || id.split('-')[1] === tag)),
};

/** Asks as a program does. Without a zone it is UTC. */
export function ask(store: PlainStore, question: object, options: Partial<RunOptions> = {}): HistoryAnswer {
  return runHistory(readHistoryQuery(question, { now: NOW, timeZone: 'UTC' }), { store, registry, clock: new ManualClock(NOW), ...options });
}

export async function blocks(answer: HistoryAnswer): Promise<HistoryBlock[]> {
  const all: HistoryBlock[] = [];
  for await (const block of answer) all.push(block);
  return all;
}

export async function rows(answer: HistoryAnswer): Promise<Array<HistoryBlock['rows'][number] & { device: string; metric: string }>> {
  return (await blocks(answer)).flatMap(({ device, metric, rows: some }) => some.map((row) => ({ device, metric, ...row })));
}

/** Of each bucket, what was asked for; with one aggregate its value alone. */
export async function values(answer: HistoryAnswer): Promise<unknown[]> {
  return (await blocks(answer)).flatMap((block) => (block.kind === 'buckets' ? block.rows.map((row) => (Object.keys(row.values).length === 1 ? Object.values(row.values)[0] : row.values)) : []));
}
