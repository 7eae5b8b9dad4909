import type { DatabaseSync } from 'node:sqlite';
import { transaction } from './database.ts';

/**
 * Runs `work` in one transaction that does not wait for the disk: a power cut may undo it as a whole, together with those after it.
 * For what can be done again from what was there before.
 */
export function unsyncedTransaction<Result>(database: DatabaseSync, work: () => Result): Result {
  try {
    database.exec('PRAGMA synchronous=NORMAL');
    return transaction(database, work);
  } finally {
    database.exec('PRAGMA synchronous=FULL');
  }
}
