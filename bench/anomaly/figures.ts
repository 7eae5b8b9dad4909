/** The figures of one judge over all data sets that were run. */
import { bestThreshold, scoreEvents, sumOfEvents } from './events.ts';
import type { EventScore } from './events.ts';
import { nabFigures } from './nab-figures.ts';
import type { NabFigures } from './nab-figures.ts';
import { EVENT_THRESHOLDS } from './outcome.ts';
import type { EventOutcome, NabOutcome, Outcome, TopOutcome } from './outcome.ts';

export interface EventFigures {
  shipped: EventScore;
  best: EventScore & { threshold: number };
  /** The best F1 of each part by itself. */
  parts: Record<string, number>;
}

export interface TopFigures {
  share: number;
  parts: Record<string, number>;
}

/** Episodes per 10,000 points. */
export interface CleanFigures {
  /** Of the series of NAB and WSD in which nothing happens. */
  withoutEvent: number | undefined;
  /** Of all of WSD that lies outside of events. */
  outsideEvents: number | undefined;
}

export interface Figures {
  nab: NabFigures | undefined;
  wsd: EventFigures | undefined;
  aiops: EventFigures | undefined;
  ucr: TopFigures | undefined;
  clean: CleanFigures;
  points: number;
  /** Points a second of one thread, labels and evaluation not counted. */
  pointsPerSecond: number;
  /** The largest state that any series left behind, in memory and as JSON. */
  mostBytes: number;
  mostSnapshotBytes: number;
}

const isNab = (outcome: Outcome): outcome is NabOutcome => outcome.set === 'nab';
const isTop = (outcome: Outcome): outcome is TopOutcome => outcome.set === 'ucr';
const isWsd = (outcome: Outcome): outcome is EventOutcome => outcome.set === 'wsd';
const isAiops = (outcome: Outcome): outcome is EventOutcome => outcome.set === 'aiops';

/** @param splits how many ways of halving NAB's files the cross-validation tries */
export function figuresOf(outcomes: readonly Outcome[], splits: number): Figures {
  const [nab, wsd, aiops, ucr] = [outcomes.filter(isNab), outcomes.filter(isWsd), outcomes.filter(isAiops), outcomes.filter(isTop)];
  const points = outcomes.reduce((sum, outcome) => sum + outcome.points, 0);
  return {
    nab: nab.length === 0 ? undefined : nabFigures(nab, splits),
    wsd: wsd.length === 0 ? undefined : eventFigures(wsd),
    aiops: aiops.length === 0 ? undefined : eventFigures(aiops),
    ucr: ucr.length === 0 ? undefined : topFigures(ucr),
    clean: {
      withoutEvent: perTenThousand([...nab, ...wsd].filter(({ hasEvents }) => !hasEvents)),
      outsideEvents: perTenThousand(wsd),
    },
    points,
    pointsPerSecond: (1000 * points) / outcomes.reduce((sum, { took }) => sum + took, 0),
    mostBytes: Math.max(...outcomes.map(({ bytes }) => bytes)),
    mostSnapshotBytes: Math.max(...outcomes.map(({ snapshotBytes }) => snapshotBytes)),
  };
}

function eventFigures(outcomes: readonly EventOutcome[]): EventFigures {
  return {
    shipped: scoreEvents(sumOfEvents(outcomes.map(({ shipped }) => shipped))),
    best: bestThreshold(outcomes.map(({ swept }) => swept), EVENT_THRESHOLDS),
    parts: byPart(outcomes, (name) => {
      // A part that is silent in a series finds nothing there.
      const silent = outcomes.map(({ swept }) => swept.map(({ found, missed }) => ({ found: 0, missed: found + missed, falseAlarms: 0 })));
      return bestThreshold(outcomes.map(({ parts }, index) => parts.get(name) ?? silent[index] ?? []), EVENT_THRESHOLDS).f1;
    }),
  };
}

function topFigures(outcomes: readonly TopOutcome[]): TopFigures {
  const share = (isHit: (outcome: TopOutcome) => boolean): number => outcomes.filter(isHit).length / outcomes.length;
  return {
    share: share(({ isTopAtEvent }) => isTopAtEvent),
    parts: byPart(outcomes, (name) => share(({ parts }) => parts.get(name) === true)),
  };
}

function byPart(outcomes: ReadonlyArray<{ parts: ReadonlyMap<string, unknown> }>, of: (name: string) => number): Record<string, number> {
  const names = new Set(outcomes.flatMap(({ parts }) => Array.from(parts.keys())));
  return Object.fromEntries(Array.from(names).sort().map((name) => [name, of(name)]));
}

function perTenThousand(outcomes: readonly Outcome[]): number | undefined {
  const [episodes, points] = outcomes.reduce(([some, of], { clean }) => [some + clean.episodes, of + clean.points], [0, 0]);
  return points === 0 ? undefined : (10_000 * episodes) / points;
}
