import type { Clock } from '../../clock/clock.ts';
import { beginSlice } from '../../clock/slice.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import type { Store, StoredReading } from '../../store/store.ts';
import { createDetector } from '../detector.ts';
import { CALMEST, MOST_SENSITIVE } from '../detector-options.ts';
import type { DetectionPreview } from './answer.ts';
import { DrawnReadings } from './drawn-readings.ts';
import { beginningOfLatest, storedPages } from './latest-readings.ts';
import { learnsWithin } from './learns-within.ts';
import { PositionEpisodes } from './position-episodes.ts';

/** What is looked at: the last days of what is stored of one metric of a device. */
export interface PreviewRequest {
  device: string;
  metric: string;
  /** Before the newest reading. */
  days: number;
  /** Readings of a worse quality are not learned from; none is that is better than unknown. */
  minimumQuality: Quality;
}

export interface PreviewSources {
  store: Pick<Store, 'range' | 'buckets' | 'series'>;
  clock: Clock;
  /** Ends the work: nobody is looking. */
  signal: AbortSignal;
}

/** Of one metric; about four seconds of work for a detector of 50,000 readings a second. */
export const MOST_PREVIEWED = 200_000;
const DAY = 86_400_000;
/** A detector that has run for a while has learned before the days that are looked at. */
const DAYS_TO_LEARN = 28;
/** Milliseconds of work before everything else has its turn. */
const SLICE = 3;
/** From so many of the last readings is told how often they come. */
const PACED = 500;

/**
 * Runs one detector over the stored readings of a metric, and tells for each position of the slider which episodes it would have made: what
 * a detector learns does not depend on its sensitivity, so that one run answers for all. It reads what was stored before as well, to learn
 * from. A reading whose quality nobody judged cannot be told in a store from one of unknown quality; both are learned from.
 */
export async function previewDetection({ device, metric, days, minimumQuality }: PreviewRequest, { store, clock, signal }: PreviewSources): Promise<DetectionPreview> {
  const newest = (await store.series([device])).find((one) => one.metric === metric)?.newest ?? -Infinity;
  const to = Math.min(Math.ceil(newest), clock.now());
  const run = new PreviewRun(Math.max(minimumQuality, QUALITY.unknown), to);
  if (to === -Infinity) return run.result(device, metric, false);
  const asked = to - days * DAY;
  const from = await beginningOfLatest(MOST_PREVIEWED, { device, metric, from: asked - DAYS_TO_LEARN * DAY, to }, store, signal);
  let isOver = beginSlice(clock, SLICE);
  for await (const page of storedPages({ device, metric, from, to }, store)) {
    for (const reading of page) {
      run.take(reading, reading.ts >= asked);
      if (!isOver()) continue;
      await new Promise<void>((resolve) => void setImmediate(resolve));
      isOver = beginSlice(clock, SLICE);
      signal.throwIfAborted();
    }
    signal.throwIfAborted();
  }
  return run.result(device, metric, from > asked);
}

/** The detector at work, and what is kept of what it said. */
class PreviewRun {
  readonly #detector = createDetector();
  readonly #positions = Array.from({ length: MOST_SENSITIVE - CALMEST + 1 }, (_, index) => new PositionEpisodes(CALMEST + index));
  readonly #worstLearned: number;
  readonly #to: number;
  readonly #times: number[] = [];
  #drawn: DrawnReadings | undefined;
  #first = 0;
  #last = 0;
  #readings = 0;
  #learnedBefore = 0;
  #unit = '';

  constructor(worstLearned: number, to: number) {
    this.#worstLearned = worstLearned;
    this.#to = to;
  }

  take({ ts, value, raw, quality, unit }: StoredReading, isShown: boolean): void {
    const number = typeof raw === 'number' ? raw : value;
    const learn = quality <= this.#worstLearned;
    if (typeof number !== 'number' || !Number.isFinite(number) || (!learn && quality > QUALITY.suspect)) return;
    const detection = this.#detector.update(ts, number, learn);
    for (const position of this.#positions) position.take(ts, number, detection, isShown);
    this.#notePace(ts);
    this.#unit = unit ?? this.#unit;
    if (!isShown) {
      this.#learnedBefore += 1;
      return;
    }
    if (!this.#drawn) {
      this.#drawn = new DrawnReadings(ts, this.#to);
      this.#first = ts;
    }
    this.#drawn.add(ts, number, detection.expected, detection.intensity);
    this.#last = ts;
    this.#readings += 1;
  }

  result(device: string, metric: string, isCut: boolean): DetectionPreview {
    const interval = this.#interval();
    const within = learnsWithin(interval);
    return {
      device, metric, unit: this.#unit, from: this.#first, to: this.#last, readings: this.#readings, learnedBefore: this.#learnedBefore, isCut,
      points: this.#drawn?.points(interval ?? 0) ?? [],
      positions: this.#positions.map((position) => position.result()),
      ...(within && { learnsWithin: within }),
    };
  }

  #notePace(ts: number): void {
    this.#times.push(ts);
    if (this.#times.length > 2 * PACED) this.#times.splice(0, PACED);
  }

  /** The median: an outage is no pace. */
  #interval(): number | undefined {
    const gaps = this.#times.slice(1).map((ts, index) => ts - (this.#times[index] ?? ts));
    return gaps.sort((one, other) => one - other)[Math.floor(gaps.length / 2)];
  }
}
