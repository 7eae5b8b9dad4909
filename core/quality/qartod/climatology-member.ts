import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { PERIODS, type Period } from './calendar.ts';
import { isGiven, readChoice, readOptionalSpan, readSpan, show, type Bounds, type Span } from './options.ts';
import { toTime, type Time } from './series.ts';

/** What is usual at one time, and at one depth. */
export interface ClimatologyMember {
  /** With a period, its first and last value that the member speaks of: with `month`, [6, 8] is the summer; the winter takes two members. Without one, the first and the last time. Both ends belong to it. */
  timeSpan: readonly [Time, Time];
  /** Which part of the date, in UTC, the time span is of. */
  period?: Period;
  /** What is usual then; outside of it is suspect. */
  suspectSpan: Span;
  /** What is possible then; outside of it is bad. */
  failSpan?: Span;
  /** The depths that the member speaks of. Without it, all, and readings without one. */
  depthSpan?: Span;
}

const ALL: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };

/** A member that was checked, ready to judge. */
export class CheckedMember {
  readonly period: Period | undefined;
  readonly #time: Bounds;
  readonly #suspect: Bounds;
  readonly #fail: Bounds;
  readonly #depth: Bounds | undefined;

  constructor(period: Period | undefined, time: Bounds, suspect: Bounds, fail: Bounds, depth: Bounds | undefined) {
    this.period = period;
    this.#time = time;
    this.#suspect = suspect;
    this.#fail = fail;
    this.#depth = depth;
  }

  /** Whether a part of a date, that of its period, is in the time span. Without a period a time may be, whatever the part. */
  isInPeriod(part: number): boolean {
    return this.period === undefined || (part >= this.#time.low && part <= this.#time.high);
  }

  /** Whether a reading is the member's, at a time that is in its period. */
  speaksOf(ts: number, depth: number): boolean {
    if (this.period === undefined && !(ts >= this.#time.low && ts <= this.#time.high)) return false;
    return this.#depth === undefined || (Number.isFinite(depth) && depth >= this.#depth.low && depth <= this.#depth.high);
  }

  judge(value: number): Quality {
    if (value < this.#fail.low || value > this.#fail.high) return QUALITY.bad;
    return value < this.#suspect.low || value > this.#suspect.high ? QUALITY.suspect : QUALITY.good;
  }
}

/** @param field where the member stands, for the error. @throws ConfigError when a part of it cannot be. */
export function readMember(field: string, member: unknown): CheckedMember {
  if (typeof member !== 'object' || member === null) {
    throw new ConfigError(field, `${field} is ${show(member)}: give an object with a timeSpan and a suspectSpan, such as { period: "month", timeSpan: [6, 8], suspectSpan: [10, 35] }.`);
  }
  const { timeSpan, period, suspectSpan, failSpan, depthSpan }: Partial<Record<keyof ClimatologyMember, unknown>> = member;
  const checked = isGiven(period) ? readChoice(`${field}.period`, period, PERIODS) : undefined;
  const time = checked === undefined ? readTimes(`${field}.timeSpan`, timeSpan) : readParts(`${field}.timeSpan`, timeSpan);
  const fail = readOptionalSpan(`${field}.failSpan`, failSpan) ?? ALL;
  return new CheckedMember(checked, time, readSpan(`${field}.suspectSpan`, suspectSpan), fail, readOptionalSpan(`${field}.depthSpan`, depthSpan));
}

/** From winter to spring, or from evening to morning, would be nearly all the rest of the year or day once its ends are put in order. */
function readParts(field: string, span: unknown): Bounds {
  const bounds = readSpan(field, span);
  const ends: readonly unknown[] = Array.isArray(span) ? span : [];
  if (ends[0] === bounds.low) return bounds;
  throw new ConfigError(field, `${field} is ${show(span)}, and ends before it begins. Give two members, such as [12, 12] and [1, 2] for the months of winter.`);
}

/** The first and the last time of a span, in milliseconds since the epoch. @throws ConfigError when it is no such span. */
export function readTimes(field: string, span: unknown): Bounds {
  const ends: readonly unknown[] = Array.isArray(span) ? span : [];
  const [one, other] = ends.map((end, index) => toTime(end, `${field}[${index}]`));
  if (one === undefined || other === undefined || ends.length !== 2 || Number.isNaN(one) || Number.isNaN(other)) {
    throw new ConfigError(field, `${field} is ${show(span)}: give the first and the last time, such as ["2026-06-01", "2026-08-31T23:59:59Z"].`);
  }
  return { low: Math.min(one, other), high: Math.max(one, other) };
}
