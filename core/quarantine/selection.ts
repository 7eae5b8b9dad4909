import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { InboxRecord } from '../inbox/record.ts';
import { storageError } from '../sqlite/storage-error.ts';
import { CONTENT, entryOf, RECORD, recordOf } from './entry-row.ts';
import type { QuarantineEntry, QuarantineFilter, QuarantinePage } from './quarantine.ts';

/** At most so many entries are looked at in one step of a pass, and their payloads have at most so many bytes. */
const LOOKED_AT = 2_000;
const BYTES_TAKEN = 2 * 1024 * 1024;
/** Payloads of a page may have so many bytes before it ends. */
const BYTES_OF_PAGE = 8 * 1024 * 1024;
const MANY = 2_000;
const BY_RECEPTION = 'INDEXED BY quarantine_by_reception';

/** An entry and the record that it becomes when it is driven in again. */
export interface Waiting {
  id: number;
  channel: string;
  record: InboxRecord;
}

/** What a step of a pass found, and behind which id the next one begins; undefined: it was the last. */
export interface Step<Found> {
  found: Found[];
  next: number | undefined;
}

/** Reads what waits in quarantine: pages by the indexes of the table, passes over all of it in small steps. Every method throws StorageError when the file cannot be read. */
export class Selection {
  readonly #path: string;
  readonly #database: DatabaseSync;

  constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#database = database;
  }

  /** The newest that the filter means, below the id `before`. */
  page(filter: QuarantineFilter, page: { limit: number; before?: number }): QuarantinePage {
    return this.#read(() => this.#page(filter, page));
  }

  #page(filter: QuarantineFilter, { limit, before = Infinity }: { limit: number; before?: number }): QuarantinePage {
    const ids = this.#newest({ ...filter, upTo: Math.min(filter.upTo ?? Infinity, before - 1) }, limit + 1);
    const find = this.#database.prepare(`SELECT ${CONTENT} FROM quarantine WHERE id = ?`);
    const entries: QuarantineEntry[] = [];
    let bytes = 0;
    for (const id of ids.slice(0, limit)) {
      const row = find.get(id);
      if (!row) continue;
      const entry = entryOf(row);
      entries.push(entry);
      bytes += entry.payload.length;
      if (bytes >= BYTES_OF_PAGE) break;
    }
    const last = entries.at(-1);
    return last && entries.length < ids.length ? { entries, next: last.id } : { entries };
  }

  #newest(filter: QuarantineFilter, limit: number): number[] {
    const index = this.#indexFor(filter);
    // What came lately is mostly among the newest entries: so it need not be sorted out of all that have come in that time.
    const lately = index === BY_RECEPTION ? this.#ids(filter, 'NOT INDEXED', limit, this.#behind(LOOKED_AT, filter.upTo)) : [];
    return lately.length === limit ? lately : this.#ids(filter, index, limit);
  }

  #ids(filter: QuarantineFilter, index: string, limit: number, after = 0): number[] {
    const { where, values } = conditionsOf(filter, after);
    return this.#database.prepare(`SELECT id FROM quarantine ${index} ${where} ORDER BY id DESC LIMIT ?`).all(...values, limit).map((row) => Number(row['id']));
  }

  /** The id behind which so many entries stand, up to an id. */
  #behind(entries: number, upTo = Infinity): number {
    const row = this.#database.prepare('SELECT id FROM quarantine WHERE id <= ? ORDER BY id DESC LIMIT 1 OFFSET ?').get(Math.min(upTo, Number.MAX_SAFE_INTEGER), entries);
    return Number(row?.['id'] ?? 0);
  }

  count(filter: QuarantineFilter): number {
    return this.#read(() => {
      const { where, values } = conditionsOf(filter);
      return Number(this.#database.prepare(`SELECT count(*) AS entries FROM quarantine ${this.#indexFor(filter)} ${where}`).get(...values)?.['entries']);
    });
  }

  /** The reception of the oldest, in ms since the epoch; undefined: there is none. */
  oldest(): number | undefined {
    const row = this.#read(() => this.#database.prepare('SELECT received FROM quarantine ORDER BY received LIMIT 1').get());
    return row && Number(row['received']);
  }

  /** The ids of some entries behind `after`, oldest first. */
  ids(filter: QuarantineFilter, after: number, limit: number): Step<number> {
    return this.#read(() => this.#step('id', filter, after, limit, (row) => Number(row['id'])));
  }

  entries(filter: QuarantineFilter, after: number, limit: number): Step<QuarantineEntry> {
    return this.#read(() => this.#step(CONTENT, filter, after, limit, entryOf));
  }

  /** `now`: when they are driven in again, ms since the epoch. */
  records(filter: QuarantineFilter, after: number, limit: number, now: number): Step<Waiting> {
    return this.#read(() => this.#step(RECORD, filter, after, limit, (row) => ({ id: Number(row['id']), channel: String(row['channel']), record: recordOf(row, now) })));
  }

  #read<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      throw storageError(this.#path, error);
    }
  }

  /** The index that is the quickest for a filter: SQLite knows nothing of what the columns hold and would choose another. */
  #indexFor({ ids, device, contract, reason, from, to }: QuarantineFilter): string {
    if (ids) return '';
    const others = contract ?? reason ?? from ?? to;
    if (device !== undefined && (others === undefined || !this.#hasMany(device))) return 'INDEXED BY quarantine_of_device';
    if (contract !== undefined) return 'INDEXED BY quarantine_of_contract';
    if (reason !== undefined) return 'INDEXED BY quarantine_of_reason';
    return others === undefined ? '' : BY_RECEPTION;
  }

  /** Whether a device has so many entries that to look at each of them takes longer than to look through a whole index. */
  #hasMany(device: string): boolean {
    const row = this.#database.prepare('SELECT count(*) AS entries FROM (SELECT id FROM quarantine INDEXED BY quarantine_of_device WHERE device = ? LIMIT ?)').get(device, MANY);
    return Number(row?.['entries']) >= MANY;
  }

  /** By id and not by the index that fits best: so a step takes the same time whatever the filter is. */
  #step<Found>(columns: string, filter: QuarantineFilter, after: number, limit: number, read: (row: Record<string, unknown>) => Found): Step<Found> {
    const last = this.#database.prepare('SELECT max(id) AS last FROM (SELECT id FROM quarantine WHERE id > ? ORDER BY id LIMIT ?)').get(after, LOOKED_AT)?.['last'];
    if (typeof last !== 'number') return { found: [], next: undefined };
    const { where, values } = conditionsOf({ ...filter, upTo: Math.min(last, filter.upTo ?? Infinity) }, after);
    const found: Found[] = [];
    let bytes = 0;
    for (const row of this.#database.prepare(`SELECT ${columns} FROM quarantine NOT INDEXED ${where} ORDER BY id`).iterate(...values)) {
      found.push(read(row));
      bytes += row['payload'] instanceof Uint8Array ? row['payload'].length : 0;
      if (found.length >= limit || bytes >= BYTES_TAKEN) return { found, next: Number(row['id']) };
    }
    return { found, next: last >= (filter.upTo ?? Infinity) ? undefined : last };
  }
}

/** What of the filter is left out does not limit. */
function conditionsOf({ ids, upTo = Infinity, reason, device, contract, from, to }: QuarantineFilter, after = 0): { where: string; values: SQLInputValue[] } {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (condition: string, value: SQLInputValue | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    values.push(value);
  };
  add('id IN (SELECT value FROM json_each(?))', ids && JSON.stringify(ids.filter((id) => id > after && id <= upTo)));
  add('id <= ?', upTo < Number.MAX_SAFE_INTEGER ? upTo : undefined);
  add('id > ?', after > 0 ? after : undefined);
  add('reason = ?', reason);
  add('device = ?', device);
  add('contract = ?', contract);
  add('received >= ?', from);
  add('received < ?', to);
  return { where: conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`, values };
}
