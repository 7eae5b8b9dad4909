import { beginningsBetween } from '../../core/history/time/calendar.ts';
import type { Interval } from '../../core/history/time/calendar.ts';
import type { IntervalUnit } from '../../core/history/query.ts';
import { timeZone } from '../../core/history/time/time-zone.ts';

/** A number that says itself where it stands on an axis. */
export interface Scale {
  /** Where a value stands, in pixels. */
  (value: number): number;
  readonly ticks: readonly number[];
}

/**
 * A linear scale from `low` … `high` to pixels `from` … `to`, widened to round ticks.
 * Ticks are 1, 2 or 5 times a power of ten apart (Heckbert, "Nice Numbers for Graph Labels", Graphics Gems, 1990).
 */
export function linearScale(low: number, high: number, from: number, to: number, wantedTicks: number): Scale {
  const [least, most] = [withinReach(low), withinReach(high)];
  const size = Math.max(Math.abs(least), Math.abs(most));
  // Differences that are lost in the digits of a double are none.
  const span = most - least > size * TOLERANCE ? most - least : size;
  const step = niceStep((span > SMALLEST ? span : 1) / Math.max(1, wantedTicks));
  const first = Math.floor(least / step + TOLERANCE);
  const last = Math.max(first + 1, Math.ceil(most / step - TOLERANCE));
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => rounded((first + index) * step, step));
  const [start, end] = [first * step, last * step];
  return Object.assign((value: number) => from + ((Math.min(Math.max(value, start), end) - start) / (end - start)) * (to - from), { ticks });
}

/** How far a number may be from a round one to count as it. */
const TOLERANCE = 1e-9;
/** Beyond these, steps would leave what a double holds. */
const SMALLEST = 1e-290;
const LARGEST = 1e290;

function withinReach(value: number): number {
  return Math.min(Math.max(value, -LARGEST), LARGEST);
}

function niceStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = wanted / power;
  return power * (factor <= 1 ? 1 : factor <= 2 ? 2 : factor <= 5 ? 5 : 10);
}

/** Without the last digits that a sum of binary fractions has too many. */
function rounded(value: number, step: number): number {
  const digits = Math.max(0, Math.min(20, 1 - Math.floor(Math.log10(step))));
  return Number(value.toFixed(digits));
}

/** A time on the axis; `major`: a new day begins there, or a longer period. */
export interface TimeTick {
  readonly ts: number;
  readonly major: boolean;
}

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Steps of less than a minute, in milliseconds. */
const SHORT_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000];
const LENGTHS: Record<Exclude<IntervalUnit, 'quarter'>, number> = { minute: MINUTE, hour: 60 * MINUTE, day: DAY, week: 7 * DAY, month: 30.4375 * DAY, year: 365.25 * DAY };
const STEPS: Record<keyof typeof LENGTHS, readonly number[]> = { minute: [1, 2, 5, 10, 15, 30], hour: [1, 2, 3, 6, 12], day: [1, 2, 3], week: [1, 2], month: [1, 2, 3, 6], year: [1, 2, 5, 10, 20, 50, 100] };

/** Round times after `from` and before `to` on the clocks and calendars of the time zone, about `wanted` of them at most. */
export function timeTicks(from: number, to: number, zoneName: string, wanted: number): TimeTick[] {
  const least = (to - from) / Math.max(1, wanted);
  const short = SHORT_STEPS.find((step) => step >= least);
  if (short !== undefined) return Array.from({ length: Math.floor(to / short) - Math.floor(from / short) }, (_, index) => ({ ts: (Math.floor(from / short) + index + 1) * short, major: false }));
  const zone = timeZone(zoneName);
  return beginningsBetween(zone, from, to, stepOf(least), wanted + 1).map((ts) => ({ ts, major: zone.wallAt(ts) % DAY === 0 }));
}

function stepOf(least: number): Interval {
  for (const [unit, length] of Object.entries(LENGTHS) as Array<[keyof typeof LENGTHS, number]>) {
    const every = STEPS[unit].find((count) => count * length >= least);
    if (every !== undefined) return { every, unit };
  }
  return { every: 1_000, unit: 'year' };
}
