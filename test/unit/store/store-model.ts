import assert from 'node:assert/strict';
import type { Quality, Sample } from '../../../core/sample/sample.ts';
import type { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';
import { NO_COUNTS } from '../../../core/store/store.ts';
import type { Deletion, LatestReading, StoreCounts, StoredReading } from '../../../core/store/store.ts';

export const DEVICES = ['a', 'b', 'c', 'd'];
export const METRICS = ['t', 'u'];

interface Former extends StoredReading {
  /** When the one that replaced it was received. */
  until: number;
}

/** What a store is, in as few words as there are. */
export class StoreModel {
  readonly #current = new Map<string, Map<number, StoredReading>>();
  readonly #former = new Map<string, Former[]>();
  counts: StoreCounts = { ...NO_COUNTS };

  write({ device, ts, received, values, metrics }: Sample): void {
    for (const [metric, value] of Object.entries(values)) {
      const { q, unit, flags, raw, tests } = metrics?.[metric] ?? {};
      this.#take(`${device} ${metric}`, { ts, value, quality: q ?? (value === null ? 9 : 2), ...(unit && { unit }), ...(flags?.length && { flags }), ...(raw !== undefined && { raw }), ...(tests && Object.keys(tests).length > 0 && { tests }) }, received);
    }
  }

  /** @returns how many went. */
  delete({ device, metric, from = -Infinity, to = Infinity }: Deletion): number {
    let deleted = 0;
    for (const [key, series] of this.#current) {
      if (key !== `${device} ${metric ?? key.split(' ')[1]}`) continue;
      for (const ts of series.keys()) if (ts >= from && ts < to) deleted += Number(series.delete(ts));
      this.#former.set(key, (this.#former.get(key) ?? []).filter(({ ts }) => ts < from || ts >= to));
      if (series.size === 0) this.#current.delete(key);
    }
    return deleted;
  }

  /** Of one series, the oldest first. */
  readings(device: string, metric: string): StoredReading[] {
    return [...(this.#current.get(`${device} ${metric}`)?.values() ?? [])].sort((a, b) => a.ts - b.ts);
  }

  former(device: string, metric: string): StoredReading[] {
    return (this.#former.get(`${device} ${metric}`) ?? []).map(({ until: _, ...reading }) => reading).sort((a, b) => a.ts - b.ts);
  }

  /** Device and metric of each series. */
  get keys(): string[][] {
    return [...this.#current.keys()].sort().map((key) => key.split(' '));
  }

  count(): number {
    return [...this.#current.values()].reduce((sum, series) => sum + series.size, 0);
  }

  #take(key: string, reading: StoredReading, received: number): void {
    const series = this.#current.get(key) ?? new Map<number, StoredReading>();
    this.#current.set(key, series);
    const former = this.#former.get(key) ?? [];
    this.#former.set(key, former);
    const stands = series.get(reading.ts);
    if (stands && (same(stands, reading) || former.some((each) => same(each, reading) && received <= each.until))) {
      this.counts.duplicates += 1;
      return;
    }
    if (stands) former.push({ ...stands, until: received });
    this.counts[stands ? 'corrected' : 'stored'] += 1;
    series.set(reading.ts, reading);
  }
}

function same(a: StoredReading, b: StoredReading): boolean {
  const rest = ({ ts, quality, unit, flags, raw, tests }: StoredReading): string => JSON.stringify([ts, quality, unit, flags, raw === undefined ? [] : [raw], Object.entries(tests ?? {}).map(([name, flag]) => `${name}=${flag}`).toSorted()]);
  return Object.is(a.value, b.value) && rest(a) === rest(b);
}

/** Asks a store everything and the model too. */
export function compare(store: SqliteStore, model: StoreModel): void {
  for (const device of DEVICES) {
    let count = 0;
    for (const metric of METRICS) {
      const expected = model.readings(device, metric);
      count += expected.length;
      assert.deepEqual(store.range({ device, metric, from: -1e16, to: 1e16, limit: 1e6 }), expected);
      assert.deepEqual(store.superseded({ device, metric, from: -1e16, to: 1e16, limit: 1e6 }), model.former(device, metric));
      assert.deepEqual(store.latest(device)[metric], expected.at(-1));
      const middle = expected[expected.length >> 1];
      if (!middle) continue;
      assert.deepEqual(store.range({ device, metric, from: middle.ts, to: 1e16, limit: 3 }), expected.filter(({ ts }) => ts >= middle.ts).slice(0, 3));
      assert.deepEqual(store.range({ device, metric, from: -1e16, to: middle.ts }), expected.filter(({ ts }) => ts < middle.ts));
      assert.deepEqual(store.range({ device, metric, from: -1e16, to: 1e16, limit: 2, minimumQuality: middle.quality }), expected.filter(({ quality }) => quality <= middle.quality).slice(0, 2));
      compareLatest(store, model, middle);
    }
    assert.equal(store.count(device), count);
  }
  assert.equal(store.count(), model.count());
  assert.deepEqual(store.devices(), [...new Set(model.keys.map(([device]) => device))]);
  assert.deepEqual(store.metrics(), METRICS.filter((metric) => model.keys.some((key) => key[1] === metric)));
  assert.deepEqual(store.series(), model.keys.map(([device = '', metric = '']) => {
    const readings = model.readings(device, metric);
    return { device, metric, readings: readings.length, newest: readings.at(-1)?.ts };
  }));
}

function compareLatest(store: SqliteStore, model: StoreModel, { ts, quality }: StoredReading): void {
  const latest = (at: number, minimumQuality: Quality): LatestReading[] => model.keys.flatMap(([device = '', metric = '']) => {
    const reading = model.readings(device, metric).findLast((each) => each.ts <= at && each.quality <= minimumQuality);
    return reading ? [{ device, metric, reading }] : [];
  });
  assert.deepEqual(store.latestOf({}), latest(Infinity, 9));
  assert.deepEqual(store.latestOf({ at: ts }), latest(ts, 9));
  assert.deepEqual(store.latestOf({ minimumQuality: quality }), latest(Infinity, quality));
  assert.deepEqual(store.latestOf({ at: ts - 1, minimumQuality: 1, devices: ['c', 'a', 'unheard'], metrics: ['u'] }), latest(ts - 1, 1).filter(({ device, metric }) => ['a', 'c'].includes(device) && metric === 'u'));
}
