import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { InboxRecord } from '../inbox/record.ts';
import { storageError } from '../sqlite/storage-error.ts';
import { CONTENT, entryOf, RECORD, recordOf } from './entry-row.ts';
import type { QuarantineEntry, QuarantineFilter, QuarantinePage } from './quarantine.ts';

/** At most so many entries are looked at in one step of a pass, and their payloads have at most so many bytes. */
const LOOKED_AT = 2_000;
const BYTES_TAKEN = 2 * 1024 * 1024;
/** So many of an index that holds all that is asked for: it is much smaller than the table. */
const LOOKED_THROUGH = 10_000;
/** Payloads of a page may have so many bytes before it ends. */
export const BYTES_OF_PAGE = 1024 * 1024;
const MANY = 2_000;

/** How entries are found. */
interface Way {
  index: string;
  /** So many ids are gone through in one step. */
  pace: number;
  /** Whether what it leads to is all meant, or is little. */
  isStraight: boolean;
}

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
    const { ids, below } = this.#newest({ ...filter, upTo: Math.min(filter.upTo ?? Infinity, before - 1) }, limit + 1);
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
    const next = last && entries.length < ids.length ? last.id : below;
    return next === undefined ? { entries } : { entries, next };
  }

  /** The newest ids of those that are gone through in one step; `below`: there are entries below this id, which were not. */
  #newest(filter: QuarantineFilter, limit: number): { ids: number[]; below: number | undefined } {
    const { index, pace, isStraight } = this.#wayTo(filter);
    const end = isStraight ? 0 : Math.max(0, (this.#edge('max', '<=', filter.upTo ?? Infinity) ?? 0) - pace);
    const { where, values } = conditionsOf(filter, end);
    const ids = this.#database.prepare(`SELECT id FROM quarantine ${index} ${where} ORDER BY id DESC LIMIT ?`).all(...values, limit).map((row) => Number(row['id']));
    const rest = end > 0 && ids.length < limit ? this.#edge('max', '<=', end) : undefined;
    return { ids, below: rest === undefined ? undefined : rest + 1 };
  }

  /** The highest or the lowest id on one side of an id. */
  #edge(which: 'max' | 'min', side: '<=' | '>', id: number): number | undefined {
    const edge = this.#database.prepare(`SELECT ${which}(id) AS edge FROM quarantine WHERE id ${side} ?`).get(Math.min(id, Number.MAX_SAFE_INTEGER))?.['edge'];
    return typeof edge === 'number' ? edge : undefined;
  }

  /** How many entries behind an id the filter means: added up in small steps, one for each number. */
  *counts(filter: QuarantineFilter, after = 0): Generator<number, void> {
    const { ids, device, contract, reason, from, to } = filter;
    if (!ids && after === 0 && (device ?? contract ?? reason) === undefined && (from ?? to) !== undefined) return yield* this.#countsByReception(filter);
    const { index, pace } = this.#wayTo(filter);
    for (let behind = after; behind < (filter.upTo ?? Infinity); ) {
      const first = this.#read(() => this.#edge('min', '>', behind));
      if (first === undefined) return;
      const end = first - 1 + pace;
      yield this.#count(index, conditionsOf({ ...filter, upTo: Math.min(end, filter.upTo ?? Infinity) }, behind));
      behind = end;
    }
  }

  *#countsByReception(filter: QuarantineFilter): Generator<number, void> {
    const index = 'INDEXED BY quarantine_by_reception';
    const { from = -Infinity, to = Infinity, upTo = Infinity } = filter;
    // Of two bounds on one side SQLite takes the first and goes through all that is within it: so there is one.
    const begin = 'WHERE id <= ? AND (received, id) > (?, ?)';
    const edge = this.#database.prepare(`SELECT received, id FROM quarantine ${index} ${begin} AND received < ? ORDER BY received, id LIMIT 1 OFFSET ?`);
    for (let behind = [from, 0]; ; ) {
      const values = [Math.min(upTo, Number.MAX_SAFE_INTEGER), ...behind];
      const row = this.#read(() => edge.get(...values, to, LOOKED_THROUGH - 1));
      const end = row && [Number(row['received']), Number(row['id'])];
      yield this.#count(index, end ? { where: `${begin} AND (received, id) <= (?, ?)`, values: [...values, ...end] } : { where: `${begin} AND received < ?`, values: [...values, to] });
      if (!end) return;
      behind = end;
    }
  }

  #count(index: string, { where, values }: { where: string; values: SQLInputValue[] }): number {
    return this.#read(() => Number(this.#database.prepare(`SELECT count(*) AS entries FROM quarantine ${index} ${where}`).get(...values)?.['entries']));
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

  /** The quickest way to what a filter means: SQLite knows nothing of what the columns hold and would choose another index. */
  #wayTo({ ids, device, contract, reason, from, to }: QuarantineFilter): Way {
    if (ids) return { index: '', pace: Infinity, isStraight: true };
    const time = from ?? to;
    const others = contract ?? reason ?? time;
    if (device !== undefined && others === undefined) return { index: 'INDEXED BY quarantine_of_device', pace: LOOKED_THROUGH, isStraight: true };
    if (device !== undefined && !this.#hasMany(device)) return { index: 'INDEXED BY quarantine_of_device', pace: Infinity, isStraight: true };
    const more = device ?? time;
    if (contract !== undefined) return { index: 'INDEXED BY quarantine_of_contract', pace: LOOKED_THROUGH, isStraight: (reason ?? more) === undefined };
    if (reason !== undefined) return { index: 'INDEXED BY quarantine_of_reason', pace: LOOKED_THROUGH, isStraight: more === undefined };
    if (device !== undefined) return { index: 'INDEXED BY quarantine_of_device', pace: LOOKED_AT, isStraight: false };
    return { index: 'NOT INDEXED', pace: LOOKED_AT, isStraight: time === undefined };
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
