import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import { openDatabase, transaction } from '../sqlite/database.ts';
import { GroupCommit } from '../sqlite/group-commit.ts';
import type { Committed } from '../sqlite/group-commit.ts';
import { storageError } from '../sqlite/storage-error.ts';

/** A statement with its parameters. */
export type Change = readonly [sql: string, ...parameters: (string | number | null | Uint8Array)[]];

const COMMIT_INTERVAL = 2;
const COMMIT_CHANGES = 2_000;

const LAYOUT = {
  migrations: [
    `CREATE TABLE session (id TEXT PRIMARY KEY, seen INTEGER NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE subscription (session TEXT NOT NULL, filter TEXT NOT NULL, qos INTEGER NOT NULL, PRIMARY KEY (session, filter)) STRICT, WITHOUT ROWID;
     CREATE TABLE queued (
       session TEXT NOT NULL, number INTEGER NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL, qos INTEGER NOT NULL,
       packet INTEGER, released INTEGER NOT NULL, PRIMARY KEY (session, number)
     ) STRICT;
     CREATE TABLE incoming (session TEXT NOT NULL, packet INTEGER NOT NULL, digest TEXT NOT NULL, kept INTEGER NOT NULL, PRIMARY KEY (session, packet)) STRICT, WITHOUT ROWID;
     CREATE TABLE retained (topic TEXT PRIMARY KEY, payload BLOB NOT NULL, qos INTEGER NOT NULL) STRICT;
     CREATE TABLE will (session TEXT PRIMARY KEY, id TEXT NOT NULL, topic TEXT NOT NULL, payload BLOB NOT NULL, qos INTEGER NOT NULL, retain INTEGER NOT NULL) STRICT`,
  ],
};

/**
 * What an MQTT listener keeps over restarts, in one SQLite file. Changes are written in the order in which they come, in groups;
 * the data themselves are read once, by whoever keeps them in memory.
 */
export class SessionFile {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #group: GroupCommit<readonly Change[]>;
  readonly #problem: (error: unknown) => void;
  readonly #statements = new Map<string, StatementSync>();
  #closed = false;

  /**
   * @param path of the file; `:memory:` keeps nothing.
   * @param problem told of a change that nobody waits for and that could not be written.
   * @throws StorageError when the file cannot be opened.
   */
  constructor(path: string, clock: Clock, problem: (error: unknown) => void) {
    this.#path = path;
    this.#database = openDatabase(path, LAYOUT);
    this.#problem = problem;
    this.#group = new GroupCommit({ clock, interval: COMMIT_INTERVAL, maximumItems: COMMIT_CHANGES, commit: (items) => this.#commit(items) });
  }

  /** Writes changes that belong together: all of them or none. `committed` is told when they are on disk, or why they are not. */
  write(changes: readonly Change[], committed: Committed = (error) => void (error && this.#problem(error))): void {
    if (this.#closed) committed(storageError(this.#path, new Error('it is closed')));
    else if (changes.length === 0) committed();
    else this.#group.add(changes, committed);
  }

  /** As `write`, for callers that await it. */
  written(...changes: Change[]): Promise<void> {
    return new Promise((resolve, reject) => this.write(changes, (error) => (error ? reject(error) : resolve())));
  }

  /** @throws StorageError when the file cannot be read. */
  read(sql: string, ...parameters: (string | number)[]): Record<string, unknown>[] {
    try {
      return this.#statement(sql).all(...parameters);
    } catch (error) {
      throw storageError(this.#path, error);
    }
  }

  /** Writes what waits and closes the file. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#group.flush();
    this.#database.close();
  }

  #commit(items: readonly (readonly Change[])[]): void {
    try {
      transaction(this.#database, () => {
        for (const changes of items) for (const [sql, ...parameters] of changes) this.#statement(sql).run(...parameters);
      });
    } catch (error) {
      throw storageError(this.#path, error);
    }
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}
