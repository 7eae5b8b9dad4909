/** Points of a series in a row, by index; both ends belong to it. */
export interface Stretch {
  first: number;
  last: number;
}

export function lengthOf({ first, last }: Stretch): number {
  return last - first + 1;
}
