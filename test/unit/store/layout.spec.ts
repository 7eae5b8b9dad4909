import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import type { Quality, ReadingValue } from '../../../core/sample/sample.ts';
import { chunkStats } from '../../../core/store/codec/chunk-stats.ts';
import { encodeChunk } from '../../../core/store/codec/chunk-codec.ts';
import { ChunkTable } from '../../../core/store/embedded/chunk-table.ts';
import { LAYOUT } from '../../../core/store/embedded/layout.ts';
import { Series } from '../../../core/store/embedded/series/series-index.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';
import { openDatabase } from '../../../core/sqlite/database.ts';
import type { StoredReading } from '../../../core/store/store.ts';
import { blockOf, sampleOf } from './fixture.ts';

/** A blob of the log in version 1, with a number of each of these series. */
function formerLog(readings: ReadonlyArray<[series: number, ts: number, value: number]>): Buffer {
  const samples = readings.map(([series, ts, value]) => {
    const sample = Buffer.alloc(25);
    sample.writeDoubleLE(ts, 0);
    sample.writeUInt32LE(1, 8);
    sample.writeUInt32LE(series, 12);
    sample[16] = 0x23;
    sample.writeDoubleLE(value, 17);
    return sample;
  });
  const blob = Buffer.concat([Buffer.alloc(13), ...samples]);
  blob[0] = 1;
  blob.writeUInt32LE(crc32(blob.subarray(5)), 1);
  return blob;
}

describe('the file of the store', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-store-'));
    path = join(folder, 'store.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('of layout 1 is taken over with everything in it, and goes on taking readings', () => {
    const former = openDatabase(path, { migrations: LAYOUT.migrations.slice(0, 1) });
    const readings: StoredReading[] = Array.from({ length: 6 }, (_, ts) => ({ ts: ts * 10, value: ts === 5 ? 'last' : ts, quality: 2 as const }));
    former.exec(`INSERT INTO series VALUES (1, 'a', 'v', 6, 50), (2, 'b', 'v', 1, 7)`);
    const insert = former.prepare('INSERT INTO chunk (series, first_ts, last_ts, count, data) VALUES (?, ?, ?, ?, ?)');
    insert.run(1, 40, 50, 2, encodeChunk(blockOf(readings), 4, 6));
    insert.run(2, 7, 7, 1, encodeChunk(blockOf([{ ts: 7, value: true, quality: 1 }]), 0, 1));
    insert.run(1, 0, 30, 4, encodeChunk(blockOf(readings), 0, 4));
    former.exec('INSERT INTO superseded VALUES (1, 20, 99.5, 3, 1000)');
    former.prepare('INSERT INTO log (count, data) VALUES (2, ?)').run(formerLog([[1, 55, 5.5], [2, 8, -1]]));
    former.close();
    const clock = new ManualClock();
    const store = new SqliteStore({ path, clock });
    const all = (device: string): unknown => store.range({ device, metric: 'v', from: 0, to: 1000 });
    try {
      readings.push({ ts: 55, value: 5.5, quality: 2 });
      const others = [{ ts: 7, value: true, quality: 1 }, { ts: 8, value: -1, quality: 2 }];
      assert.deepEqual([all('a'), all('b'), store.count()], [readings, others, 9]);
      assert.deepEqual([store.latest('a'), store.latest('b')], [{ v: readings.at(-1) }, { v: others[1] }]);
      assert.deepEqual(store.latestOf({ at: 54 }).map(({ reading }) => reading), [readings[5], others[1]]);
      assert.deepEqual(store.superseded({ device: 'a', metric: 'v', from: 0, to: 99 }), [{ ts: 20, value: 99.5, quality: 3 }]);
      store.write([sampleOf('a', 25, { v: 'late' }), sampleOf('a', 60, { v: 6 })], () => {});
      store.seal();
      assert.deepEqual(all('a'), [...readings.slice(0, 3), { ts: 25, value: 'late', quality: 2 }, ...readings.slice(3), { ts: 60, value: 6, quality: 2 }]);
    } finally {
      store.close();
    }
  });

  it('has beside each chunk just what its readings come to, or nothing when the first or last is a text', () => {
    const database = openDatabase(path, LAYOUT);
    const table = new ChunkTable({ database, path, problem: (error) => assert.fail(error) });
    const series = new Series(1, 'a', 'v');
    const value: fc.Arbitrary<ReadingValue> = fc.oneof(fc.double(), fc.boolean(), fc.constantFrom<ReadingValue>(null, null, '', 'on', 'a\0', '\ud800', NaN, Infinity, 1e308, 'x'.repeat(65)));
    const readings = fc.uniqueArray(fc.record({ ts: fc.integer({ min: -50, max: 50 }), value, quality: fc.constantFrom<Quality>(1, 2, 3, 4, 9) }), { selector: ({ ts }) => ts, minLength: 1, maxLength: 12 });
    try {
      fc.assert(fc.property(readings, (one) => {
        const block = blockOf(one.toSorted((a, b) => a.ts - b.ts));
        const expected = chunkStats(block, 0, block.length);
        table.write(series, block, 0, block.length);
        const found = [...table.summaries(series, -100, 100)];
        for (const each of found) {
          assert.deepEqual([each.first, each.last, each.count], [block.time(0), block.time(block.length - 1), block.length]);
          assert.deepEqual(table.readings(series, each)?.reading(0), block.reading(0));
          table.remove(series, each);
        }
        const isText = [expected.bucket?.first.value, expected.bucket?.last.value].some((each) => typeof each === 'string');
        // SQLite has one zero; 0 and -0 are the same least and greatest number.
        const plain = expected.bucket && { ...expected, bucket: { ...expected.bucket, min: expected.bucket.min + 0, max: expected.bucket.max + 0, sum: expected.bucket.sum + 0 } };
        assert.deepEqual(found.map(({ stats }) => stats), [isText ? undefined : plain ?? expected]);
      }));
      assert.deepEqual([...table.summaries(series, -100, 100)], []);
      assert.equal(database.prepare('SELECT count(*) AS n FROM chunk_data').get()?.['n'], 0);
    } finally {
      database.close();
    }
  });
});
