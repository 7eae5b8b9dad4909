import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { InboxRecord } from '../../../core/inbox/record.ts';
import { encodeRecords } from '../../../core/inbox/record.ts';
import { Consumer, InboxFixture, recordOf, turn } from './fixture.ts';

/** The first layout, as files out there have it. */
const FIRST = `
  CREATE TABLE batch (
    first INTEGER PRIMARY KEY, channel TEXT NOT NULL, count INTEGER NOT NULL, records BLOB NOT NULL,
    settled BLOB, deaths INTEGER NOT NULL, delivered INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX batch_of_channel ON batch (channel, first);
  CREATE TABLE suspect (channel TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
  CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
  INSERT INTO meta VALUES ('next', 1), ('clean', 1), ('quarantine_dropped', 0);
  CREATE TABLE quarantine (
    position INTEGER PRIMARY KEY, device TEXT NOT NULL, principal TEXT NOT NULL, via TEXT NOT NULL, topic TEXT NOT NULL,
    received REAL NOT NULL, reason TEXT NOT NULL, detail TEXT NOT NULL, quarantined REAL NOT NULL, payload BLOB NOT NULL
  ) STRICT;
  PRAGMA user_version = 1`;

interface OldBatch {
  records: InboxRecord[];
  /** One bit a record. */
  settled?: Uint8Array;
  deaths?: number;
  delivered?: 0 | 1;
}

function oldFile(batches: readonly OldBatch[], { clean, quarantined = [], suspect }: { clean: 0 | 1; quarantined?: number[]; suspect?: number }): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-old-inbox-'));
  const database = new DatabaseSync(join(folder, 'inbox.sqlite'));
  database.exec(FIRST);
  let next = 1;
  for (const { records, settled, deaths = 0, delivered = 0 } of batches) {
    database.prepare('INSERT INTO batch VALUES (?, ?, ?, ?, ?, ?, ?)').run(next, 'gateway', records.length, encodeRecords(records), settled ?? null, deaths, delivered);
    next += records.length;
  }
  for (const position of quarantined) database.prepare(`INSERT INTO quarantine VALUES (?, 'press-1', 'press-1', 'mqtt', 't', 1, 'type', 'no reading', 2, x'7b7d')`).run(position);
  if (suspect !== undefined) database.prepare(`INSERT INTO suspect VALUES ('gateway', ?)`).run(suspect);
  database.exec(`UPDATE meta SET value = ${next} WHERE name = 'next'; UPDATE meta SET value = ${clean} WHERE name = 'clean'`);
  database.close();
  return folder;
}

describe('an inbox of the first layout', () => {
  const records = (from: number, to: number, device = 'press-1'): InboxRecord[] => Array.from({ length: to - from }, (_, index) => recordOf(String(from + index), device));
  const ledgerOf = (fixture: InboxFixture) => fixture.inbox.ledger.read().total;

  for (const clean of [0, 1] as const) {
    it(`is delivered and counted whole, ${clean === 1 ? 'after it was closed' : 'after its process was killed'}: what had settled in part comes again`, async () => {
      const folder = oldFile([{ records: records(0, 3) }, { records: records(3, 13), settled: Uint8Array.of(0b0000_0111, 0), delivered: 1 }, { records: records(13, 15, 'press-2') }], { clean, quarantined: [5] });
      const fixture = new InboxFixture(folder);
      assert.deepEqual([ledgerOf(fixture).received, ledgerOf(fixture).inFlight, ledgerOf(fixture).quarantined, ledgerOf(fixture).difference], [15, 14, 1, 0]);
      assert.equal(fixture.inbox.ledger.device('press-2').mqtt?.difference, 0);
      assert.deepEqual(fixture.inbox.unsettled(), new Map([['gateway', 14]]));
      assert.equal(fixture.inbox.quarantine.list({}, { limit: 1 }).entries[0]?.format, 'auto');

      const consumer = await fixture.attach(new Consumer({ window: 100, deliverAtMost: 100 }));
      assert.deepEqual(consumer.texts.map(Number), Array.from({ length: 15 }, (_, value) => value).filter((value) => value !== 4));
      for (const entry of consumer.held) fixture.inbox.channel('gateway').settle(entry, 'stored');
      fixture.clock.advance(100);
      fixture.crash();
      assert.deepEqual([ledgerOf(fixture).received, ledgerOf(fixture).stored, ledgerOf(fixture).quarantined, ledgerOf(fixture).inFlight, ledgerOf(fixture).difference], [15, 14, 1, 0, 0]);
      assert.deepEqual(fixture.query('SELECT first FROM batch'), []);
      fixture.dispose();
    });
  }

  it('that is opened, and killed before anything else, is counted once', () => {
    const fixture = new InboxFixture(oldFile([{ records: records(0, 5) }], { clean: 1 }));
    for (let life = 0; life < 3; life += 1) {
      assert.deepEqual([ledgerOf(fixture).received, ledgerOf(fixture).inFlight, ledgerOf(fixture).difference], [5, 5, 0]);
      fixture.crash();
    }
    fixture.dispose();
  });

  it('keeps its suspect, which goes through the flow alone', async () => {
    const fixture = new InboxFixture(oldFile([{ records: records(0, 2), deaths: 2, delivered: 1 }], { clean: 0, suspect: 1 }));
    const consumer = await fixture.attach(new Consumer());
    assert.deepEqual(consumer.texts, ['0']);
    fixture.inbox.channel('gateway').settle(consumer.take());
    await turn();
    assert.deepEqual(consumer.texts, ['1']);
    assert.equal(ledgerOf(fixture).difference, 0);
    fixture.dispose();
  });
});
