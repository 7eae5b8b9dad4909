import { unpackNumbers } from '../qartod/number-snapshot.ts';
import { QualitySnapshotError } from '../quality-snapshot-error.ts';

/** Readings beyond this are judged as if they stood at it, so that no difference of two overflows. */
const LARGEST = 1e150;

/** A reading as the tests reckon with it. Adding 0 turns -0 into 0, which JSON cannot tell apart: a restored test must not differ by it. */
export function reckoned(value: number): number {
  return Math.min(LARGEST, Math.max(-LARGEST, value)) + 0;
}

/**
 * The numbers that `packNumbers` made of those of a test, none of which may be missing.
 *
 * @param test its name.
 * @param count how many there have to be; without it, as many as there are.
 * @throws QualitySnapshotError when they are not so many finite numbers.
 */
export function readNumbers(snapshot: unknown, test: string, count?: number): number[] {
  const numbers = unpackNumbers(test, snapshot, count);
  if (!numbers.every((number) => Number.isFinite(number))) throw new QualitySnapshotError(test);
  return numbers;
}

/** @throws QualitySnapshotError when a number that counts something does not. */
export function checkCounts(test: string, ...counts: readonly number[]): void {
  if (!counts.every((count) => Number.isInteger(count) && count >= 0)) throw new QualitySnapshotError(test);
}
