import type { Detection, Detector } from '../../../core/anomaly/index.ts';
import { gaussian, uniform } from './random.ts';

/** A reading every minute from a Monday midnight on. */
export const MINUTE = 60_000;
export const DAY = 1_440;
export const START = Date.UTC(2024, 0, 1);

/** A series: the reading at each minute, by its number. */
export type Series = (minute: number) => number;

/** Series on which nothing ever goes wrong, by what one would call them. Each has a level of about 20 and a spread of about 1. */
export const SOUND: Readonly<Record<string, (seed: number) => Series>> = {
  'normal noise': (seed) => scattered(gaussian(seed)),
  'uniform noise': (seed) => {
    const next = uniform(seed);
    return () => 20 + 3.4 * (next() - 0.5);
  },
  'noise with long tails': (seed) => {
    const next = uniform(seed);
    return () => {
      const side = next() - 0.5;
      return 20 - Math.sign(side) * Math.log(1 - 2 * Math.abs(side)) / Math.SQRT2;
    };
  },
  'noise that remembers': (seed) => {
    const next = gaussian(seed);
    let state = 0;
    return () => {
      state = 0.95 * state + 0.31 * next();
      return 20 + state;
    };
  },
  'a daily wave': (seed) => {
    const next = gaussian(seed);
    return (minute) => 20 + 2 * Math.sin(2 * Math.PI * minute / DAY) + 0.3 * next();
  },
  'a switch every 45 minutes': (seed) => switching(45, seed),
  'a switch every hour': (seed) => switching(60, seed),
  'a coarse sensor': (seed) => {
    const next = gaussian(seed);
    return () => Math.round(20 + next());
  },
};

/** Noise of the spread 1 around 20. */
export function scattered(next: () => number): Series {
  return () => 20 + next();
}

function switching(minutes: number, seed: number): Series {
  const next = gaussian(seed);
  return (minute) => 20 + (Math.floor(minute / minutes) % 2) + 0.05 * next();
}

/** Feeds readings `from` to `to` of a series, one a minute. @returns what was said of each. */
export function feed(detector: Detector, series: Series, from: number, to: number): Detection[] {
  const found: Detection[] = [];
  for (let minute = from; minute < to; minute += 1) found.push(detector.update(START + minute * MINUTE, series(minute)));
  return found;
}

/** How many episodes begin. */
export function episodesIn(found: readonly Detection[]): number {
  return found.filter(({ anomaly }, index) => anomaly && found[index - 1]?.anomaly !== true).length;
}
