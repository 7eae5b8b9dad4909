import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { transaction } from '../sqlite/database.ts';
import type { Via } from '../sample/via.ts';
import { VIA } from '../sample/via.ts';
import { Counts, KINDS } from './counts.ts';

/** What the ledger wrote cannot be read. Code `HOLDFAST_LEDGER`. */
export class LedgerError extends HoldfastError {
  constructor(row: number, options: ErrorOptions) {
    super('HOLDFAST_LEDGER', `Row ${row} of the journal of the ledger is damaged`, options);
  }
}

/** The part of the inbox's file in which the ledger lives: the same transaction moves a record and counts it. */
export const LEDGER_TABLES = `
  CREATE TABLE ledger (device TEXT NOT NULL, via TEXT NOT NULL, kind TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (device, via, kind)) STRICT, WITHOUT ROWID;
  CREATE TABLE ledger_journal (id INTEGER PRIMARY KEY, entries TEXT NOT NULL) STRICT`;

/** What happened to an account since the last entry: counts by kind (trailing zeros left out), refused by reason. */
export type JournalEntry = [device: string, via: Via, kinds: number[], refused?: Record<string, number>];

/** Stands for all devices together; no id of a device can be this. */
export const EVERYBODY = '*';
/** Stands for the devices that have no account of their own; no id of a device can be this either. */
export const OTHERS = '(others)';
const REFUSED = 'refused:';
const ACCOUNTS_AT_START = 50_000;

/**
 * The ledger on disk. A commit appends one row to the journal, which costs next to nothing; now and then the journal is
 * folded into the table, which has a row for each account and kind.
 */
export class LedgerLog {
  readonly #database: DatabaseSync;
  readonly #append: StatementSync;
  readonly #add: StatementSync;
  readonly #has: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#append = database.prepare('INSERT INTO ledger_journal (entries) VALUES (?)');
    this.#add = database.prepare('INSERT INTO ledger VALUES (?, ?, ?, ?) ON CONFLICT (device, via, kind) DO UPDATE SET count = count + excluded.count');
    this.#has = database.prepare('SELECT 1 FROM ledger WHERE device = ? AND via = ? LIMIT 1');
  }

  /** Whether the table has an account. A disk that cannot be read says so with the next commit, and not to whoever sends. */
  has(device: string, via: Via): boolean {
    try {
      return this.#has.get(device, via) !== undefined;
    } catch {
      return false;
    }
  }

  /** How many accounts the table has. */
  size(): number {
    return Number(this.#database.prepare(`SELECT count(*) AS accounts FROM (SELECT DISTINCT device, via FROM ledger WHERE device <> '${EVERYBODY}')`).get()?.['accounts']);
  }

  /** Appends within the transaction of the caller. */
  append(entries: readonly JournalEntry[]): void {
    this.#append.run(JSON.stringify(entries));
  }

  /** Moves the whole journal into the table, in parts: at start, when nobody knows what stands in it. */
  foldAll(): void {
    for (;;) {
      const accounts = new Map<string, { device: string; via: Via; counts: Counts }>();
      let last = 0;
      for (const row of this.#database.prepare('SELECT id, entries FROM ledger_journal ORDER BY id').iterate()) {
        for (const [device, via, kinds, refused] of entriesOf(row)) {
          const name = `${via} ${device}`;
          const account = accounts.get(name) ?? { device, via, counts: new Counts() };
          account.counts.add(kinds, refused);
          accounts.set(name, account);
        }
        last = Number(row['id']);
        if (accounts.size >= ACCOUNTS_AT_START) break;
      }
      if (last === 0) return;
      transaction(this.#database, () => {
        this.#addToTable(Array.from(accounts.values(), ({ device, via, counts }) => entryOf(device, via, counts)));
        this.#database.prepare('DELETE FROM ledger_journal WHERE id <= ?').run(last);
      });
    }
  }

  /** Puts these entries, which say the same together, in the place of the whole journal, a row for each part. @returns the ids of the rows. */
  rewrite(parts: readonly (readonly JournalEntry[])[]): number[] {
    return transaction(this.#database, () => {
      this.#database.exec('DELETE FROM ledger_journal');
      return parts.map((entries) => Number(this.#append.run(JSON.stringify(entries)).lastInsertRowid));
    });
  }

  /** Moves one row of the journal into the table. */
  fold(id: number, entries: readonly JournalEntry[]): void {
    transaction(this.#database, () => {
      this.#addToTable(entries);
      this.#database.prepare('DELETE FROM ledger_journal WHERE id = ?').run(id);
    });
  }

  /** What the table holds of a device (or of everybody), by protocol. */
  read(device: string): Map<Via, Counts> {
    return countsOf(this.#database.prepare('SELECT via, kind, count FROM ledger WHERE device = ?').all(device));
  }

  /** The ids of at most `limit` devices behind `after`, in order. */
  devices(after: string, limit: number): string[] {
    return this.#database.prepare(`SELECT DISTINCT device FROM ledger WHERE device > ? AND device <> '${EVERYBODY}' ORDER BY device LIMIT ?`).all(after, limit).map((row) => String(row['device']));
  }

  #addToTable(entries: readonly JournalEntry[]): void {
    const totals = new Map<Via, Counts>();
    for (const entry of entries) {
      const [, via, kinds, refused] = entry;
      this.#addEntry(entry);
      const total = totals.get(via) ?? new Counts();
      total.add(kinds, refused);
      totals.set(via, total);
    }
    for (const [via, counts] of totals) this.#addEntry(entryOf(EVERYBODY, via, counts));
  }

  #addEntry([device, via, kinds, refused = {}]: JournalEntry): void {
    kinds.forEach((count, place) => {
      if (count !== 0) this.#add.run(device, via, KINDS[place] ?? '', count);
    });
    for (const [reason, count] of Object.entries(refused)) this.#add.run(device, via, `${REFUSED}${reason}`, count);
  }
}

/** What the journal says of an account, with the zeros at the end left out. */
export function entryOf(device: string, via: Via, { kinds: counts, refused }: Pick<Counts, 'kinds' | 'refused'>): JournalEntry {
  const kinds = [...counts];
  while (kinds.at(-1) === 0) kinds.pop();
  return refused ? [device, via, kinds, refused] : [device, via, kinds];
}

function entriesOf(row: Record<string, unknown>): JournalEntry[] {
  try {
    return JSON.parse(String(row['entries'])) as JournalEntry[];
  } catch (error) {
    throw new LedgerError(Number(row['id']), { cause: error });
  }
}

function countsOf(rows: readonly Record<string, unknown>[]): Map<Via, Counts> {
  const found = new Map<Via, Counts>();
  for (const row of rows) {
    const via = VIA.find((one) => one === row['via']);
    if (via === undefined) continue;
    const counts = found.get(via) ?? new Counts();
    found.set(via, counts);
    const name = String(row['kind']);
    const kind = KINDS.find((one) => one === name);
    if (kind !== undefined) counts.count(kind, Number(row['count']));
    else if (name.startsWith(REFUSED)) counts.countRefused(name.slice(REFUSED.length), Number(row['count']));
  }
  return found;
}
