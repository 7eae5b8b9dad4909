import { lengthOf } from './stretch.ts';
import type { Stretch } from './stretch.ts';

/** The event is widened by this many points on both sides, or by its own length where that is more. */
const LEAST_WIDENING = 100;

/** Whether the highest score from the point `from` on, the first of several that are alike, lies within the widened event: the question of UCR. */
export function isTopScoreAt(event: Stretch, scores: ArrayLike<number>, from: number): boolean {
  let top = from;
  for (let at = from; at < scores.length; at += 1) if ((scores[at] ?? 0) > (scores[top] ?? 0)) top = at;
  const widening = Math.max(LEAST_WIDENING, lengthOf(event));
  return top >= event.first - widening && top <= event.last + widening;
}
