import type { AnomalyKind } from './detection.ts';
import type { Memory } from './memory.ts';
import type { PartName } from './parts/part.ts';

/** What is usual is that of about so many readings before the episode. */
const LONG = 300;
/** With fewer readings than this nobody can tell a course; one alone is a spike. */
const SHORT = 4;
/** So many equal readings are no chance. */
const STILL = 10;
/** A level is shifted when it is so many usual spreads away, a trend has changed when a line explains this share of the readings. */
const SHIFT = 2.5;
const LINE = 0.8;
/** Of what is unusual about an episode, one reading brings this share when it is a spike, however long the parts that look back still see it. */
const ALONE = 0.8;
/** The spread of an episode, in usual ones, that is another one. */
const WIDER = 2;
const NARROWER = 0.4;

/** The parts that look at many readings at once. */
const SHAPES: ReadonlySet<PartName> = new Set(['course', 'cycle', 'shape']);

const COUNT = 0;
const MEAN = 1;
const VARIANCE = 2;
const READINGS = 3;
const EPISODE_MEAN = 4;
const EPISODE_SQUARES = 5;
const EPISODE_PRODUCTS = 6;
const EPISODE_LARGEST = 7;
const FIELDS = 8;

/**
 * How an episode goes on, beside what was usual before it: from this follows what kind of anomaly it is. Mean, spread and the slope of a line are
 * reckoned reading by reading (Welford, Technometrics 4(3), 1962).
 */
export class EpisodeCourse {
  readonly #fields: Float64Array;

  constructor(memory: Memory) {
    this.#fields = memory.numbers(FIELDS);
  }

  /** Takes in a reading that belongs to no episode. */
  usual(value: number): void {
    const fields = this.#fields;
    const count = Math.min((fields[COUNT] ?? 0) + 1, LONG);
    const difference = value - (fields[MEAN] ?? 0);
    fields[COUNT] = count;
    fields[MEAN] = (fields[MEAN] ?? 0) + difference / count;
    fields[VARIANCE] = (1 - 1 / count) * ((fields[VARIANCE] ?? 0) + difference * difference / count);
    fields[READINGS] = 0;
  }

  /** Takes in a reading of the episode that runs. */
  unusual(value: number): void {
    const fields = this.#fields;
    if (fields[READINGS] === 0) fields[EPISODE_MEAN] = fields[EPISODE_SQUARES] = fields[EPISODE_PRODUCTS] = fields[EPISODE_LARGEST] = 0;
    const readings = (fields[READINGS] ?? 0) + 1;
    const difference = value - (fields[EPISODE_MEAN] ?? 0);
    const mean = (fields[EPISODE_MEAN] ?? 0) + difference / readings;
    const away = value - (fields[MEAN] ?? 0);
    fields[EPISODE_LARGEST] = Math.max(fields[EPISODE_LARGEST] ?? 0, away * away);
    fields[READINGS] = readings;
    fields[EPISODE_MEAN] = mean;
    fields[EPISODE_SQUARES] = (fields[EPISODE_SQUARES] ?? 0) + difference * (value - mean);
    // The number of the reading stands for the time: its mean before this one is half of the readings before.
    fields[EPISODE_PRODUCTS] = (fields[EPISODE_PRODUCTS] ?? 0) + (readings / 2) * (value - mean);
  }

  /** @param loudest the part that has most to say. */
  kind(loudest: PartName): AnomalyKind {
    if (loudest === 'still') return 'flat line';
    const readings = this.#fields[READINGS] ?? 0;
    const usual = Math.sqrt(this.#fields[VARIANCE] ?? 0) || Number.MIN_VALUE;
    const shift = Math.abs((this.#fields[EPISODE_MEAN] ?? 0) - (this.#fields[MEAN] ?? 0)) / usual;
    if (readings >= STILL && this.#fields[EPISODE_SQUARES] === 0) return 'flat line';
    if (readings < SHORT) return SHAPES.has(loudest) ? 'unusual shape' : 'spike';
    const squares = this.#fields[EPISODE_SQUARES] ?? 0;
    const spread = Math.sqrt(squares / readings) / usual;
    if (this.#isOne(readings, squares)) return 'spike';
    if (this.#explained(readings, squares) > LINE && spread > 1) return 'trend change';
    if (shift > SHIFT && shift > spread) return 'level shift';
    if (spread > WIDER) return 'variance change';
    if (spread < NARROWER) return loudest === 'daily' ? 'missing season' : 'variance change';
    return 'unusual shape';
  }

  /** Whether one reading brings almost all that is unusual. */
  #isOne(readings: number, squares: number): boolean {
    const away = (this.#fields[EPISODE_MEAN] ?? 0) - (this.#fields[MEAN] ?? 0);
    return (this.#fields[EPISODE_LARGEST] ?? 0) > ALONE * (squares + readings * away * away);
  }

  /** The share of the readings' variance that a line explains. */
  #explained(readings: number, squares: number): number {
    const times = readings * (readings * readings - 1) / 12;
    const products = this.#fields[EPISODE_PRODUCTS] ?? 0;
    return squares > 0 ? products * products / (times * squares) : 0;
  }
}
