/** A step from one point to the next below this part of the slope shows that it is no steady one. */
const STEADY = 0.2;

/**
 * The median of the slopes between all pairs of points (H. Theil 1950; P. K. Sen, JASA 63, 1968), where every step from one point to the
 * next has its direction and a part of its size: a jump between two levels has none. 0 where all of it came to less than `least`.
 *
 * @param points x and y of each, one after the other, by rising x.
 * @param fewest so many points there must be.
 * @returns undefined with fewer points, or when the slope is not steady.
 */
export function steadySlope(points: readonly number[], fewest: number, least: number): number | undefined {
  if (points.length < 2 * fewest) return undefined;
  const slopes: number[] = [];
  for (let one = 0; one < points.length; one += 2) {
    for (let other = one + 2; other < points.length; other += 2) slopes.push(slopeBetween(points, one, other));
  }
  slopes.sort((a, b) => a - b);
  const slope = median(slopes);
  const last = points.length - 2;
  if (!Number.isFinite(slope)) return undefined;
  if (Math.abs(slope) * ((points[last] ?? 0) - (points[0] ?? 0)) < least) return 0;
  for (let one = 0; one < last; one += 2) {
    if (slopeBetween(points, one, one + 2) / slope < STEADY) return undefined;
  }
  return slope;
}

function slopeBetween(points: readonly number[], one: number, other: number): number {
  return ((points[other + 1] ?? 0) - (points[one + 1] ?? 0)) / ((points[other] ?? 0) - (points[one] ?? 0));
}

/** @param sorted not empty. */
function median(sorted: readonly number[]): number {
  const middle = sorted.length >> 1;
  const above = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? above : (above + (sorted[middle - 1] ?? 0)) / 2;
}
