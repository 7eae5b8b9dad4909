import { HistoryQueryError, shown } from '../../history/history-error.ts';
import type { Quarantine, QuarantineFilter } from '../quarantine.ts';

/**
 * Drops what the filter means, when it is not more than somebody has seen. Resolves with how many are gone.
 *
 * @throws HistoryQueryError when there are more by now, or `expected` is no number of entries.
 */
export async function dropSeen(quarantine: Pick<Quarantine, 'count' | 'drop'>, filter: QuarantineFilter, expected: unknown): Promise<number> {
  if (typeof expected !== 'number' || !Number.isSafeInteger(expected) || expected < 0) {
    throw new HistoryQueryError('expected', `expected is ${shown(expected)}. Say how many entries you mean to drop, as the list counts them: no more than that are dropped.`);
  }
  const count = await quarantine.count(filter);
  if (count > expected) throw new HistoryQueryError('expected', `${count} entries are meant by now, and ${expected} were expected. Nothing was dropped. Look at the list again, then say how many; with upTo, the id of the newest you have seen, none that comes later is meant.`);
  return quarantine.drop(filter);
}
