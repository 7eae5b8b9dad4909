import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { LAYOUT } from '../../../core/inbox/layout.ts';
import { QuarantineTable } from '../../../core/quarantine/quarantine-table.ts';
import type { Refused } from '../../../core/quarantine/quarantine-table.ts';
import { openDatabase, transaction } from '../../../core/sqlite/database.ts';
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

  it('does not forget in a commit that failed what has left while its message is in the inbox', () => {
    const inbox = (sql: string): void => database.exec(sql);
    inbox(`INSERT INTO batch (first, channel, count, records, deaths, delivered) VALUES (1, 'gateway', 5, x'', 0, 1)`);
    put(item(1));
    transaction(database, () => {
      table.begin();
      table.remove([1], 'dropped');
      table.finish();
    });
    table.committed();
    assert.throws(() =>
      transaction(database, () => {
        inbox(`DELETE FROM batch; UPDATE meta SET value = 6 WHERE name = 'next'`);
        table.begin();
        table.expire(-Infinity);
        throw new Error('disk full');
      }),
    );
    put(item(1));
    assert.deepEqual([positions(), table.isOverdue(-Infinity)], [[], true]);
  });

  it('of the former layout moves over: entries in their order, and how many had been lost', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'holdfast-former-')), 'inbox.sqlite');
    const former = new DatabaseSync(path);
    for (const sql of LAYOUT.migrations.slice(0, 5)) former.exec(sql);
    for (const position of [40, 7, 12]) former.prepare(`INSERT INTO quarantine VALUES (?, 'press-1', 'edge', 'http', 't', 5, 'syntax', 'no', 6, x'7b7d', 'json')`).run(position);
    former.exec(`UPDATE meta SET value = 9 WHERE name = 'quarantine_dropped'; PRAGMA user_version = 5`);
    former.close();
    const moved = openDatabase(path, LAYOUT);
    const { tally } = new QuarantineTable(moved, new ManualClock());
    assert.deepEqual(moved.prepare('SELECT id, position, sample, channel, origin FROM quarantine ORDER BY id').all().map((row) => ({ ...row })), [7, 12, 40].map((position, index) => ({ id: 10 + index, position, sample: -1, channel: '', origin: position })));
    assert.deepEqual([tally.sums, tally.byReason, tally.byDevice], [{ put: 12, bytes: 9, released: 0, dropped: 0, lost: 9 }, { syntax: 3 }, { 'press-1': 3 }]);
    moved.close();
    rmSync(dirname(path), { recursive: true });
  });

  it('counts what a crash has left in it', () => {
    const fixture = new InboxFixture();
    fixture.inbox.condemn('gateway', recordOf('bad'), { reason: 'type', detail: 'no' }, () => undefined);
    fixture.clock.advance(4);
    fixture.crash();
    assert.deepEqual([fixture.inbox.quarantine.summary().waiting, fixture.inbox.quarantine.summary().lost], [1, 0]);
    fixture.dispose();
  });
});
