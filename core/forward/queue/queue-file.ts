import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { openDatabase, transaction } from '../../sqlite/database.ts';
import { storageError } from '../../sqlite/storage-error.ts';
import type { Entry, EntryKind } from '../entry.ts';
import { KnownIds } from './known-ids.ts';
import { KINDS, LAYOUT } from './layout.ts';
import { noTotals } from './queue-counts.ts';
import type { DropReason, QueueTotals } from './queue-counts.ts';
import { decodeSegment, encodeSegment } from './segment-codec.ts';
import type { Segment } from './segment.ts';

/** A row of the file. */
export interface Row {
  id: number;
  kind: EntryKind;
  queued: number;
  /** Entries that have not ended. */
  left: number;
  bytes: number;
  ended: Uint8Array | undefined;
  data: Uint8Array;
}

/** An entry that the other side refused for good. */
export interface RefusedEntry {
  at: number;
  reason: string;
  line: Uint8Array;
}

/** So many refused entries are kept to be looked at; the oldest go first. */
export const REFUSED_KEPT = 10_000;

const COLUMNS = 'id, kind, queued, left, bytes, ended, data';

/** The queue on disk. Whatever is changed within `write` is on disk when it returns, all or nothing. */
export class QueueFile {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #end: StatementSync;
  readonly #remove: StatementSync;
  readonly #setAside: StatementSync;
  readonly #next: StatementSync;
  readonly #oldest: StatementSync;
  readonly #leastThinned: StatementSync;
  readonly #replace: StatementSync;
  readonly #refuse: StatementSync;
  readonly #forgetRefused: StatementSync;
  readonly #saveTotals: StatementSync;
  readonly known: KnownIds;
  /** As they are on disk, and within `write` as they will be. */
  totals: QueueTotals;
  #last: number;

  constructor(path: string, remembered?: number) {
    this.#path = path;
    this.#database = openDatabase(path, LAYOUT);
    try {
      this.#insert = this.#database.prepare('INSERT INTO segment (id, kind, queued, left, bytes, data) VALUES (?, ?, ?, ?, ?, ?)');
      this.#end = this.#database.prepare('UPDATE segment SET left = ?, ended = ? WHERE id = ?');
      this.#remove = this.#database.prepare('DELETE FROM segment WHERE id = ?');
      this.#setAside = this.#database.prepare('UPDATE segment SET kind = ? WHERE id = ?');
      this.#next = this.#database.prepare(`SELECT ${COLUMNS} FROM segment WHERE kind = ? AND id > ? ORDER BY id LIMIT 1`);
      this.#oldest = this.#database.prepare('SELECT queued FROM segment WHERE kind = ? ORDER BY id LIMIT 1');
      this.#leastThinned = this.#database.prepare(`SELECT ${COLUMNS} FROM segment WHERE kind = ${KINDS.reading} AND id > ? AND id < ? ORDER BY thinned, id LIMIT 1`);
      this.#replace = this.#database.prepare('UPDATE segment SET left = ?, bytes = ?, thinned = thinned + 1, ended = NULL, data = ? WHERE id = ?');
      this.#refuse = this.#database.prepare('INSERT INTO refused (at, reason, line) VALUES (?, ?, ?)');
      this.#forgetRefused = this.#database.prepare(`DELETE FROM refused WHERE id <= (SELECT max(id) FROM refused) - ${REFUSED_KEPT}`);
      this.#saveTotals = this.#database.prepare(`INSERT INTO meta VALUES ('totals', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value`);
      this.known = new KnownIds(this.#database, remembered);
      this.totals = this.#readTotals();
      this.#last = Number(this.#database.prepare('SELECT coalesce(max(id), 0) AS last FROM segment').get()?.['last']);
    } catch (error) {
      this.#database.close();
      throw storageError(path, error);
    }
  }

  get path(): string {
    return this.#path;
  }

  /** The number of the last segment that was written. */
  get last(): number {
    return this.#last;
  }

  /** @throws StorageError, and then nothing has changed. */
  write<Result>(work: () => Result): Result {
    const { totals } = this;
    const last = this.#last;
    this.totals = structuredClone(totals);
    try {
      return transaction(this.#database, () => {
        const result = work();
        this.#saveTotals.run(JSON.stringify(this.totals));
        return result;
      });
    } catch (error) {
      this.totals = totals;
      this.#last = last;
      throw storageError(this.#path, error);
    }
  }

  /** Within `write`. @returns the number and the bytes of the new segment. */
  insert(kind: EntryKind, queued: number, entries: readonly Entry[]): { id: number; bytes: number } {
    const data = encodeSegment(entries);
    this.#last += 1;
    this.#insert.run(this.#last, KINDS[kind], queued, entries.length, data.length, data);
    this.#hold(kind, entries.length, data.length);
    return { id: this.#last, bytes: data.length };
  }

  /** Within `write`: notes which entries of a segment have ended. @param before how many had not, as the file has it. */
  end({ id, kind, left, bytes, ended }: Segment, before: number): void {
    if (left === 0) this.#remove.run(id);
    else this.#end.run(left, ended, id);
    this.#hold(kind, left - before, left === 0 ? -bytes : 0);
  }

  /** Within `write`: gives a whole segment up. */
  drop({ id, kind, left, bytes }: Row, reason: DropReason): void {
    if (reason === 'damaged') this.#setAside.run(KINDS.damaged, id);
    else this.#remove.run(id);
    this.#hold(kind, -left, -bytes);
    this.totals.counts.dropped[reason] += left;
  }

  /** Within `write`: keeps only these entries of a segment. */
  thin(row: Row, entries: readonly Entry[]): void {
    if (entries.length === 0) return this.drop(row, 'thinned');
    const data = encodeSegment(entries);
    this.#replace.run(entries.length, data.length, data, row.id);
    this.#hold(row.kind, entries.length - row.left, data.length - row.bytes);
    this.totals.counts.dropped.thinned += row.left - entries.length;
  }

  /** Within `write`. */
  refuse({ at, reason, line }: RefusedEntry): void {
    this.#refuse.run(at, reason, line);
    this.#forgetRefused.run();
  }

  /** The first segment of a kind behind the one with this number. @throws StorageError */
  next(kind: EntryKind, after: number): Row | undefined {
    return this.#read(() => rowOf(this.#next.get(KINDS[kind], after), kind));
  }

  /** The segment of readings that was thinned least, and of those the oldest, between two numbers. */
  leastThinned(after: number, before: number): Row | undefined {
    return this.#read(() => rowOf(this.#leastThinned.get(after, before), 'reading'));
  }

  /** When the oldest segment was queued, ms since the epoch; undefined when there is none. */
  oldest(): number | undefined {
    const times = (['reading', 'alarm'] as const).flatMap((kind) => {
      const queued = this.#read(() => this.#oldest.get(KINDS[kind]))?.['queued'];
      return typeof queued === 'number' ? [queued] : [];
    });
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** The last entries that were refused for good, the latest first. */
  refused(limit: number): RefusedEntry[] {
    return this.#read(() => this.#database.prepare('SELECT at, reason, line FROM refused ORDER BY id DESC LIMIT ?').all(limit)).map(({ at, reason, line }) => ({
      at: Number(at), reason: String(reason), line: line instanceof Uint8Array ? line : new Uint8Array(),
    }));
  }

  /** How many refused entries are kept. */
  get refusedCount(): number {
    return this.#read(() => Number(this.#database.prepare('SELECT count(*) AS entries FROM refused').get()?.['entries']));
  }

  /** Within `write`: takes the oldest entries that were refused out of the file, at most so many. */
  takeRefused(most: number): Uint8Array[] {
    const rows = this.#database.prepare('DELETE FROM refused WHERE id IN (SELECT id FROM refused ORDER BY id LIMIT ?) RETURNING line').all(most);
    return rows.flatMap(({ line }) => (line instanceof Uint8Array ? [line] : []));
  }

  close(): void {
    this.#database.close();
  }

  #hold(kind: EntryKind, entries: number, bytes: number): void {
    const held = this.totals.held[kind];
    held.entries += entries;
    held.bytes += bytes;
  }

  #read<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      throw storageError(this.#path, error);
    }
  }

  #readTotals(): QueueTotals {
    const row = this.#database.prepare(`SELECT value FROM meta WHERE name = 'totals'`).get();
    return row === undefined ? noTotals() : (JSON.parse(String(row['value'])) as QueueTotals);
  }
}

/** The entries of a row that have not ended; undefined when it is damaged. */
export function entriesOf({ data, kind, ended }: Row): { all: Entry[]; left: Entry[] } | undefined {
  try {
    const all = decodeSegment(data, kind);
    return { all, left: ended === undefined ? all : all.filter((_, index) => ((ended[index >> 3] ?? 0) & (1 << (index & 7))) === 0) };
  } catch {
    return undefined;
  }
}

function rowOf(row: Record<string, unknown> | undefined, kind: EntryKind): Row | undefined {
  if (row === undefined) return undefined;
  const { id, queued, left, bytes, ended, data } = row;
  return {
    id: Number(id), kind, queued: Number(queued), left: Number(left), bytes: Number(bytes),
    ended: ended instanceof Uint8Array ? ended : undefined,
    data: data instanceof Uint8Array ? data : new Uint8Array(),
  };
}
