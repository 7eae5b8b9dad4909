/** One number in a hundred is higher. */
const SHARE = 0.99;
/** The step is large at first and shrinks with each number; the least one follows a change within some thousands. */
const LARGEST_STEP = 0.1;
const LEAST_STEP = 0.02;
const GAIN = 20;

/**
 * By what the 99 % quantile of a stream of positive numbers moves: a higher one moves its logarithm up, a lower one a hundredth of that down
 * (stochastic approximation: Robbins and Monro, Annals of Mathematical Statistics 22(3), 1951). On the logarithm it needs no unit.
 *
 * @param count how many numbers came before.
 * @returns the quantile after `value`.
 */
export function followHighQuantile(quantile: number, value: number, count: number): number {
  const step = Math.max(LEAST_STEP, Math.min(LARGEST_STEP, GAIN / (count + 1)));
  return quantile * Math.exp(value > quantile ? step * SHARE : -step * (1 - SHARE));
}
