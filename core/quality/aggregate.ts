import { QUALITY } from '../sample/sample.ts';
import type { Quality } from '../sample/sample.ts';

/** From the least to the most that a flag counts beside others: of several tests the gravest finding holds, and one that ran counts before one that did not. */
const PRECEDENCE = [QUALITY.missing, QUALITY.unknown, QUALITY.good, QUALITY.suspect, QUALITY.bad] as const;

const RANK: Readonly<Record<Quality, number>> = { 9: 0, 2: 1, 1: 2, 3: 3, 4: 4 };

/**
 * The one flag of a reading that has several, by the standard precedence: bad, suspect, good, unknown, missing
 * (IOOS, QARTOD Data Flags manual, 2017; as `qartod_compare` of ioos_qc has it).
 */
export function aggregateFlags(flags: Iterable<Quality>): Quality {
  let rank = 0;
  for (const flag of flags) rank = Math.max(rank, RANK[flag]);
  return PRECEDENCE[rank] ?? QUALITY.missing;
}

/** The graver of two. */
export function graver(one: Quality, other: Quality): Quality {
  return RANK[one] >= RANK[other] ? one : other;
}
