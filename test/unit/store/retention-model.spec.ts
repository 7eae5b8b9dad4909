import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Quality, ReadingValue, Sample } from '../../../core/sample/sample.ts';
import { addReading } from '../../../core/store/bucket.ts';
import type { Bucket } from '../../../core/store/bucket.ts';
import { KEEP_ALL } from '../../../core/store/retention.ts';
import type { Retention } from '../../../core/store/retention.ts';
import { COUNT_READINGS } from '../../../core/store/embedded/layout.ts';
import type { StoredReading } from '../../../core/store/store.ts';
import { sampleOf, StoreFixture } from './fixture.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 86_400_000;
const DEVICES = ['press', 'room'] as const;
/** Longer than sealing and a round of retention take together. */
const ROUND = 125_000;

type Device = (typeof DEVICES)[number];

/** What was written, as plain lists: what is still to be found as readings, and what is only in rollups. */
class Model {
  readonly current: Record<Device, Map<number, StoredReading>> = { press: new Map(), room: new Map() };
  readonly rolled: Record<Device, StoredReading[]> = { press: [], room: [] };
  stored = 0;
  deleted = 0;
  /** Readings before this may have gone, by rules that are or were in force. */
  goneBefore = -Infinity;
  /** Whether the bound has dropped anything: of what it drops not all goes into rollups. */
  hasDropped = false;

  write(device: Device, reading: StoredReading): void {
    if (!this.current[device].has(reading.ts)) this.stored += 1;
    this.current[device].set(reading.ts, reading);
  }

  /** Readings go when they may, not all at once: takes over which are there, once it has been looked at which have gone. */
  follow(device: Device, there: readonly StoredReading[], mayGo: (reading: StoredReading) => boolean): void {
    const found = new Set(there.map(({ ts }) => ts));
    for (const reading of this.current[device].values()) {
      if (found.has(reading.ts)) continue;
      assert.ok(mayGo(reading), `${new Date(reading.ts).toISOString()} has gone`);
      this.current[device].delete(reading.ts);
      this.rolled[device].push(reading);
    }
    assert.deepEqual(there, [...this.current[device].values()].sort((a, b) => a.ts - b.ts));
  }

  delete(device: Device, from: number, to: number): number {
    let count = 0;
    for (const ts of this.current[device].keys()) if (ts >= from && ts < to && this.current[device].delete(ts)) count += 1;
    this.rolled[device] = this.rolled[device].filter(({ ts }) => ts < from || ts >= to);
    this.deleted += count;
    return count;
  }

  bucket(device: Device, from: number, to: number, rolledToo: boolean): Bucket | undefined {
    let bucket: Bucket | undefined;
    const all = [...this.current[device].values(), ...(rolledToo ? this.rolled[device] : [])].sort((a, b) => a.ts - b.ts);
    for (const { ts, value, quality } of all) if (ts >= from && ts < to) bucket = addReading(bucket, ts, value, quality);
    return bucket;
  }
}

const single = fc.record({ device: fc.constantFrom(...DEVICES), age: fc.oneof({ weight: 6, arbitrary: fc.integer({ min: 0, max: 5 * MINUTE }) }, { weight: 2, arbitrary: fc.integer({ min: 0, max: 4 * HOUR }) }, { weight: 1, arbitrary: fc.integer({ min: 0, max: 6 * DAY }) }), kind: fc.integer({ min: 0, max: 9 }), quality: fc.constantFrom<Quality>(1, 1, 2, 4) });
const burst = fc.record({ device: fc.constantFrom(...DEVICES), count: fc.integer({ min: 1, max: 200 }), every: fc.constantFrom(1, 1_000, 17_000, 200_000) });
const rules = fc.record({ readings: fc.constantFrom(10 * MINUTE, HOUR, 5 * HOUR, 2 * DAY, Infinity), minute: fc.constantFrom(0, HOUR, DAY), hour: fc.constantFrom(0, 6 * HOUR, 3 * DAY) });
const step = fc.oneof(
  { weight: 6, arbitrary: fc.array(single, { minLength: 1, maxLength: 12 }).map((readings) => ({ readings })) },
  { weight: 4, arbitrary: burst.map((one) => ({ burst: one })) },
  { weight: 2, arbitrary: fc.constantFrom(...DEVICES).map((device) => ({ again: device })) },
  { weight: 4, arbitrary: rules.map((one) => ({ rules: one })) },
  { weight: 6, arbitrary: fc.constantFrom(3_000, 62_000, ROUND, HOUR, 7 * HOUR, 30 * HOUR).map((milliseconds) => ({ advance: milliseconds })) },
  { weight: 1, arbitrary: fc.constantFrom(0.5, 0.9).map((part) => ({ bound: part })) },
  { weight: 1, arbitrary: fc.record({ device: fc.constantFrom(...DEVICES), from: fc.integer({ min: -6, max: 0 }), days: fc.integer({ min: 1, max: 3 }) }).map((one) => ({ delete: one })) },
  { weight: 3, arbitrary: fc.constantFrom('seal', 'crash', 'reopen').map((what) => ({ what })) },
);

/** A store, its model, and the rules that are in force. */
class Run {
  readonly fixture = new StoreFixture({ chunkReadings: 16 });
  readonly model = new Model();
  #value = 0;
  #rules: Retention = { ...KEEP_ALL, day: Infinity };
  #maximumBytes = Infinity;
  #storedBefore = 0;

  constructor() {
    this.fixture.clock.leap(100 * DAY + 5 * HOUR);
    this.fixture.reopen();
  }

  get now(): number {
    return this.fixture.clock.now();
  }

  /** Values are whole and never the same, so that sums are exact and nothing is a redelivery by chance. */
  #next(kind: number): ReadingValue {
    this.#value += 1;
    if (kind === 0) return null;
    if (kind === 1) return `text ${this.#value}`;
    return kind === 2 ? NaN : this.#value;
  }

  write(readings: ReadonlyArray<{ device: Device; ts: number; kind: number; quality: Quality }>): void {
    const samples = readings.map(({ device, ts, kind, quality }): Sample => {
      const value = this.#next(kind);
      // A NaN that comes again for its time is a redelivery.
      if (!Object.is(this.model.current[device].get(ts)?.value, value)) this.model.write(device, { ts, value, quality });
      return { ...sampleOf(device, ts, { t: value }), received: this.now, metrics: { t: { q: quality } } };
    });
    assert.equal(this.fixture.write(...samples), undefined);
  }

  /** The oldest readings of a device, delivered once more. */
  writeAgain(device: Device): void {
    const samples = this.fixture.all(device, 't').slice(0, 5).map(({ ts, value, quality }): Sample => ({ ...sampleOf(device, ts, { t: value }), metrics: { t: { q: quality } } }));
    if (samples.length > 0) assert.equal(this.fixture.write(...samples), undefined);
  }

  retain(retention: Retention, maximumBytes: number): void {
    this.#rules = retention;
    this.#maximumBytes = maximumBytes;
    this.fixture.store.retain({ of: () => retention, maximumBytes });
  }

  advance(milliseconds: number): void {
    this.fixture.clock.advance(milliseconds);
    this.model.goneBefore = Math.max(this.model.goneBefore, this.now - this.#rules.readings);
  }

  async take(one: typeof step extends fc.Arbitrary<infer Step> ? Step : never): Promise<void> {
    const { fixture, model } = this;
    if ('readings' in one) this.write(one.readings.map(({ device, age, kind, quality }) => ({ device, ts: this.now - age, kind, quality })));
    else if ('burst' in one) this.write(Array.from({ length: one.burst.count }, (_, index) => ({ device: one.burst.device, ts: this.now - (one.burst.count - index) * one.burst.every, kind: 5, quality: 1 as const })));
    else if ('again' in one) this.writeAgain(one.again);
    else if ('rules' in one) this.retain({ ...one.rules, day: Infinity }, Infinity);
    else if ('advance' in one) this.advance(one.advance);
    else if ('bound' in one) {
      this.reopen(() => fixture.reopen());
      this.retain(this.#rules, Math.round((fixture.store.health().bytes ?? 0) * one.bound));
      this.advance(7_000);
      this.retain(this.#rules, Infinity);
    } else if ('delete' in one) {
      const from = (Math.floor(this.now / DAY) + one.delete.from) * DAY;
      await this.delete(one.delete.device, from, from + one.delete.days * DAY);
    } else if (one.what === 'seal') fixture.store.seal();
    else this.reopen(() => (one.what === 'crash' ? fixture.crash() : fixture.reopen()));
    const { dropped, droppedRollups } = fixture.store.losses();
    model.hasDropped = dropped + droppedRollups > 0;
  }

  reopen(how: () => void): void {
    this.#storedBefore += this.fixture.store.counts.stored;
    how();
    this.retain(this.#rules, this.#maximumBytes);
  }

  async delete(device: Device, from: number, to: number): Promise<void> {
    let done = false;
    const answer = this.fixture.store.delete({ device, from, to }).finally(() => (done = true));
    while (!done) {
      this.advance(20);
      await new Promise((resolve) => setImmediate(resolve));
    }
    // What expired meanwhile is counted as that.
    this.#follow(device, (reading) => (reading.ts >= from && reading.ts < to) || reading.ts < this.model.goneBefore);
    const before = this.model.deleted;
    this.model.delete(device, from, to);
    this.model.deleted = before + (await answer);
  }

  #follow(device: Device, mayGo: (reading: StoredReading) => boolean): void {
    this.model.follow(device, this.fixture.all(device, 't'), mayGo);
  }

  async check(dropping: boolean): Promise<void> {
    const { fixture, model } = this;
    for (const device of DEVICES) {
      this.#follow(device, ({ ts }) => dropping || ts < model.goneBefore);
      const { store } = fixture;
      const days = Array.from({ length: 12 }, (_, index) => (Math.floor(this.now / DAY) - 9 + index) * DAY);
      if (!model.hasDropped) {
        for (const edges of [[days[0]! - 50 * DAY, days.at(-1)!], days]) {
          const { buckets } = await store.buckets({ device, metric: 't', edges });
          assert.deepEqual(buckets, edges.slice(1).map((to, index) => model.bucket(device, edges[index]!, to, true)));
        }
      }
      const { readingsFrom } = await store.buckets({ device, metric: 't', edges: [0, 1] });
      const from = Math.max(readingsFrom, this.now - 3 * HOUR);
      const edges = [from, from + 7 * MINUTE, from + HOUR, from + 2 * HOUR, this.now + 1];
      const { buckets } = await store.buckets({ device, metric: 't', edges: edges.filter((edge, index) => index === 0 || edge > edges[index - 1]!) });
      assert.deepEqual(buckets, edges.flatMap((to, index) => (index > 0 && to > edges[index - 1]! ? [model.bucket(device, edges[index - 1]!, to, false)] : [])));
      assert.deepEqual(store.latest(device)['t'], fixture.all(device, 't').at(-1));
    }
    const { deleted, expired, dropped } = fixture.store.losses();
    assert.equal(this.#storedBefore + fixture.store.counts.stored, fixture.store.count() + deleted + expired + dropped);
    assert.equal(deleted, model.deleted);
    assert.equal(model.stored, fixture.store.count() + deleted + expired + dropped);
    assert.deepEqual(fixture.problems.filter((error) => !error.message.includes('reached its bound')), []);
  }

  async end(): Promise<void> {
    const { fixture } = this;
    this.advance(ROUND);
    this.advance(ROUND);
    await this.check(false);
    const slack = 4 * MINUTE + this.#rules.readings / 100 + DAY;
    for (const device of DEVICES) for (const { ts } of fixture.all(device, 't')) assert.ok(this.now - ts <= this.#rules.readings + slack);
    fixture.store.seal();
    assert.equal(fixture.sql(COUNT_READINGS)[0]?.['readings'], fixture.store.count());
  }
}

describe('the store, with retention, rollups and a bound, killed and opened again at any moment', () => {
  it('answers as plain lists would, and accounts for everything that was stored', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const run = new Run();
      try {
        for (const one of steps) {
          await run.take(one);
          await run.check('bound' in one);
        }
        await run.end();
      } finally {
        run.fixture.remove();
      }
    }), { numRuns: 120 });
  }).timeout(120_000);
});
