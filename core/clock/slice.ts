import type { Clock } from './clock.ts';

/**
 * Begins a slice of work of so many milliseconds. @returns whether it is over. A clock that is set back in the middle ends it: by such a clock it
 * would never be, and everything else would wait.
 */
export function beginSlice(clock: Clock, milliseconds: number): () => boolean {
  const began = clock.now();
  return () => {
    const took = clock.now() - began;
    return took >= milliseconds || took < 0;
  };
}
