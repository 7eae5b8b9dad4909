import assert from 'node:assert/strict';
import { createDetector, type AnomalyKind, type Profile } from '../../../core/anomaly/index.ts';
import { gaussian } from './random.ts';
import { DAY, feed, type Series } from './series.ts';

/** Some days of what is usual come first. */
const AT = 5_000;
const PROFILES: readonly Profile[] = ['full', 'lite'];

interface Fault {
  kind: AnomalyKind;
  what: string;
  series: (noise: () => number) => Series;
  /** Within so many readings the first episode begins. */
  within: number;
}

/** The last reading before a sensor stood still, and after it. */
function frozen(noise: () => number): Series {
  let last = 20;
  return (minute) => (minute < AT ? (last = 20 + noise()) : last);
}

const FAULTS: readonly Fault[] = [
  { kind: 'spike', what: 'one reading far off', series: (noise) => (minute) => 20 + noise() + (minute === AT ? 30 : 0), within: 1 },
  { kind: 'level shift', what: 'a level that rises for good', series: (noise) => (minute) => 20 + noise() + (minute < AT ? 0 : 15), within: 3 },
  { kind: 'level shift', what: 'a level that falls for good', series: (noise) => (minute) => 20 + noise() - (minute < AT ? 0 : 10), within: 3 },
  { kind: 'trend change', what: 'a level that begins to climb', series: (noise) => (minute) => 20 + noise() + 1.5 * Math.max(0, minute - AT), within: 10 },
  { kind: 'variance change', what: 'noise that grows eightfold', series: (noise) => (minute) => 20 + noise() * (minute < AT ? 1 : 8), within: 5 },
  { kind: 'missing season', what: 'a daily wave that does not come', series: (noise) => (minute) => 20 + (minute < AT ? 10 * Math.sin(2 * Math.PI * minute / DAY) : 0) + 0.3 * noise(), within: 400 },
  { kind: 'flat line', what: 'a sensor that shows the same for ever', series: frozen, within: 400 },
];

describe('the kind of an episode, once it has gone on', () => {
  for (const profile of PROFILES) {
    for (const { kind, what, series, within } of FAULTS) {
      it(`is "${kind}" for ${what} (${profile})`, () => {
        for (const seed of [1, 2, 3]) {
          const readings = series(gaussian(seed));
          const detector = createDetector({ profile });
          const before = feed(detector, readings, 0, AT);
          const found = feed(detector, readings, AT, AT + 1_000);
          const first = before.at(-1)?.anomaly ? -1 : found.findIndex(({ anomaly }) => anomaly);
          assert.ok(first >= 0 && first < within, `seed ${seed}: the episode begins at ${first}`);
          const end = found.findIndex(({ anomaly }, index) => index > first && !anomaly);
          const told = found.slice(first, end < 0 ? undefined : end).map((detection) => detection.kind);
          assert.equal(told.at(-1), kind, `seed ${seed}: ${told.join(', ')}`);
        }
      });
    }
  }
});
