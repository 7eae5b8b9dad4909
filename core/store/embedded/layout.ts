import type { Layout } from '../../sqlite/database.ts';

/**
 * The tables of `store.sqlite`. Times are event times, milliseconds since the epoch.
 *
 * - `log`: what was committed and is not in chunks yet, one row a commit. `data`: see log-codec.ts. `count`: readings in it.
 * - `chunk`: readings of one series in order of time; the chunks of a series do not overlap. `data`: see chunk-codec.ts. The index is
 *   apart from the blobs, since a search in a table WITHOUT ROWID reads the whole rows that it passes.
 * - `series`: `readings` in its chunks, and the `newest` time among them.
 * - `superseded`: readings that a correction replaced; `superseded` is when. Numbers are REAL, booleans INTEGER, texts TEXT; what
 *   these cannot hold exactly is a BLOB: byte 0 and a float64 (NaN, -0), or byte 1 and UTF-16 (NUL, invalid Unicode).
 * - `damaged`: rows of `log` and `chunk` whose checksum failed, set aside as they were found.
 * - `trim`: one row; how many readings of `log` stand in chunks already, or were absorbed as duplicates.
 *
 * How many readings there are in all is what COUNT_READINGS answers.
 */
export const LAYOUT: Layout = {
  migrations: [
    `CREATE TABLE series (
       id INTEGER PRIMARY KEY, device TEXT NOT NULL, metric TEXT NOT NULL,
       readings INTEGER NOT NULL DEFAULT 0, newest INTEGER,
       UNIQUE (device, metric)
     ) STRICT;
     CREATE TABLE log (id INTEGER PRIMARY KEY, count INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
     CREATE TABLE chunk (
       id INTEGER PRIMARY KEY, series INTEGER NOT NULL, first_ts INTEGER NOT NULL, last_ts INTEGER NOT NULL, count INTEGER NOT NULL,
       data BLOB NOT NULL
     ) STRICT;
     CREATE UNIQUE INDEX chunk_time ON chunk (series, first_ts);
     CREATE TABLE superseded (
       series INTEGER NOT NULL, ts INTEGER NOT NULL, value ANY, quality INTEGER NOT NULL, superseded INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX superseded_reading ON superseded (series, ts);
     CREATE TABLE damaged (
       id INTEGER PRIMARY KEY, source TEXT NOT NULL, series INTEGER, first_ts INTEGER, last_ts INTEGER,
       count INTEGER NOT NULL, data BLOB NOT NULL
     ) STRICT;
     CREATE TABLE trim (sealed INTEGER NOT NULL) STRICT;
     INSERT INTO trim VALUES (0)`,
  ],
};

/** How many readings the file holds, for another process that looks into it: those in chunks, and those of the log that are in none. */
export const COUNT_READINGS = `SELECT (SELECT coalesce(sum(readings), 0) FROM series) + (SELECT coalesce(sum(count), 0) FROM log) - (SELECT sealed FROM trim) AS readings`;
