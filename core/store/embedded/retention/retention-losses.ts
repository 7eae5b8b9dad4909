import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** What has gone since the file was made. Readings that were stored are those that are there, and those that were deleted, expired or dropped. */
export interface StoreLosses {
  /** Readings that somebody deleted. */
  deleted: number;
  /** Readings that grew older than their retention. */
  expired: number;
  /** Readings that went before their time, since the store had reached its bound. */
  dropped: number;
  /** Rollups that grew older than their retention. */
  expiredRollups: number;
  /** Rollups that went before their time, since the store had reached its bound. */
  droppedRollups: number;
}

const REASONS = ['deleted', 'expired', 'dropped', 'expiredRollups', 'droppedRollups'] as const;

/** The table `loss`. */
export class Losses {
  readonly #add: StatementSync;
  readonly #read: StatementSync;

  constructor(database: DatabaseSync) {
    this.#add = database.prepare('INSERT INTO loss (reason, count) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET count = count + ?2');
    this.#read = database.prepare('SELECT count FROM loss WHERE reason = ?');
  }

  /** Counts what goes, within the running transaction. */
  add(reason: keyof StoreLosses, count: number): void {
    if (count > 0) this.#add.run(reason, count);
  }

  read(): StoreLosses {
    const [deleted = 0, expired = 0, dropped = 0, expiredRollups = 0, droppedRollups = 0] = REASONS.map((reason) => Number(this.#read.get(reason)?.['count'] ?? 0));
    return { deleted, expired, dropped, expiredRollups, droppedRollups };
  }
}
