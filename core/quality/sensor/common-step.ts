/** A remainder below this part of the step is rounding, of the device or of floating point. */
const ROUNDING = 0.1;
/** What is smaller than this part of the other is a rounding of floating point, and no step. */
const DUST = 1e-9;

/**
 * The largest step of which both are multiples, about: Euclid's algorithm with the remainder of least absolute value, which ends
 * where the remainder is but rounding. Of two that have no step in common it finds one that is small beside both.
 *
 * @param one above 0.
 * @param other above 0.
 */
export function commonStep(one: number, other: number): number {
  let larger = Math.max(one, other);
  let smaller = Math.min(one, other);
  const dust = DUST * larger;
  while (smaller > dust) {
    const rest = Math.abs(larger - Math.round(larger / smaller) * smaller);
    if (rest <= ROUNDING * smaller) return smaller;
    larger = smaller;
    smaller = rest;
  }
  return smaller;
}
