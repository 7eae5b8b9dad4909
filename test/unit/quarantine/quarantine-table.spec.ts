import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { LAYOUT } from '../../../core/inbox/layout.ts';
import { QuarantineTable } from '../../../core/quarantine/quarantine-table.ts';
import type { Refused } from '../../../core/quarantine/quarantine-table.ts';
import { transaction } from '../../../core/sqlite/database.ts';
import { InboxFixture, recordOf } from '../inbox/fixture.ts';

describe('the quarantine', () => {
  let database: DatabaseSync;
  let table: QuarantineTable;
  const bounds = { maximumRows: 10, maximumBytes: 1_000, maximumAge: 0 };
  const open = (): void => void (table = new QuarantineTable(database, new ManualClock(), bounds));
  const item = (position: number, bytes = 10): Refused => ({ position, channel: 'gateway', record: { ...recordOf('x'.repeat(bytes)), topic: '' }, reason: 'type', detail: 'no' });
  const put = (...items: Refused[]): void => {
    transaction(database, () => {
      table.begin();
      table.insert(items);
      table.finish();
    });
    table.committed();
  };
  const positions = (): number[] => database.prepare('SELECT position FROM quarantine ORDER BY id DESC').all().map(({ position }) => Number(position));
  beforeEach(() => {
    database = new DatabaseSync(':memory:');
    for (const sql of LAYOUT.migrations) database.exec(sql);
    open();
  });
  afterEach(() => database.close());

  it('keeps the newest up to its bound, and counts those that went', () => {
    for (let position = 1; position <= 15; position += 1) put(item(position));
    assert.deepEqual([positions(), table.count(), table.lost()], [[15, 14, 13, 12, 11, 10, 9, 8, 7, 6], 10, 5]);
  });

  it('is full of few large ones as well', () => {
    put(item(1, 400), item(2, 400));
    put(item(3, 400));
    assert.deepEqual([positions(), table.lost()], [[3, 2], 1]);
    open();
    put(item(4, 400));
    assert.deepEqual([positions(), table.lost()], [[4, 3], 2]);
  });

  it('counts one that comes twice once, and none of a commit that failed', () => {
    put(item(1), item(2));
    put(item(2));
    assert.throws(() =>
      transaction(database, () => {
        table.begin();
        table.insert([item(3), item(4)]);
        throw new Error('disk full');
      }),
    );
    put();
    assert.deepEqual([table.count(), positions()], [2, [2, 1]]);
    put(item(5));
    assert.equal(table.count(), 3);
  });

  it('counts what a crash has left in it', () => {
    const fixture = new InboxFixture();
    fixture.inbox.condemn('gateway', recordOf('bad'), { reason: 'type', detail: 'no' }, () => undefined);
    fixture.clock.advance(4);
    fixture.crash();
    assert.deepEqual([fixture.inbox.quarantine.count({}), fixture.inbox.quarantine.summary().lost], [1, 0]);
    fixture.dispose();
  });
});
