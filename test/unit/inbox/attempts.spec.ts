import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { ATTEMPT_TABLE, Attempts } from '../../../core/inbox/attempts.ts';
import { transaction } from '../../../core/sqlite/database.ts';

describe('the memory of attempts', () => {
  let database: DatabaseSync;
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    database.exec(ATTEMPT_TABLE);
  });
  afterEach(() => database.close());
  const commit = (attempts: Attempts, keys: readonly number[]): void => {
    transaction(database, () => attempts.write(keys));
    attempts.committed();
  };
  const fail = (attempts: Attempts, keys: readonly number[]): void => {
    assert.throws(() =>
      transaction(database, () => {
        attempts.write(keys);
        throw new Error('disk full');
      }),
    );
  };
  const rows = (): number => Number(database.prepare('SELECT count(*) AS n FROM attempt').get()?.['n']);
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);
  const known = (attempts: Attempts, keys: readonly number[]): number => keys.filter((key) => attempts.has(key)).length;

  it('knows the newest, in any grouping and over restarts and failed commits, and nothing that was not committed', () => {
    const step = fc.oneof({ weight: 6, arbitrary: fc.record({ keys: fc.integer({ min: 0, max: 40 }), fails: fc.boolean() }) }, { weight: 1, arbitrary: fc.constant('restart' as const) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        database.exec('DELETE FROM attempt');
        let attempts = new Attempts(database, 100);
        let next = 1;
        const committed: number[] = [];
        const lost: number[] = [];
        for (const one of steps) {
          if (one === 'restart') attempts = new Attempts(database, 100);
          else {
            const keys = range(next, next + one.keys);
            next += one.keys;
            if (one.fails) fail(attempts, keys);
            else commit(attempts, keys);
            (one.fails ? lost : committed).push(...keys);
          }
          const newest = committed.slice(-100);
          assert.equal(known(attempts, newest), newest.length);
          assert.equal(known(attempts, lost), 0);
          assert.ok(known(attempts, committed) <= 2 * 140);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('puts short rows together, so that they are read quickly', () => {
    const attempts = new Attempts(database);
    for (const key of range(1, 10_001)) commit(attempts, [key]);
    assert.ok(rows() < 300, `${rows()} rows for 10,000 keys`);
    assert.equal(known(new Attempts(database), range(1, 10_001)), 10_000);
  });

  it('takes what it has forgotten off the disk little by little', () => {
    let attempts = new Attempts(database, 10_000);
    const most = { rows: 0, removed: 0 };
    for (let first = 1; first < 200_000; first += 20) {
      const before = rows();
      commit(attempts, range(first, first + 20));
      most.rows = Math.max(most.rows, rows());
      most.removed = Math.max(most.removed, before + 1 - rows());
    }
    assert.ok(most.rows < 1_700, `${most.rows} rows`);
    assert.ok(most.removed <= 64, `${most.removed} rows in one commit`);
    attempts = new Attempts(database, 10_000);
    assert.equal(known(attempts, range(190_001, 200_001)), 10_000);
  });
});
