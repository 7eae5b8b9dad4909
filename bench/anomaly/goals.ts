/** What the detector is to reach, and what it reached. */
import type { Figures } from './figures.ts';
import type { SpeedFigures, Speeds } from './speed.ts';

export interface Verdict {
  goal: string;
  /** Undefined where it was not measured, or not on all series of the set. */
  figure: number | undefined;
  met: boolean | undefined;
}

const LEAST_OF_BEST_PART = 0.9;
const KIBIBYTE = 1024;

/** @param figures of the profile that the goals are for, without the sets that were not run whole */
export function goals(figures: Pick<Figures, 'nab' | 'ucr' | 'wsd' | 'aiops' | 'clean'>, speeds: Speeds | undefined): Verdict[] {
  const { nab, ucr, wsd, aiops, clean } = figures;
  const shipped = nab?.shipped.episodes;
  const crossValidated = nab?.crossValidated?.thresholdAndParts.episodes.standard.mean;
  const slowest = (of: (ground: Speeds['real']) => SpeedFigures): number | undefined => speeds && Math.min(of(speeds.seasonal).pointsPerSecond, of(speeds.real).pointsPerSecond);
  const largest = (of: (ground: Speeds['real']) => SpeedFigures): number | undefined => speeds && Math.max(of(speeds.seasonal).bytes, of(speeds.real).bytes);
  return [
    atLeast('NAB standard, shipped default', 75, shipped?.standard),
    atLeast('NAB low false positives, shipped default', 67.1, shipped?.lowFalsePositives),
    atLeast('NAB low false negatives, shipped default', 80.4, shipped?.lowFalseNegatives),
    atLeast('NAB standard, nested cross-validation', 70, crossValidated),
    atLeast('UCR, share of events at the highest score', 0.65, ucr?.share),
    atLeast('WSD F1, shipped default', 0.78, wsd?.shipped.f1),
    atLeast('AIOPS F1, shipped default', 0.6, aiops?.shipped.f1),
    atMost('episodes per 10,000 points without an event', 1, clean.withoutEvent),
    atLeast('full: points/s/core', 50_000, slowest(({ full }) => full)),
    atLeast('lite: points/s/core', 1_000_000, slowest(({ lite }) => lite)),
    atMost('full: bytes a series', 512 * KIBIBYTE, largest(({ full }) => full)),
    atMost('lite: bytes a series', 4 * KIBIBYTE, largest(({ lite }) => lite)),
    atLeast('floor: NAB standard, shipped default', 70, shipped?.standard),
    atLeast('floor: NAB standard, nested cross-validation', 66, crossValidated),
    atLeast('floor: UCR, of the best single part', LEAST_OF_BEST_PART, ofBestPart(ucr?.share, ucr?.parts)),
    atLeast('floor: WSD F1, of the best single part at its best', LEAST_OF_BEST_PART, ofBestPart(wsd?.shipped.f1, wsd?.parts)),
    atLeast('floor: AIOPS F1, of the best single part at its best', LEAST_OF_BEST_PART, ofBestPart(aiops?.shipped.f1, aiops?.parts)),
  ];
}

function atLeast(goal: string, least: number, figure: number | undefined): Verdict {
  return { goal: `${goal} >= ${least.toLocaleString('en-US')}`, figure, met: figure === undefined ? undefined : figure >= least };
}

function atMost(goal: string, most: number, figure: number | undefined): Verdict {
  return { goal: `${goal} <= ${most.toLocaleString('en-US')}`, figure, met: figure === undefined ? undefined : figure <= most };
}

function ofBestPart(figure: number | undefined, parts: Readonly<Record<string, number>> = {}): number | undefined {
  const best = Math.max(0, ...Object.values(parts));
  return figure === undefined || best === 0 ? undefined : figure / best;
}
