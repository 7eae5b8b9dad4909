/** How well episodes meet the labelled events of a series, and how many begin where nothing happened. */
import { lengthOf } from './stretch.ts';
import type { Stretch } from './stretch.ts';

/** An episode that starts so many points behind the end of an event has still found it. */
const TOLERANCE = 7;

export interface EventCounts {
  found: number;
  missed: number;
  falseAlarms: number;
}

export interface EventScore {
  f1: number;
  precision: number;
  recall: number;
}

/** What was asked of a series without an event, or of what lies outside of the events of one. */
export interface CleanCounts {
  episodes: number;
  points: number;
}

/**
 * Counts from the point `from` on. An event is found when an episode starts within it or shortly behind it, once however
 * many do; an episode that starts elsewhere is a false alarm. Of an event that has begun before, what is left counts.
 * Events and starts are in order.
 */
export function countEvents(events: readonly Stretch[], starts: readonly number[], from: number): EventCounts {
  const left = events.filter(({ last }) => last >= from);
  const { found, elsewhere } = meet(left, starts.filter((start) => start >= from));
  return { found, missed: left.length - found, falseAlarms: elsewhere };
}

/** Counts the episodes that start, and the points that lie, outside of all events. Events and starts are in order. */
export function countClean(points: number, events: readonly Stretch[], starts: readonly number[]): CleanCounts {
  return {
    episodes: meet(events, starts).elsewhere,
    points: points - events.reduce((total, event) => total + lengthOf(event), 0),
  };
}

/** How many of the events are found, and how many of the episodes start where none is: one walk through both. */
function meet(events: readonly Stretch[], starts: readonly number[]): { found: number; elsewhere: number } {
  const found = new Set<number>();
  let elsewhere = 0;
  let passed = 0;
  for (const start of starts) {
    while (passed < events.length && start > (events[passed]?.last ?? 0) + TOLERANCE) passed += 1;
    let at = passed;
    while (start >= (events[at]?.first ?? Infinity)) {
      found.add(at);
      at += 1;
    }
    if (at === passed) elsewhere += 1;
  }
  return { found: found.size, elsewhere };
}

export function sumOfEvents(all: Iterable<EventCounts>): EventCounts {
  const sum: EventCounts = { found: 0, missed: 0, falseAlarms: 0 };
  for (const { found, missed, falseAlarms } of all) {
    sum.found += found;
    sum.missed += missed;
    sum.falseAlarms += falseAlarms;
  }
  return sum;
}

/** The events of all series together; 0 where nothing was found. */
export function scoreEvents({ found, missed, falseAlarms }: EventCounts): EventScore {
  return {
    f1: ratio(2 * found, 2 * found + missed + falseAlarms),
    precision: ratio(found, found + falseAlarms),
    recall: ratio(found, found + missed),
  };
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

/** The threshold with the best F1, and what it reaches. `bySeries` holds, for each series, the counts at each of the thresholds. */
export function bestThreshold(bySeries: ReadonlyArray<readonly EventCounts[]>, thresholds: readonly number[]): EventScore & { threshold: number } {
  return thresholds
    .map((threshold, index) => ({ threshold, ...scoreEvents(sumOfEvents(bySeries.flatMap((counts) => counts[index] ?? []))) }))
    .reduce((best, each) => (each.f1 > best.f1 ? each : best));
}
