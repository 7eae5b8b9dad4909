import { QualitySnapshotError } from '../quality-snapshot-error.ts';

/** What a test knows, as plain JSON: numbers in an order that the test knows, null for one that is not there. */
export interface NumberSnapshot {
  v: 1;
  s: (number | null)[];
}

export function packNumbers(numbers: readonly number[]): NumberSnapshot {
  return { v: 1, s: numbers.map((number) => (Number.isFinite(number) ? number : null)) };
}

/**
 * The numbers of a snapshot, NaN for one that was not there.
 *
 * @param test its name, for the error.
 * @param length how many there have to be; without it, as many as there are.
 * @throws QualitySnapshotError when it is no such snapshot.
 */
export function unpackNumbers(test: string, snapshot: unknown, length?: number): number[] {
  if (typeof snapshot !== 'object' || snapshot === null || !('v' in snapshot) || snapshot.v !== 1) throw new QualitySnapshotError(test);
  const packed: unknown = 's' in snapshot ? snapshot.s : undefined;
  if (!Array.isArray(packed) || (length !== undefined && packed.length !== length)) throw new QualitySnapshotError(test);
  return packed.map((number: unknown) => {
    if (number === null) return Number.NaN;
    if (typeof number === 'number' && Number.isFinite(number)) return number;
    throw new QualitySnapshotError(test);
  });
}
