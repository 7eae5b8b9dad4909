import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { Quality, ReadingValue, Sample } from '../../../core/sample/sample.ts';
import { addReading } from '../../../core/store/bucket.ts';
import type { Bucket } from '../../../core/store/bucket.ts';
import { sampleOf, StoreFixture } from './fixture.ts';

const EVERY = 1_000;

function reading(ts: number, value: ReadingValue, q?: Quality): Sample {
  return { ...sampleOf('press', ts, { t: value }), ...(q && { metrics: { t: { q } } }) };
}

/** The buckets as a plain list of the stored readings has them. */
function expected(fixture: StoreFixture, edges: readonly number[], minimumQuality: Quality = 9): Array<Bucket | undefined> {
  const all = fixture.all('press', 't');
  return edges.slice(1).map((to, index) => {
    let bucket: Bucket | undefined;
    for (const { ts, value, quality } of all) if (ts >= edges[index]! && ts < to && quality <= minimumQuality) bucket = addReading(bucket, ts, value, quality);
    return bucket;
  });
}

async function buckets(fixture: StoreFixture, edges: readonly number[], minimumQuality?: Quality): Promise<Array<Bucket | undefined>> {
  return (await fixture.store.buckets({ device: 'press', metric: 't', edges, ...(minimumQuality && { minimumQuality }) })).buckets;
}

/** Sums of sums are rounded otherwise than sums, and a column knows no -0. */
function assertAlike(actual: Array<Bucket | undefined>, wanted: Array<Bucket | undefined>): void {
  assert.deepEqual(actual.map(exactly), wanted.map(exactly));
  actual.forEach((bucket, index) => {
    const other = wanted[index];
    if (!bucket || !other || !Number.isFinite(other.sum)) return;
    assert.ok(Math.abs(bucket.sum - other.sum) <= 1e-9 * Math.max(Math.abs(other.min), Math.abs(other.max)) * other.count, `${bucket.sum} for ${other.sum}`);
  });
}

function exactly(bucket: Bucket | undefined): Bucket | undefined {
  return bucket && { ...bucket, min: bucket.min + 0, max: bucket.max + 0, sum: 0 };
}

describe('Buckets of the embedded store', () => {
  let fixture: StoreFixture;

  afterEach(() => fixture.remove());

  it('come to what their readings come to, in few chunks or many, across edges and beside them', async () => {
    fixture = new StoreFixture({ chunkReadings: 8 });
    fixture.write(...Array.from({ length: 2_000 }, (_, index) => reading(index * EVERY, index % 37)));
    fixture.store.seal();
    for (const count of [1, 3, 7, 50, 400, 3_000]) {
      const edges = Array.from({ length: count + 1 }, (_, index) => -500 + Math.round((index * 2_000 * EVERY) / count));
      assert.deepEqual(await buckets(fixture, edges), expected(fixture, edges));
    }
  });

  it('have edges as a calendar has them, and nothing where there is no reading', async () => {
    fixture = new StoreFixture({ chunkReadings: 8 });
    fixture.write(...Array.from({ length: 300 }, (_, index) => reading(index * EVERY, index)));
    fixture.store.seal();
    const edges = [-90_000, -1, 0, 1, 2, 70_001, 200_000, 200_001, 299_000, 299_001, 5e6];
    assert.deepEqual(await buckets(fixture, edges), expected(fixture, edges));
    assert.deepEqual(await buckets(fixture, [1e9, 2e9, 3e9]), [undefined, undefined]);
    assert.deepEqual((await fixture.store.buckets({ device: 'nobody', metric: 't', edges: [0, 1, 2] })).buckets, [undefined, undefined]);
  });

  it('count what was corrected or came late before it is sealed, once', async () => {
    fixture = new StoreFixture({ chunkReadings: 8 });
    fixture.write(...Array.from({ length: 1_000 }, (_, index) => reading(index * EVERY, index)));
    fixture.store.seal();
    fixture.write(reading(500 * EVERY, 7_000), reading(500 * EVERY + 1, -3), reading(1_200 * EVERY, 1), reading(3, 'a text'));
    for (const edges of [[0, 2e6], [0, 400_000, 800_000, 2e6], Array.from({ length: 101 }, (_, index) => index * 20_000)]) assert.deepEqual(await buckets(fixture, edges), expected(fixture, edges));
  });

  it('leave out readings of a worse quality, also where a chunk has good and bad ones', async () => {
    fixture = new StoreFixture({ chunkReadings: 8 });
    fixture.write(...Array.from({ length: 1_000 }, (_, index) => reading(index * EVERY, index % 11 === 5 ? null : index, index < 400 ? 1 : index < 700 ? 3 : index % 50 === 0 ? 4 : 2)));
    fixture.store.seal();
    for (const quality of [1, 2, 3, 4, 9] as const) {
      for (const count of [1, 5, 100]) {
        const edges = Array.from({ length: count + 1 }, (_, index) => Math.round((index * 1e6) / count));
        assert.deepEqual(await buckets(fixture, edges, quality), expected(fixture, edges, quality));
      }
    }
  });

  it('serve what is sound when a chunk is damaged, and say so', async () => {
    fixture = new StoreFixture({ chunkReadings: 8 });
    fixture.write(...Array.from({ length: 16 }, (_, index) => reading(index * EVERY, index)));
    fixture.store.seal();
    fixture.flip('chunk', 'first_ts = 0');
    const [first, second] = await buckets(fixture, [0, 4 * EVERY, 16 * EVERY]);
    assert.equal(first, undefined);
    assert.equal(second?.count, 8);
    assert.match(fixture.problems[0]?.message ?? '', /8 readings of "t" of "press" .* are damaged/);
  });

  it('read chunks of which nothing is known beside them', async () => {
    fixture = new StoreFixture({ chunkReadings: 8 });
    fixture.write(...Array.from({ length: 1_000 }, (_, index) => reading(index * EVERY, index % 37)));
    fixture.store.seal();
    fixture.sql('UPDATE chunk SET valued = NULL, good = NULL, numbers = NULL, min = NULL, max = NULL, sum = NULL, first_value_ts = NULL, first_value = NULL, last_value_ts = NULL, last_value = NULL, best = NULL, worst = NULL WHERE first_ts % 3 = 0');
    for (const count of [1, 10, 300]) {
      const edges = Array.from({ length: count + 1 }, (_, index) => Math.round((index * 1e6) / count));
      assert.deepEqual(await buckets(fixture, edges), expected(fixture, edges));
    }
  });

  it('let others work in between, and count a reading that stands all the while once', async () => {
    fixture = new StoreFixture({ chunkReadings: 4 });
    fixture.write(...Array.from({ length: 20_000 }, (_, index) => reading(index * EVERY, 1)));
    fixture.store.seal();
    const edges = Array.from({ length: 2_001 }, (_, index) => index * 10 * EVERY);
    let answered = false;
    const answer = buckets(fixture, edges).then((all) => {
      answered = true;
      return all;
    });
    let turns = 0;
    while (!answered) {
      // What was late is sealed into chunks that are cut anew, while the question is under way.
      fixture.write(reading(turns * 57_000 + 1, 1), reading(19e6 - turns * 31_000 + 2, 1));
      fixture.store.seal();
      turns += 1;
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.ok(turns > 3, `only ${turns} turns`);
    const late = (await answer).reduce((sum, bucket) => sum + (bucket?.count ?? 0), 0) - 20_000;
    assert.ok(late >= 0 && late <= 2 * turns, `${late} of ${2 * turns} late ones`);
    (await answer).forEach((bucket) => assert.ok(bucket && bucket.count >= 10 && bucket.count <= 12 && bucket.sum === bucket.count));
  });

  it('end with the reason of the signal', async () => {
    fixture = new StoreFixture({ chunkReadings: 4 });
    fixture.write(...Array.from({ length: 8_000 }, (_, index) => reading(index * EVERY, 1)));
    fixture.store.seal();
    const controller = new AbortController();
    const answer = fixture.store.buckets({ device: 'press', metric: 't', edges: Array.from({ length: 801 }, (_, index) => index * 10 * EVERY), signal: controller.signal });
    controller.abort(new Error('nobody waits'));
    await assert.rejects(answer, /nobody waits/);
    await assert.rejects(fixture.store.buckets({ device: 'press', metric: 't', edges: [0, 1], signal: controller.signal }), /nobody waits/);
  });

  it('say which edge is wrong', async () => {
    fixture = new StoreFixture();
    const refused = (edges: readonly number[], sentence: RegExp) => assert.rejects(fixture.store.buckets({ device: 'press', metric: 't', edges }), { code: 'HOLDFAST_BUCKETS', message: sentence });
    await refused([], /There are 0 edges of buckets\. Give 2 to 100001/);
    await refused(Array.from({ length: 100_002 }, (_, index) => index), /There are 100002 edges/);
    await refused([0, 5, 5], /Edge 3 of the buckets is 5, and the one before it is 5\. Give each after/);
    await refused([0, 0.5], /Edge 2 of the buckets is 0\.5\. Give whole milliseconds/);
    await refused([Number.NaN, 1], /Edge 1 of the buckets is NaN/);
  });

  it('come to what a plain list does, whatever is written and sealed', async () => {
    fixture = new StoreFixture();
    const value: fc.Arbitrary<ReadingValue> = fc.oneof({ weight: 6, arbitrary: fc.integer({ min: -50, max: 50 }) }, fc.double(), fc.constantFrom<ReadingValue>(-0, NaN, Infinity, true, false, null, '', 'x'.repeat(70), '\ud800'));
    const entry = fc.record({ ts: fc.integer({ min: 0, max: 300 }), value, quality: fc.constantFrom<Quality>(1, 1, 1, 2, 3, 4, 9) });
    const edges = fc.uniqueArray(fc.integer({ min: -20, max: 320 }), { minLength: 2, maxLength: 40 }).map((times) => times.sort((a, b) => a - b));
    await fc.assert(fc.asyncProperty(fc.array(fc.array(entry, { maxLength: 120 }), { maxLength: 4 }), edges, fc.constantFrom<Quality>(1, 2, 3, 4, 9), fc.constantFrom(1, 3, 16), fc.boolean(), async (writes, times, quality, chunkReadings, sealed) => {
      const own = new StoreFixture({ chunkReadings });
      try {
        for (const write of writes) {
          own.store.seal();
          own.write(...write.map(({ ts, value: one, quality: q }) => reading(ts, one, q)));
        }
        if (sealed) own.store.seal();
        assertAlike(await buckets(own, times, quality), expected(own, times, quality));
      } finally {
        own.remove();
      }
    }), { numRuns: 150 });
  }).timeout(60_000);
});
