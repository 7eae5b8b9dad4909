import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import type { TrustedTimeSnapshot } from '../clock/trusted-time.ts';
import type { InboxRecord } from '../inbox/record.ts';
import type { QuarantineCause } from './cause.ts';
import { CONTENT, entryOf } from './entry-row.ts';
import type { QuarantineBounds, QuarantineEntry } from './quarantine.ts';
import { Tally, waitingOf } from './tally.ts';
import type { Counted, Leaving } from './tally.ts';

/** A record, or one sample of it, that goes to quarantine: once per position and sample. */
export interface Refused extends QuarantineCause {
  position: number;
  /** The source whose record it is; empty: none. */
  channel: string;
  record: InboxRecord;
  /** Which sample of the payload, from 0; absent: the whole record, which is settled by it. */
  sample?: number;
  /** The device that the entry is listed under; absent: that of the record. */
  device?: string;
}

export const QUARANTINE_BOUNDS: QuarantineBounds = { maximumRows: 100_000, maximumBytes: 256 * 1024 * 1024, maximumAge: 0 };

/** Stands for the whole message in the column `sample`. */
const WHOLE = -1;
/** So many go at most with one transaction to keep the bounds: more would stop the event loop. What is left goes with those that follow. */
const REMOVED_AT_ONCE = 500;
const COUNTED = 'id, position, sample, reason, device, contract, octet_length(payload) + octet_length(topic) AS bytes, quarantined';

/** What waits in quarantine, in the inbox's file, so that a record moves there in one transaction. */
export class QuarantineTable {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #insert: StatementSync;
  readonly #between: StatementSync;
  readonly #leftBetween: StatementSync;
  readonly #hasLeft: StatementSync;
  readonly #leave: StatementSync;
  readonly #delete: StatementSync;
  readonly #find: StatementSync;
  readonly #first: StatementSync;
  readonly #save: StatementSync;
  readonly #trim: StatementSync;
  readonly #saveJob: StatementSync;
  readonly #tally: Tally;
  bounds: QuarantineBounds;
  /** How many have left while their message is in the inbox, and how many when the transaction being written is on disk. */
  #left: number;
  #leftComing: number;
  /** The ids of those that the transaction being written adds, or the last one that was. */
  #added: number[] = [];
  #time: TrustedTimeSnapshot | undefined;

  /** @param bounds until others are set; what waits already is within them, since nobody knows yet what was set before. */
  constructor(database: DatabaseSync, clock: Clock, bounds = QUARANTINE_BOUNDS) {
    this.#database = database;
    this.#clock = clock;
    this.#insert = database.prepare(`INSERT OR IGNORE INTO quarantine VALUES (${Array(20).fill('?').join(', ')})`);
    this.#between = database.prepare(`SELECT position FROM quarantine WHERE position >= ? AND position < ? AND sample = ${WHOLE}`);
    this.#leftBetween = database.prepare(`SELECT position FROM quarantine_left WHERE position >= ? AND position < ? AND sample = ${WHOLE}`);
    this.#hasLeft = database.prepare('SELECT 1 FROM quarantine_left WHERE position = ? AND sample = ?');
    this.#leave = database.prepare('INSERT OR IGNORE INTO quarantine_left SELECT ?, ? WHERE (SELECT first + count FROM batch WHERE first <= ? ORDER BY first DESC LIMIT 1) > ?');
    this.#delete = database.prepare('DELETE FROM quarantine WHERE id = ?');
    this.#find = database.prepare(`SELECT ${COUNTED} FROM quarantine WHERE id = ?`);
    this.#first = database.prepare(`SELECT ${COUNTED} FROM quarantine ORDER BY id LIMIT ?`);
    this.#saveJob = database.prepare('INSERT OR REPLACE INTO release VALUES (1, ?)');
    this.#save = database.prepare('UPDATE meta SET value = ? WHERE name = ?');
    const meta = (name: string): number => Number(database.prepare('SELECT value FROM meta WHERE name = ?').get(`quarantine_${name}`)?.['value']);
    this.#time = meta('time') === 0 ? undefined : { time: meta('time'), steady: meta('steady') };
    this.#tally = new Tally({ put: meta('put'), bytes: meta('bytes'), released: meta('released'), dropped: meta('dropped'), lost: meta('lost') });
    const { maximumRows, maximumBytes, maximumAge } = bounds;
    this.bounds = { maximumRows: Math.max(maximumRows, this.count()), maximumBytes: Math.max(maximumBytes, meta('bytes')), maximumAge };
    for (const by of ['reason', 'device', 'contract'] as const) {
      for (const row of database.prepare(`SELECT ${by} AS name, count(*) AS entries FROM quarantine WHERE ${by} IS NOT NULL GROUP BY ${by}`).iterate()) {
        this.#tally.found(by, String(row['name']), Number(row['entries']));
      }
    }
    this.#left = Number(database.prepare('SELECT count(*) AS entries FROM quarantine_left').get()?.['entries']);
    this.#leftComing = this.#left;
    this.#trim = database.prepare(`DELETE FROM quarantine_left WHERE position < (SELECT coalesce(min(first), (SELECT value FROM meta WHERE name = 'next')) FROM batch)`);
  }

  /** Before a transaction: what was begun before and not committed has failed. */
  begin(): void {
    this.#tally.begin();
    this.#leftComing = this.#left;
    this.#added = [];
  }

  /** Inserts within the transaction of the caller, and keeps the bounds. */
  insert(items: readonly Refused[]): void {
    if (items.length === 0) return;
    const now = this.#clock.now();
    for (const item of items) this.#put(item, now);
    this.#keepBounds(Math.max(items.length, REMOVED_AT_ONCE));
  }

  /** Takes entries out within the transaction of the caller. Ids that are not there do not count. */
  remove(ids: Iterable<number>, how: Leaving): void {
    for (const id of ids) {
      const row = this.#find.get(id);
      if (row) this.#remove(row, how);
    }
  }

  /** Takes the oldest out within the transaction of the caller: what is beyond the bounds, or came here before a time. Some at a time. @returns whether there may be more to go. */
  expire(before: number): boolean {
    if (this.#leftComing > 0) this.#leftComing -= Number(this.#trim.run().changes);
    const removed = this.#keepBounds(REMOVED_AT_ONCE);
    if (removed >= REMOVED_AT_ONCE) return true;
    let expired = 0;
    for (const row of this.#first.all(REMOVED_AT_ONCE)) {
      if (Number(row['quarantined']) >= before) return false;
      this.#remove(row, 'lost');
      expired += 1;
    }
    return expired === REMOVED_AT_ONCE;
  }

  /** Writes the sums at the end of the transaction of the caller. */
  finish(): void {
    for (const [name, sum] of this.#tally.changed()) this.#save.run(sum, `quarantine_${name}`);
  }

  /** The transaction is on disk. */
  committed(): void {
    this.#tally.committed();
    this.#left = this.#leftComing;
  }

  /** The ids of the entries that came with the last transaction. */
  get added(): readonly number[] {
    return this.#added;
  }

  /** Whether something is to go: beyond the bounds, come here before a time, ms since the epoch, or kept only because its message was in the inbox. */
  isOverdue(before: number): boolean {
    const { maximumRows, maximumBytes } = this.bounds;
    if (this.#left > 0 || this.count() > maximumRows || this.#tally.sums.bytes > maximumBytes) return true;
    return this.count() > 0 && Number(this.#first.all(1)[0]?.['quarantined'] ?? Infinity) < before;
  }

  /** The time by which entries grow old, as it was kept last; undefined: it never was. */
  get time(): TrustedTimeSnapshot | undefined {
    return this.#time;
  }

  /** Keeps that time within the transaction of the caller. */
  keepTime(time: TrustedTimeSnapshot): void {
    this.#save.run(Math.round(time.time), 'quarantine_time');
    this.#save.run(Math.round(time.steady), 'quarantine_steady');
    this.#time = time;
  }

  /** The positions of a run of records that went to quarantine as a whole, also those that have left it since. */
  *positions(from: number, to: number): Generator<number> {
    if (waitingOf(this.#tally.sums) > 0) for (const row of this.#between.iterate(from, to)) yield Number(row['position']);
    if (this.#left > 0) for (const row of this.#leftBetween.iterate(from, to)) yield Number(row['position']);
  }

  get tally(): Pick<Tally, 'sums' | 'entriesOf' | 'byReason' | 'byDevice' | 'byContract'> {
    return this.#tally;
  }

  count(): number {
    return waitingOf(this.#tally.sums);
  }

  /** How many had to go because newer ones needed the room or their time was over, since the file was made. */
  lost(): number {
    return this.#tally.sums.lost;
  }

  /** The last release, as `saveJob` kept it. */
  get job(): string | undefined {
    const row = this.#database.prepare('SELECT progress FROM release').get();
    return row && String(row['progress']);
  }

  /** Keeps how far a release has come, within the transaction of the caller. */
  saveJob(progress: string): void {
    this.#saveJob.run(progress);
  }

  /** Entries by id, in the order of the ids; what is not there is left out. */
  entries(ids: readonly number[]): QuarantineEntry[] {
    const find = this.#database.prepare(`SELECT ${CONTENT} FROM quarantine WHERE id = ?`);
    return ids.flatMap((id) => {
      const row = find.get(id);
      return row ? [entryOf(row)] : [];
    });
  }

  #put({ position, channel, record, reason, detail, reasons, contract, sample = WHOLE, device = record.device }: Refused, now: number): void {
    if (this.#leftComing > 0 && this.#hasLeft.get(position, sample)) return;
    const { principal, via, topic, received, payload, format = 'auto', conflated, released } = record;
    const id = this.#tally.coming.put + 1;
    const { changes } = this.#insert.run(
      id, position, sample, channel, device, principal, via, topic, received, reason, detail, reasons ? JSON.stringify(reasons) : null, contract?.id ?? null, contract?.version ?? null,
      now, released?.position ?? position, released?.sample ?? null, conflated ? 1 : 0, format, payload,
    );
    if (Number(changes) === 0) return;
    this.#added.push(id);
    this.#tally.came({ reason, device, contract: contract?.id, bytes: payload.length + Buffer.byteLength(topic) });
  }

  /** @returns how many went. */
  #keepBounds(atMost: number): number {
    const { maximumRows, maximumBytes } = this.bounds;
    const beyond = (): number => Math.max(waitingOf(this.#tally.coming) - maximumRows, this.#tally.coming.bytes > maximumBytes ? 1 : 0);
    let removed = 0;
    while (removed < atMost && beyond() > 0) {
      const rows = this.#first.all(Math.min(atMost - removed, beyond()));
      if (rows.length === 0) break;
      for (const row of rows) this.#remove(row, 'lost');
      removed += rows.length;
    }
    return removed;
  }

  #remove(row: Record<string, unknown>, how: Leaving): void {
    const position = Number(row['position']);
    const sample = Number(row['sample']);
    this.#leftComing += Number(this.#leave.run(position, sample, position, position).changes);
    this.#delete.run(Number(row['id']));
    this.#tally.left(countedOf(row), how);
  }
}

function countedOf(row: Record<string, unknown>): Counted {
  const { contract } = row;
  return { reason: String(row['reason']), device: String(row['device']), contract: typeof contract === 'string' ? contract : undefined, bytes: Number(row['bytes']) };
}
