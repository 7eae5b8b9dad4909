import type { Clock } from '../../core/clock/clock.ts';

const INTERVAL = 10_000;

/** Passes a sentence on at most every ten seconds: a device gone mad is turned away a thousand times a second, and the counts tell all of it. */
export function nowAndThen(clock: Clock, say: (sentence: string) => void): (sentence: string) => void {
  let quietUntil = 0;
  return (sentence) => {
    if (clock.now() < quietUntil) return;
    quietUntil = clock.now() + INTERVAL;
    say(sentence);
  };
}
