import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { openDatabase } from '../../../core/sqlite/database.ts';
import { addReading, mergedBucket } from '../../../core/store/bucket.ts';
import type { Bucket } from '../../../core/store/bucket.ts';
import { LAYOUT } from '../../../core/store/embedded/layout.ts';
import type { Rollup } from '../../../core/store/embedded/rollup/rollup-codec.ts';
import { RollupTable } from '../../../core/store/embedded/rollup/rollup-table.ts';
import { Series } from '../../../core/store/embedded/series/series-index.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const PRESS = new Series(1, 'press', 't');
const ROOM = new Series(2, 'room', 't');

describe('The table of rollups', () => {
  let folder: string;
  let database: DatabaseSync;
  let table: RollupTable;
  let problems: Error[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-rollup-'));
    const path = join(folder, 'store.sqlite');
    database = openDatabase(path, LAYOUT);
    problems = [];
    table = new RollupTable({ database, path, problem: (error) => problems.push(error) });
  });

  afterEach(() => {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function rollup(start: number, value: number | string = 1): Rollup {
    const bucket = addReading(undefined, start + 5, value, 1);
    assert.ok(bucket);
    return { start, bucket };
  }

  function starts(series: Series, from = -1e15, to = 1e15): number[] {
    return [...table.range(series, from, to)].map(({ start }) => start);
  }

  it('keeps many in few rows and answers for a stretch of them', () => {
    table.merge(PRESS, MINUTE, Array.from({ length: 10_000 }, (_, index) => rollup(index * MINUTE)));
    table.merge(ROOM, MINUTE, [rollup(0)]);
    assert.equal(database.prepare('SELECT count(*) AS n FROM rollup').get()?.['n'], 80);
    assert.deepEqual(starts(PRESS, 255 * MINUTE, 258 * MINUTE), [255 * MINUTE, 256 * MINUTE, 257 * MINUTE]);
    assert.deepEqual(starts(PRESS, 9_999 * MINUTE + 1), []);
    assert.equal(starts(PRESS).length, 10_000);
    assert.deepEqual(starts(ROOM), [0]);
  });

  it('says how far may be read at a time', () => {
    table.merge(PRESS, MINUTE, Array.from({ length: 10_000 }, (_, index) => rollup(index * MINUTE)));
    assert.equal(table.pageEnd(PRESS, -1e15), 31 * 128 * MINUTE);
    assert.equal(table.pageEnd(PRESS, 31 * 128 * MINUTE), 63 * 128 * MINUTE);
    assert.equal(table.pageEnd(PRESS, 63 * 128 * MINUTE), Infinity);
    assert.equal(table.pageEnd(ROOM, 0), Infinity);
  });

  it('keeps rows so short that two share a page, save one that has a long text', () => {
    const texts = Array.from({ length: 20 }, (_, index) => rollup(index * MINUTE, index === 7 ? 'x'.repeat(20_000) : `${index} ${'y'.repeat(300)}`));
    const noise = Array.from({ length: 128 }, (_, index) => {
      const one = rollup((100 + index) * MINUTE, Math.sin(index) / 3);
      return { ...one, bucket: addReading(one.bucket, one.start + 9, Math.sin(index * 7) / 3, 2) ?? one.bucket };
    });
    table.merge(PRESS, MINUTE, [...texts, ...noise]);
    const long = database.prepare('SELECT length(data) AS n, first_ts, last_ts FROM rollup WHERE length(data) > 1990').all();
    assert.deepEqual(long.map(({ first_ts, last_ts }) => [first_ts, last_ts]), [[7 * MINUTE, 7 * MINUTE]]);
    assert.deepEqual([...table.range(PRESS, -1e15, 1e15)], [...texts, ...noise]);
  });

  it('tells once of one that is damaged, serves the others, and sets it aside when it has to be written', () => {
    table.merge(PRESS, MINUTE, Array.from({ length: 300 }, (_, index) => rollup(index * MINUTE)));
    database.exec(`UPDATE rollup SET data = x'0102030405060708' WHERE first_ts = 0`);
    const reopened = new RollupTable({ database, path: 'store.sqlite', problem: (error) => problems.push(error) });
    assert.equal([...reopened.range(PRESS, 0, 1e15)].length, 172);
    assert.equal([...reopened.range(PRESS, 0, 1e15)].length, 172);
    assert.equal(problems.length, 1);
    assert.match(problems[0]?.message ?? '', /128 rollups of "t" of "press" from 1970-01-01T00:00:00\.000Z to 1970-01-01T02:07:00\.000Z .* are damaged/);
    reopened.merge(PRESS, MINUTE, [rollup(7 * MINUTE)]);
    assert.equal([...reopened.range(PRESS, 0, 1e15)].length, 173);
    assert.deepEqual({ ...database.prepare('SELECT source, series, first_ts, count FROM damaged').get() }, { source: 'rollup', series: 1, first_ts: 0, count: 128 });
  });

  it('deletes all that has anything of a time, of whatever width', () => {
    table.merge(PRESS, MINUTE, Array.from({ length: 1_000 }, (_, index) => rollup(index * MINUTE)));
    table.merge(PRESS, HOUR, Array.from({ length: 20 }, (_, index) => rollup(-20 * HOUR + index * HOUR)));
    table.delete(PRESS, -90 * MINUTE, 300 * MINUTE + 1);
    const left = starts(PRESS);
    assert.deepEqual(left.filter((start) => start >= 0), Array.from({ length: 699 }, (_, index) => (301 + index) * MINUTE));
    assert.deepEqual(left.filter((start) => start < 0), Array.from({ length: 18 }, (_, index) => -20 * HOUR + index * HOUR));
    table.delete(PRESS, -Infinity, Infinity);
    assert.deepEqual(starts(PRESS), []);
  });

  it('is what a plain map is, whatever is merged, taken and deleted', () => {
    const minutes = fc.uniqueArray(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: -1e6, max: 1e6 })), { minLength: 1, maxLength: 30 }).map((times) => times.sort((a, b) => a - b));
    const step = fc.oneof(
      { weight: 4, arbitrary: minutes.map((added) => ({ added })) },
      { weight: 1, arbitrary: fc.constantFrom(1, 300).chain((every) => fc.integer({ min: -1e4, max: 1e4 }).map((first) => ({ added: Array.from({ length: 400 }, (_, index) => first + index * every) }))) },
      { weight: 1, arbitrary: fc.integer({ min: -1e6, max: 1e6 }).map((before) => ({ before })) },
      { weight: 1, arbitrary: fc.tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 1e6 })).map(([from, length]) => ({ from, to: from + length })) },
    );
    fc.assert(fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      database.exec('BEGIN');
      const model = new Map<number, Bucket>();
      let value = 0;
      for (const one of steps) {
        if ('added' in one) {
          const added = one.added.map((minute) => rollup(minute * MINUTE, (value += 1)));
          table.merge(PRESS, MINUTE, added);
          for (const { start, bucket } of added) model.set(start, mergedBucket(model.get(start), bucket) ?? bucket);
        } else if ('before' in one) {
          for (let taken = table.take(PRESS, MINUTE, one.before * MINUTE); taken; taken = table.take(PRESS, MINUTE, one.before * MINUTE)) {
            for (const { start, bucket } of taken) {
              assert.deepEqual(bucket, model.get(start));
              model.delete(start);
            }
          }
          assert.ok(![...model.keys()].some((start) => start < one.before * MINUTE));
        } else {
          table.delete(PRESS, one.from * MINUTE, one.to * MINUTE);
          for (const start of model.keys()) if (start >= one.from * MINUTE && start < one.to * MINUTE) model.delete(start);
        }
        assert.deepEqual([...table.range(PRESS, -1e15, 1e15)], [...model].sort(([a], [b]) => a - b).map(([start, bucket]) => ({ start, bucket })));
      }
      assert.deepEqual(problems, []);
      database.exec('ROLLBACK');
    }), { numRuns: 60 });
  }).timeout(30_000);
});
