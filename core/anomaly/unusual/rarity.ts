import type { Memory } from '../memory.ts';
import { Ceiling, CEILING_FIELDS } from './ceiling.ts';
import type { CeilingSettings } from './ceiling.ts';
import { normalQuantile, normalTail } from './normal-tail.ts';

/** How a rarity is reckoned. */
export interface RaritySettings {
  /** The deviation is smoothed over so many readings first: 1 takes it as it is. */
  readonly smoothing: number;
  /** More than this counts as this, so that no part shouts down the others. */
  readonly most: number;
}

/** Mean and spread of a deviation are those of about so many readings. */
const LONG = 20_000;
/** So many readings are learned before one is judged. */
const WARM_UP = 200;
/** A deviation is learned as if it were at most so many spreads above the mean (Huber 1964). */
const CUT = 6;
/** From so many readings on there is a spread to cut by. */
const UNCUT = 100;
/** When so many readings more were rare than were not, this is no event but another regime: it is learned whole, and as fast as if the series were this young. */
const PATIENCE = 200;
const YOUNG = 500;
/** A tail is rare from this part of the ceiling on. */
const RARE = 0.5;
/** The tail of a deviation ends at one in 10^12: a normal distribution says nothing beyond it. */
const FURTHEST = 12;
/** The least that a tail counts for: one in a hundred. A part that has been calm for a year does not begin to shout at one in a thousand. */
const CEILING: CeilingSettings = { least: 2, rise: 0.2, fall: 5e-5, event: 50 };

const COUNT = 0;
const SMOOTHED = 1;
const MEAN = 2;
const VARIANCE = 3;
/** Readings that were rare, less those that were not. */
const LASTING = 4;
const FIELDS = 5;

/**
 * How rare a deviation is, against all that the series has shown before: 1 is as rare as its rarest events usually are.
 *
 * The deviation is smoothed, and its tail probability taken from a normal distribution with the mean and spread of its own past (the
 * anomaly likelihood of Ahmad, Lavin, Purdy and Agha, Neurocomputing 262, 2017). No series is normal in its tail, and so the logarithm is divided by
 * a ceiling that follows the rare events of this very series. So one threshold does for all series.
 */
export class Rarity {
  readonly #settings: RaritySettings;
  readonly #fields: Float64Array;
  /** The rarest tails of this series. */
  readonly #ceiling: Ceiling;

  constructor(settings: RaritySettings, memory: Memory) {
    this.#settings = settings;
    this.#fields = memory.numbers(FIELDS);
    this.#ceiling = new Ceiling(CEILING, memory.numbers(CEILING_FIELDS));
  }

  /** @param deviation 0 or more, in whatever unit: only its own past counts. @returns 0 while warming up. */
  judge(deviation: number, learn: boolean): number {
    const fields = this.#fields;
    const count = fields[COUNT] ?? 0;
    const mean = fields[MEAN] ?? 0;
    const variance = fields[VARIANCE] ?? 0;
    const before = fields[SMOOTHED] ?? 0;
    const smoothed = before + (deviation - before) / Math.min(this.#settings.smoothing, count + 1);
    let rarity = 0;
    if (count > WARM_UP) {
      const tail = tailOf(smoothed, mean, variance);
      rarity = Math.min(this.#settings.most, tail / this.#ceiling.height);
      if (learn) this.#follow(tail);
    }
    if (learn) this.#learn(smoothed, count, mean, variance);
    return rarity;
  }

  /** Whether it has learned enough to judge. */
  get isReady(): boolean {
    return (this.#fields[COUNT] ?? 0) > WARM_UP;
  }

  /** The deviation that is usual: one standard deviation above the mean. */
  get usual(): number {
    return (this.#fields[MEAN] ?? 0) + Math.sqrt(this.#fields[VARIANCE] ?? 0);
  }

  /** The deviation at which this part says `rarity`, were it to last; as far as a normal distribution reaches where none does. */
  deviationAt(rarity: number): number {
    return (this.#fields[MEAN] ?? 0) + normalQuantile(Math.min(FURTHEST, rarity * this.#ceiling.height)) * Math.sqrt(this.#fields[VARIANCE] ?? 0);
  }

  /** An episode begins. */
  begin(): void {
    this.#ceiling.begin();
  }

  /** A person expected the episode: the rarest of it counts as `rarity` from now on, or less. */
  accept(rarity: number): void {
    this.#ceiling.accept(rarity);
  }

  /** The episode was none that is to be got used to. */
  reject(): void {
    this.#ceiling.reject();
  }

  #follow(tail: number): void {
    const fields = this.#fields;
    const lasting = fields[LASTING] ?? 0;
    const isRare = tail > RARE * this.#ceiling.height;
    fields[LASTING] = isRare ? Math.min(lasting + 1, 2 * PATIENCE) : Math.max(lasting - 1, 0);
    this.#ceiling.learn(tail);
  }

  #learn(smoothed: number, count: number, mean: number, variance: number): void {
    const fields = this.#fields;
    const isLasting = (fields[LASTING] ?? 0) > PATIENCE;
    const weight = 1 / Math.min(count + 1, isLasting ? YOUNG : LONG);
    // Where there was never a spread there is nothing to cut by.
    const furthest = count < UNCUT || isLasting || !(variance > 0) ? Infinity : CUT * Math.sqrt(variance);
    const difference = Math.min(furthest, smoothed - mean);
    fields[SMOOTHED] = smoothed;
    fields[MEAN] = mean + weight * difference;
    fields[VARIANCE] = (1 - weight) * (variance + weight * difference * difference);
    fields[COUNT] = Math.min(count + 1, LONG);
  }
}

/** Where there was never a spread, whatever exceeds the mean is as rare as can be. */
function tailOf(smoothed: number, mean: number, variance: number): number {
  if (!(variance > 0)) return smoothed > mean * 1.0001 ? FURTHEST : 0;
  return Math.min(FURTHEST, normalTail((smoothed - mean) / Math.sqrt(variance)));
}
