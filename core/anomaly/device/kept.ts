/*
 * Readers of what comes out of storage, where anything may stand.
 */

/** The numbers of a list that has exactly so many, all finite. */
export function numbersOf(kept: unknown, length: number): number[] | undefined {
  if (!Array.isArray(kept) || kept.length !== length) return undefined;
  return kept.every((one): one is number => typeof one === 'number' && Number.isFinite(one)) ? kept : undefined;
}

/** The members of an object; none of what is no object. */
export function membersOf(kept: unknown): Record<string, unknown> {
  return typeof kept === 'object' && kept !== null && !Array.isArray(kept) ? { ...kept } : {};
}
