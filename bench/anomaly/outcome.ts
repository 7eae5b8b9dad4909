/** One judge over one series, and what comes of it: as much as the figures of all series together need. */
import { risingEdges, startsAt, thresholds } from './episode-starts.ts';
import { countClean, countEvents } from './events.ts';
import type { CleanCounts, EventCounts } from './events.ts';
import type { Judge } from './judge.ts';
import { createJudge } from './judges.ts';
import type { JudgeName } from './judges.ts';
import { readSeries } from './series.ts';
import type { LabelledSeries, SeriesName } from './series.ts';
import { isTopScoreAt } from './top-score.ts';

export interface Task {
  judge: JudgeName;
  series: SeriesName;
  /** Whether each part is looked at by itself, too. */
  byParts: boolean;
}

/** What a judge said of each point of a series. */
export interface Run {
  scores: Float64Array;
  /** What the episodes follow. */
  intensities: Float64Array;
  /** 1 where the point belonged to an anomaly. */
  anomalous: Uint8Array;
  /** By part, its share of each intensity; 0 where it was not named. */
  parts: ReadonlyMap<string, Float64Array>;
}

interface Common {
  name: string;
  points: number;
  /** Milliseconds that the judge took. */
  took: number;
  /** State at the end, in memory and as JSON. */
  bytes: number;
  snapshotBytes: number;
  hasEvents: boolean;
  clean: CleanCounts;
}

/** Of NAB everything is kept: its thresholds are sought over all files together. */
export interface NabOutcome extends Common, Run {
  set: 'nab';
  windows: LabelledSeries['events'];
}

export interface TopOutcome extends Common {
  set: 'ucr';
  isTopAtEvent: boolean;
  parts: ReadonlyMap<string, boolean>;
}

export interface EventOutcome extends Common {
  set: 'wsd' | 'aiops';
  /** With the judge's own threshold. */
  shipped: EventCounts;
  /** At each of EVENT_THRESHOLDS. */
  swept: EventCounts[];
  parts: ReadonlyMap<string, EventCounts[]>;
}

export type Outcome = NabOutcome | TopOutcome | EventOutcome;

/** The thresholds at which events are counted anew. */
export const EVENT_THRESHOLDS = thresholds(2 ** -8, 2 ** 8, 4);

export function outcomeOf({ judge, series: place, byParts }: Task): Outcome {
  const series = readSeries(place);
  const one = createJudge(judge);
  const began = performance.now();
  const run = runOver(series, one, byParts);
  const took = performance.now() - began;
  const { set, name, events, testFrom } = series;
  const starts = risingEdges(run.anomalous);
  const points = run.scores.length;
  const common = {
    name, points, took,
    bytes: one.bytes,
    snapshotBytes: JSON.stringify(one.snapshot()).length,
    hasEvents: events.length > 0,
    clean: countClean(points, events, starts),
  };
  if (set === 'nab') return { ...common, set, windows: events, ...run };
  if (set === 'ucr') {
    const isTop = (scores: Float64Array): boolean => events.some((event) => isTopScoreAt(event, scores, testFrom));
    return { ...common, set, isTopAtEvent: isTop(run.scores), parts: ofEach(run.parts, isTop) };
  }
  const swept = (scores: Float64Array): EventCounts[] => EVENT_THRESHOLDS.map((threshold) => countEvents(events, startsAt(scores, threshold), testFrom));
  return { ...common, set, shipped: countEvents(events, starts, testFrom), swept: swept(run.intensities), parts: ofEach(run.parts, swept) };
}

/** Gives a judge the points of a series one by one, and keeps what it says. */
export function runOver({ times, values }: Pick<LabelledSeries, 'times' | 'values'>, judge: Judge, byParts: boolean): Run {
  const points = times.length;
  const scores = new Float64Array(points);
  const intensities = new Float64Array(points);
  const anomalous = new Uint8Array(points);
  const shares = new Map<string, Float64Array>();
  for (let at = 0; at < points; at += 1) {
    const value = values[at] ?? NaN;
    const { score, intensity = score, anomaly, parts } = judge.update(times[at] ?? 0, Number.isNaN(value) ? null : value);
    scores[at] = score;
    intensities[at] = intensity;
    anomalous[at] = Number(anomaly);
    if (!byParts) continue;
    for (const name in parts) {
      let share = shares.get(name);
      if (!share) shares.set(name, share = new Float64Array(points));
      share[at] = parts[name] ?? 0;
    }
  }
  return { scores, intensities, anomalous, parts: shares };
}

function ofEach<Value>(parts: Run['parts'], of: (scores: Float64Array) => Value): Map<string, Value> {
  return new Map(Array.from(parts, ([name, scores]) => [name, of(scores)]));
}
