import { LEAST_SCALE } from '../detector-options.ts';
import { CONTINUOUS, decimalsOf, resolutionOf } from '../resolution.ts';
import { Episodes } from '../episodes.ts';
import { emptyState, readDeviation, writeDeviation } from './deviation-state.ts';
import type { DeviationSnapshot, DeviationState } from './deviation-state.ts';
import { followHighQuantile } from './high-quantile.ts';

/** From so many deviations the first offset is taken, their median. */
const FIRST = 31;
/** After so many more a device is judged. */
const WARM_UP = 200;
/** The offset forgets what lies further back than so many readings. */
const MEMORY = 5_000;
/** A device that stays away for so many readings has a new place: it is learned from nothing. */
export const READINGS_UNTIL_USUAL = 1_000;
/** A reading moves offset and spread as if it were no further off than so many spreads. */
const CUT = 3;
/** Mean distance to the standard deviation of a normal distribution: √(π/2). */
const CONSISTENCY = 1.2533;
/** Weight of a reading in the average of the latest ones. */
const LATELY = 1 / 8;
/** The 99 % quantiles of normal noise that is not related in time, in spreads: no quantile that was learned counts as less. */
const TWO_QUANTILE = 1.47;
const LATELY_QUANTILE = 0.66;
/** An episode begins at so many times the quantile, of an average at fewer, for its tails are lighter; see docs/peers.md for what was measured. */
const TWO_MARGIN = 2.5;
const LATELY_MARGIN = 1.8;
/** Of a long time away only the beginning is learned as what may happen: it is to stay an anomaly while it lasts. */
const LEARNED_OF_A_RUN = 20;
/** A run is over after a fourth of the readings that it took. */
const RETURN = 4;
/** What a person said was expected scores no more than this: at no sensitivity does an episode begin. */
const EXPECTED_SCORE = 0.2;
/** What is half as far off as a fault is like it. */
const LIKE_A_FAULT = 0.5;
/** The precision of floating point leaves a difference of this part of the values. */
const DUST = 1e-9;

/** What is to be said of a deviation. */
export interface DeviationVerdict {
  /** 1 is where an episode begins at the usual sensitivity. */
  score: number;
  /** Whether it stands where it does not usually stand, whoever is to blame. */
  isAway: boolean;
  /** Where it would be as usual, and how far from there it may be. */
  usual: number;
  limit: number;
}

/**
 * Learns how one metric of a device usually stands beside its group, and judges how unusual it stands now. Two things are unusual: two readings in a
 * row that are far off, and an average of the latest ones that is off. Each is divided by its own running 99 % quantile, so that one
 * threshold fits all groups. One reading alone is never unusual: when a group leaps together, one device has to be the first.
 */
export class UsualDeviation {
  #state: DeviationState = emptyState();
  /** The first deviations, while the offset is not known. */
  #first: number[] = [];
  readonly #episodes = new Episodes(1);

  /** Event time of the last reading learned. */
  get ts(): number {
    return this.#state.ts;
  }

  /** How far it usually is above the level of the group. */
  get offset(): number {
    return this.#state.offset;
  }

  /**
   * @param level of the others: the median of their values, each without what it is usually above the group.
   * @param median of the values of the others as they are.
   * @param isSplit whether so many of the group are away that none is blamed that was not before.
   * @param threshold the score at which an episode begins.
   * @param learn whether it may become part of what is usual.
   * @returns undefined while it is not known what is usual.
   */
  judge(ts: number, value: number, level: number, median: number, isSplit: boolean, threshold: number, learn: boolean): DeviationVerdict | undefined {
    const state = this.#state;
    const decimals = Math.max(state.decimals, decimalsOf(value, state.decimals));
    if (learn) {
      state.ts = ts;
      state.decimals = decimals;
    }
    const floor = floorOf(decimals, Math.max(Math.abs(value), Math.abs(level)));
    if (state.spread === 0) {
      if (learn) this.#begin(value - level, floor);
      return undefined;
    }
    const usual = level + state.offset;
    const far = value - usual;
    const spread = Math.max(state.spread, floor);
    // Quantiles that few readings were seen for are given room.
    const room = 1 + WARM_UP / (state.count + 1);
    const limit = TWO_MARGIN * room * Math.max(state.twoHigh, TWO_QUANTILE * spread);
    const latelyLimit = LATELY_MARGIN * room * Math.max(state.latelyHigh, LATELY_QUANTILE * spread);
    const off = this.#beyondExpected(far, Math.min(limit, latelyLimit));
    const two = off * state.previous > 0 ? Math.min(Math.abs(off), Math.abs(state.previous)) : 0;
    const lately = state.lately + LATELY * (clamp(off, limit) - state.lately);
    // What is back in its place is not held to be off for what the average remembers.
    const average = off * lately > 0 ? Math.min(Math.abs(lately), Math.abs(off)) : 0;
    const raw = Math.max(two / limit, average / latelyLimit);
    const isAway = Math.abs(off) >= limit || 2 * average >= latelyLimit;
    const isJudged = state.count >= WARM_UP;
    const isGuilty = isJudged && (raw >= threshold ? !isSplit || state.isGuilty === 1 : isAway && state.isGuilty === 1);
    const score = isSplit && !isGuilty ? 0 : raw;
    if (learn) {
      state.previous = off;
      state.lately = lately;
      state.isGuilty = Number(isGuilty);
      if (isJudged) this.#follow(ts, far, score / threshold);
      this.#learn(far, Math.max(two, TWO_QUANTILE * floor), Math.max(average, LATELY_QUANTILE * floor), spread, isAway, median - level);
    }
    if (!isJudged) return undefined;
    return { score, isAway, usual, limit };
  }

  /** A person's answer about the last time it was away. @returns false when it never was. */
  answer(isExpected: boolean): boolean {
    const state = this.#state;
    const { peak } = state;
    if (peak === 0) return false;
    if (isExpected) {
      if (peak > 0) state.expectedAbove = Math.max(state.expectedAbove, peak);
      else state.expectedBelow = Math.min(state.expectedBelow, peak);
      if (peak > 0) state.faultAbove = 0;
      else state.faultBelow = 0;
      state.isGuilty = 0;
      state.lately = 0;
      state.previous = 0;
    } else if (peak > 0) {
      state.expectedAbove = 0;
      state.faultAbove = state.faultAbove === 0 ? peak : Math.min(state.faultAbove, peak);
    } else {
      state.expectedBelow = 0;
      state.faultBelow = Math.max(state.faultBelow === 0 ? peak : state.faultBelow, peak);
    }
    return true;
  }

  snapshot(): DeviationSnapshot {
    return writeDeviation(this.#state, this.#episodes.snapshot(), this.#first);
  }

  /** @throws HoldfastError `HOLDFAST_DETECTOR_SNAPSHOT` for what is damaged; then nothing is changed. */
  restore(snapshot: unknown): void {
    const { state, episode, first } = readDeviation(snapshot, FIRST);
    this.#state = state;
    this.#first = first;
    this.#episodes.restore(episode);
  }

  #begin(deviation: number, floor: number): void {
    const first = this.#first;
    first.push(deviation);
    if (first.length < FIRST) return;
    const state = this.#state;
    state.offset = middleOf(first);
    state.spread = Math.max(floor, 1.4826 * middleOf(first.map((one) => Math.abs(one - state.offset))));
    state.twoHigh = Math.max(state.twoHigh, TWO_QUANTILE * state.spread);
    state.latelyHigh = Math.max(state.latelyHigh, LATELY_QUANTILE * state.spread);
    this.#first = [];
  }

  /** Up to what was expected, everything is as good as in its place. */
  #beyondExpected(far: number, limit: number): number {
    const { expectedAbove, expectedBelow } = this.#state;
    if (far > 0 ? far > expectedAbove : far < expectedBelow) return far;
    return Math.sign(far) * Math.min(Math.abs(far), EXPECTED_SCORE * limit);
  }

  /** Knows the episode that a person's answer will be about. @param score in parts of the threshold. */
  #follow(ts: number, far: number, score: number): void {
    const state = this.#state;
    const former = this.#episodes.last?.since;
    if (!this.#episodes.update(ts, score)) return;
    if (this.#episodes.last?.since !== former || Math.abs(far) > Math.abs(state.peak)) state.peak = far;
  }

  #learn(far: number, two: number, average: number, spread: number, isAway: boolean, drift: number): void {
    const state = this.#state;
    if (isAway) {
      if (this.#isLikeAFault(far)) {
        state.run = Math.max(1, state.run);
        return;
      }
      state.run += 1;
      if (state.run >= READINGS_UNTIL_USUAL) {
        this.#forgetPlace();
        return;
      }
    } else state.run = Math.max(0, state.run - RETURN);
    if (state.run <= LEARNED_OF_A_RUN) {
      state.twoHigh = followHighQuantile(state.twoHigh, two, state.count);
      state.latelyHigh = followHighQuantile(state.latelyHigh, average, state.count);
    }
    if (state.count < MEMORY) state.count += 1;
    if (isAway) return;
    const weight = 1 / (FIRST + state.count);
    const cut = CUT * spread;
    // Nothing else would keep the offsets of all of them from wandering off together.
    state.offset += weight * (clamp(far, cut) - clamp(drift, cut));
    state.spread += weight * (Math.min(cut, Math.abs(far)) * CONSISTENCY - state.spread);
  }

  #isLikeAFault(far: number): boolean {
    const { faultAbove, faultBelow } = this.#state;
    return far > 0 ? faultAbove > 0 && far >= LIKE_A_FAULT * faultAbove : faultBelow < 0 && far <= LIKE_A_FAULT * faultBelow;
  }

  /** How much it usually moves stays known, and what a person said. */
  #forgetPlace(): void {
    const state = this.#state;
    state.spread = 0;
    state.run = 0;
    state.isGuilty = 0;
    state.previous = 0;
    state.lately = 0;
  }
}

function clamp(value: number, limit: number): number {
  return Math.min(limit, Math.max(-limit, value));
}

/** A deviation of one step of the sensor is none. */
function floorOf(decimals: number, size: number): number {
  return Math.max(decimals >= CONTINUOUS ? 0 : resolutionOf(decimals), DUST * size, LEAST_SCALE);
}

function middleOf(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[sorted.length >> 1] ?? 0;
}
