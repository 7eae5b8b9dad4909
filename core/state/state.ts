import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Clock } from '../clock/clock.ts';
import { openDatabase, transaction } from '../sqlite/database.ts';
import { GroupCommit } from '../sqlite/group-commit.ts';
import { storageError } from '../sqlite/storage-error.ts';

interface Save {
  node: string;
  device: string;
  snapshot: string;
}

const LAYOUT = {
  migrations: ['CREATE TABLE state (node TEXT NOT NULL, device TEXT NOT NULL, snapshot TEXT NOT NULL, PRIMARY KEY (node, device)) STRICT, WITHOUT ROWID'],
};

/** One snapshot per node and device, in `state.sqlite`: what lets a detector or an alarm go on after a restart. */
export class State {
  readonly #path: string;
  readonly #database: DatabaseSync;
  readonly #load: StatementSync;
  readonly #save: StatementSync;
  readonly #group: GroupCommit<readonly Save[]>;

  /** @throws StorageError when the file cannot be opened. */
  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#database = openDatabase(path, LAYOUT);
    this.#load = this.#database.prepare('SELECT snapshot FROM state WHERE node = ? AND device = ?');
    this.#save = this.#database.prepare('INSERT INTO state VALUES (?, ?, ?) ON CONFLICT (node, device) DO UPDATE SET snapshot = excluded.snapshot');
    this.#group = new GroupCommit({ clock, interval: 2, maximumItems: 1_000, commit: (items) => this.#commit(items) });
  }

  /**
   * The last snapshot of a device that is on disk, or undefined.
   *
   * @throws SyntaxError for a damaged snapshot.
   */
  load(node: string, device: string): unknown {
    const row = this.#load.get(node, device);
    return row === undefined ? undefined : JSON.parse(String(row['snapshot']));
  }

  /** The devices of which a node keeps something. */
  devices(node: string): string[] {
    return this.#database.prepare(`SELECT device FROM state WHERE node = ? AND snapshot <> 'null' ORDER BY device`).all(node).map((row) => String(row['device']));
  }

  /** Keeps plain JSON snapshots, device → snapshot; resolves when they are on disk. */
  save(node: string, snapshots: Iterable<readonly [string, unknown]>): Promise<void> {
    return new Promise((resolve, reject) => {
      const saves = Array.from(snapshots, ([device, snapshot]) => ({ node, device, snapshot: JSON.stringify(snapshot) ?? 'null' }));
      this.#group.add(saves, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Forgets everything a node kept, once the node is gone for good. */
  forget(node: string): void {
    this.#durably(() => this.#database.prepare('DELETE FROM state WHERE node = ?').run(node));
  }

  close(): void {
    this.#group.flush();
    this.#database.close();
  }

  #commit(items: readonly (readonly Save[])[]): void {
    this.#durably(() => {
      for (const saves of items) for (const { node, device, snapshot } of saves) this.#save.run(node, device, snapshot);
    });
  }

  #durably(work: () => void): void {
    try {
      transaction(this.#database, work);
    } catch (error) {
      throw storageError(this.#path, error);
    }
  }
}
