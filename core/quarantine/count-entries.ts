import { beginSlice } from '../clock/slice.ts';
import type { Clock } from '../clock/clock.ts';
import { aTurn } from './a-turn.ts';
import type { QuarantineFilter } from './quarantine.ts';
import type { QuarantineDisk } from './quarantine-disk.ts';

/** In milliseconds: then the others get a turn. */
const SLICE = 5;

/** How many entries a filter means. What is known is not counted: at once where that is all, else in slices. Throws StorageError. */
export async function countEntries({ table: { tally }, selection }: Pick<QuarantineDisk, 'table' | 'selection'>, clock: Clock, filter: QuarantineFilter): Promise<number> {
  const { upTo = Infinity, ...others } = filter;
  const known = tally.entriesOf(filter);
  const { put } = tally.sums;
  if (known !== undefined && upTo >= put) return known;
  let entries = 0;
  let isOver = beginSlice(clock, SLICE);
  for (const some of known === undefined ? selection.counts(filter) : selection.counts({ ...others, upTo: put }, upTo)) {
    entries += some;
    if (!isOver()) continue;
    await aTurn();
    isOver = beginSlice(clock, SLICE);
  }
  return known === undefined ? entries : known - entries;
}
