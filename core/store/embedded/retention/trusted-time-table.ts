import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { TrustedTimeSnapshot } from '../../../clock/trusted-time.ts';
import { unsyncedTransaction } from '../../../sqlite/unsynced-transaction.ts';

/** The table `trusted_time`. */
export class TrustedTimeTable {
  readonly #database: DatabaseSync;
  readonly #put: StatementSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#put = database.prepare('INSERT INTO trusted_time (id, time, steady) VALUES (0, ?1, ?2) ON CONFLICT DO UPDATE SET time = ?1, steady = ?2');
  }

  read(): TrustedTimeSnapshot | undefined {
    const row = this.#database.prepare('SELECT time, steady FROM trusted_time').get();
    return row && { time: Number(row['time']), steady: Number(row['steady']) };
  }

  write({ time, steady }: TrustedTimeSnapshot): void {
    unsyncedTransaction(this.#database, () => this.#put.run(time, steady));
  }
}
