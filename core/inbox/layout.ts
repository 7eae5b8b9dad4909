import { LEDGER_TABLES } from '../ledger/ledger-log.ts';
import type { Layout } from '../sqlite/database.ts';
import { QUARANTINE_TABLES } from '../quarantine/layout.ts';
import { ATTEMPT_TABLE } from './attempts.ts';

/** How `inbox.sqlite` is laid out: the records, the quarantine, the ledger and the attempts, so that one transaction moves a record and counts it. */
export const LAYOUT: Layout = {
  migrations: [
    `CREATE TABLE batch (
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
     ) STRICT`,
    // What was partly settled under the old layout is delivered again: effects act once per id.
    `ALTER TABLE batch DROP COLUMN settled;
     ALTER TABLE batch ADD COLUMN outcomes BLOB;
     ALTER TABLE quarantine ADD COLUMN format TEXT NOT NULL DEFAULT 'auto';
     ${LEDGER_TABLES};
     ${ATTEMPT_TABLE};
     INSERT INTO meta SELECT 'uncounted', count(*) FROM batch`,
    `ALTER TABLE suspect ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE suspect ADD COLUMN delivered INTEGER NOT NULL DEFAULT 1`,
    `INSERT INTO meta VALUES ('attempt_seed', random() & 0x1fffffffffffff)`,
    `INSERT INTO meta VALUES ('received', 0)`,
    QUARANTINE_TABLES,
  ],
};
