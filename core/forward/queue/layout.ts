import type { Layout } from '../../sqlite/database.ts';
import { KNOWN_TABLE } from './known-ids.ts';

/** Kinds as they stand on disk; `damaged`: a row that cannot be read, kept for whoever wants to look. */
export const KINDS = { reading: 0, alarm: 1, damaged: 2 } as const;

/** `forward-<node>.sqlite`; docs/forward.md tells of it. */
export const LAYOUT: Layout = {
  migrations: [
    `CREATE TABLE segment (
       id INTEGER PRIMARY KEY, kind INTEGER NOT NULL, queued INTEGER NOT NULL, left INTEGER NOT NULL, bytes INTEGER NOT NULL,
       thinned INTEGER NOT NULL DEFAULT 0, ended BLOB, data BLOB NOT NULL
     ) STRICT;
     CREATE INDEX segment_kind ON segment (kind, id);
     CREATE INDEX segment_thinned ON segment (kind, thinned, id);
     CREATE TABLE refused (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, reason TEXT NOT NULL, line BLOB NOT NULL) STRICT;
     CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
     ${KNOWN_TABLE};`,
  ],
};
