import type { Layout } from '../../sqlite/database.ts';

/**
 * The tables of `store.sqlite`. Times are event times, milliseconds since the epoch.
 *
 * - `log`: what was committed and is not in chunks yet, one row a commit. `data`: see log-codec.ts. `count`: readings in it.
 * - `chunk`: readings of one series in order of time; the chunks of a series do not overlap. Beside when they are and how many, what
 *   they come to (ChunkStats): `valued` is the number of readings with a value, `good`, `numbers`, `min`, `max`, `sum` and the first and the
 *   last value are those of a bucket, `best` and `worst` are qualities. All of these are NULL where they are not known (chunks of
 *   layout 1, and those whose first or last value is a text): the readings tell. `data`: the row of `chunk_data` that has them.
 * - `chunk_data`: the readings of a chunk; see chunk-codec.ts. They are apart, so that a walk along `chunk` reads only what it needs.
 *   `pad`: zeros that fill the last page of a large one; see page-fill.ts.
 * - `series`: `readings` in its chunks, and the `newest` time among them; `newest_kind` (see kind.ts), `newest_value` and `newest_note`
 *   are the rest of that reading, `newest_kind` is NULL where the chunk is to be asked. Everything of the series up to row `logged` of `log` is in chunks.
 * - `superseded`: readings that a correction replaced; `superseded` is when, `note` is unit, flags and raw value (see note.ts).
 * - `damaged`: rows of `log` and `chunk` whose checksum failed, set aside as they were found.
 * - `trim`: one row; how many readings of `log` stand in chunks already, or were absorbed as duplicates.
 * - `deletion`: the series and times that somebody deletes, until no byte of them is left; NULL stands for all times before or after.
 *   `removed`: whether the readings have gone, and only what is left of them in free pages has not.
 * - `scrub`: empty, but for a moment in which free pages of the file are filled with zeros.
 * - `rollup`: what readings that have gone come to, by minute, hour or day: `width` in milliseconds, `first_ts` and `last_ts` when the
 *   first and the last of the row begin, `rollups` how many there are. `data`: see rollup-codec.ts. Those of a series and width do not overlap.
 * - `expiry`: readings of the series before `readings_from` have gone.
 * - `trusted_time`: at most one row; the time by which readings expire, and for how long the clock has run on steadily while it was off from that, in milliseconds.
 * - `loss`: how many readings and rollups have gone since the file was made; the reasons are those of StoreLosses.
 *
 * A value in a column is NULL, INTEGER (false and true), REAL (a number) or TEXT; what these cannot hold exactly is a BLOB: byte 0 and
 * a float64 (NaN, -0), or byte 1 and UTF-16 (NUL, invalid Unicode).
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
    `CREATE TABLE chunk_data (id INTEGER PRIMARY KEY, data BLOB NOT NULL, pad BLOB) STRICT;
     INSERT INTO chunk_data (id, data) SELECT id, data FROM chunk;
     ALTER TABLE chunk RENAME TO chunk_1;
     CREATE TABLE chunk (
       series INTEGER NOT NULL, first_ts INTEGER NOT NULL, last_ts INTEGER NOT NULL, count INTEGER NOT NULL, data INTEGER NOT NULL,
       valued INTEGER, good INTEGER, numbers INTEGER, min REAL, max REAL, sum REAL,
       first_value_ts INTEGER, first_value ANY, last_value_ts INTEGER, last_value ANY, best INTEGER, worst INTEGER,
       PRIMARY KEY (series, first_ts)
     ) STRICT, WITHOUT ROWID;
     INSERT INTO chunk (series, first_ts, last_ts, count, data) SELECT series, first_ts, last_ts, count, id FROM chunk_1 ORDER BY series, first_ts;
     DROP TABLE chunk_1;
     ALTER TABLE superseded ADD COLUMN note TEXT;
     ALTER TABLE series ADD COLUMN newest_kind INTEGER;
     ALTER TABLE series ADD COLUMN newest_value ANY;
     ALTER TABLE series ADD COLUMN newest_note TEXT;
     ALTER TABLE series ADD COLUMN logged INTEGER NOT NULL DEFAULT 0;
     CREATE TABLE deletion (id INTEGER PRIMARY KEY, series INTEGER NOT NULL, from_ts INTEGER, to_ts INTEGER, removed INTEGER NOT NULL) STRICT;
     CREATE TABLE scrub (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT`,
    `CREATE TABLE rollup (
       id INTEGER PRIMARY KEY, series INTEGER NOT NULL, width INTEGER NOT NULL, first_ts INTEGER NOT NULL, last_ts INTEGER NOT NULL,
       rollups INTEGER NOT NULL, data BLOB NOT NULL
     ) STRICT;
     CREATE UNIQUE INDEX rollup_time ON rollup (series, width, first_ts);
     CREATE INDEX rollup_age ON rollup (width, last_ts);
     CREATE TABLE expiry (series INTEGER PRIMARY KEY, readings_from INTEGER NOT NULL) STRICT;
     CREATE TABLE loss (reason TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID`,
    'CREATE TABLE trusted_time (id INTEGER PRIMARY KEY CHECK (id = 0), time INTEGER NOT NULL, steady INTEGER NOT NULL) STRICT',
  ],
};

/** How many readings the file holds, for another process that looks into it: those in chunks, and those of the log that are in none. */
export const COUNT_READINGS = `SELECT (SELECT coalesce(sum(readings), 0) FROM series) + (SELECT coalesce(sum(count), 0) FROM log) - (SELECT sealed FROM trim) AS readings`;
