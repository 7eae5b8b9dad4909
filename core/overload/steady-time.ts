import type { Clock } from '../clock/clock.ts';

/** A function that tells a time in milliseconds for waits and deadlines: a clock that is set back stands still for it, and then goes on. */
export function steadyTime(clock: Clock): () => number {
  let last = clock.now();
  let ahead = 0;
  return () => {
    const now = clock.now();
    if (now < last) ahead += last - now;
    last = now;
    return now + ahead;
  };
}
