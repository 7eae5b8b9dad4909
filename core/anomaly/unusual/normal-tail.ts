/** Steps of the table to one standard deviation. */
const STEPS = 100;
const LARGEST = 8;

/** Continued fraction of the Mills ratio, as deep as it takes for the smallest argument it is used for. */
const DEPTH = 60;
/** Below this the power series of the normal distribution function converges sooner than the continued fraction. */
const SERIES_BELOW = 2;

/**
 * −log10 of the upper tail of the standard normal distribution: 0.30 at 0, 2.87 at 3, 15.2 at 8, where it ends.
 * Power series and continued fraction: Abramowitz and Stegun, Handbook of Mathematical Functions (1964), 26.2.10 and 26.2.14.
 */
function exactly(z: number): number {
  const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  if (z >= SERIES_BELOW) {
    let fraction = z;
    for (let depth = DEPTH; depth >= 1; depth -= 1) fraction = z + depth / fraction;
    return -Math.log10(density / fraction);
  }
  let term = z;
  let sum = z;
  for (let odd = 3; odd < 120; odd += 2) {
    term *= z * z / odd;
    sum += term;
  }
  return -Math.log10(0.5 - density * sum);
}

const TABLE = Float64Array.from({ length: LARGEST * STEPS + 2 }, (_, step) => exactly(step / STEPS));

/** −log10 of the probability that a normal variable is more than `z` standard deviations above its mean; 0 below it. */
export function normalTail(z: number): number {
  if (!(z > 0)) return 0;
  if (z >= LARGEST) return TABLE[LARGEST * STEPS] ?? 0;
  const place = z * STEPS;
  const step = Math.floor(place);
  const low = TABLE[step] ?? 0;
  return low + ((TABLE[step + 1] ?? low) - low) * (place - step);
}

/** A value of the tail is looked up from the step at which its last whole part, of so many to one, is reached. */
const PARTS = 64;
const STARTS = startsOf(TABLE);

function startsOf(table: Float64Array): Uint16Array {
  const end = LARGEST * STEPS;
  let step = 0;
  return Uint16Array.from({ length: Math.floor(PARTS * (table[end] ?? 0)) + 1 }, (_, part) => {
    while (step < end && (table[step] ?? 0) < part / PARTS) step += 1;
    return step;
  });
}

/** The `z` at which `normalTail` reaches a value, within a hundredth; at most 8. */
export function normalQuantile(tail: number): number {
  if (!(tail > 0)) return 0;
  let step = STARTS[Math.floor(tail * PARTS)] ?? LARGEST * STEPS;
  while (step < LARGEST * STEPS && (TABLE[step] ?? 0) < tail) step += 1;
  return step / STEPS;
}
