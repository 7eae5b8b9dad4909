import type { Detection, Detector, Profile } from './detection.ts';
import { checkDetectorOptions, LEAST_SCALE, type DetectorOptions } from './detector-options.ts';
import { explain, SENTENCES } from './explain.ts';
import { decimalsOf, resolutionOf } from './resolution.ts';
import { RobustLevel, UNCUT } from './robust-level.ts';
import { LARGEST, LATEST, NEVER, readSnapshot, writeSnapshot, type DetectorSnapshot } from './snapshot.ts';

/** Steps smaller than this part of the value are rounding dust of floating point, not the step of a sensor. */
const DUST = 1e-9;
/** The least spread of a series that never moved: 1 % of its level, at least 0.02 (units in use are of human size). */
const STILL_RELATIVE = 0.01;
const STILL_ABSOLUTE = 0.02;

/**
 * A streaming detector: a robust z-score on an exponentially weighted mean (see `RobustLevel` for the sources).
 *
 * - An outlier is cut before it is learned, so it moves neither level nor spread by much.
 * - A lasting change of level is learned: an episode ends after at most `memory` readings, when what the episode brought
 *   becomes what is usual. Small changes are learned sooner, by the cut readings alone.
 * - An episode begins at `threshold` and ends when the score falls below half of it.
 * - The spread never falls below the resolution of the sensor, so that a flat series gives no infinite scores.
 *
 * Throws a ConfigError (`HOLDFAST_CONFIG`) for options that cannot work.
 */
export function createDetector(options: DetectorOptions = {}): Detector {
  return new RobustDetector(options);
}

const MEMORY = 200;
const SPREADS = 6;
const WARM_UP = 30;

class RobustDetector implements Detector {
  readonly profile: Profile;
  readonly bytes = 200;
  readonly #memory: number;
  readonly #threshold: number;
  readonly #warmUp: number;
  readonly #minimumScale: number | undefined;
  /** Weight of a reading once the memory is full: weights (1-w)^i have the effective number (2-w)/w, which is `memory`. */
  readonly #leastWeight: number;
  readonly #level = new RobustLevel();
  /** What the readings of the running episode alone look like; empty when none runs. */
  readonly #episode = new RobustLevel();
  #step = 0;
  #last = 0;
  #decimals = 0;
  /** The unit of the last decimal; follows from `#decimals`. */
  #resolution = 1;
  #ts = NEVER;

  constructor(options: DetectorOptions) {
    const { profile, threshold, minimumScale } = checkDetectorOptions(options);
    this.profile = profile;
    this.#memory = MEMORY;
    this.#threshold = SPREADS * threshold;
    this.#warmUp = WARM_UP;
    this.#minimumScale = minimumScale;
    this.#leastWeight = 2 / (MEMORY + 1);
  }

  update(ts: number, value: number | null, learn = true): Detection {
    const { mean, count } = this.#level;
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      return { score: 0, anomaly: false, parts: {}, why: SENTENCES.noNumber };
    }
    // Adding 0 turns -0 into 0, which JSON cannot tell apart: a restored detector must not differ by it.
    const reading = Math.min(LARGEST, Math.max(-LARGEST, value)) + 0;
    const deviation = count === 0 ? 0 : reading - mean;
    const later = learn && ts > this.#ts && ts <= LATEST;
    const decimals = decimalsOf(reading, this.#decimals);
    const resolution = decimals === this.#decimals ? this.#resolution : resolutionOf(decimals);
    if (later) {
      this.#ts = ts;
      this.#decimals = decimals;
      this.#resolution = resolution;
    }
    const scale = this.#scaleOf(this.#level, resolution);
    const score = Math.abs(deviation) / scale;
    if (count < this.#warmUp) {
      if (later) this.#learn(reading, scale, score, false);
      return { score: 0, anomaly: false, parts: {}, why: SENTENCES.warmingUp };
    }
    const threshold = this.#threshold;
    const anomaly = score >= threshold || (this.#episode.count > 0 && score >= threshold / 2);
    if (later) this.#learn(reading, scale, score, anomaly);
    return {
      score: score / SPREADS,
      anomaly,
      parts: { level: score / SPREADS },
      expected: { low: mean - threshold * scale, high: mean + threshold * scale },
      why: score < threshold / 2 ? SENTENCES.usual : explain(reading, mean, scale, score, threshold, anomaly),
    };
  }

  answer(expected: boolean): boolean {
    return this.#episode.count > 0 && expected;
  }

  snapshot(): DetectorSnapshot {
    const { count, mean, variance } = this.#level;
    const episode = this.#episode;
    return writeSnapshot({
      count, mean, variance,
      episodeCount: episode.count, episodeMean: episode.mean, episodeVariance: episode.variance,
      step: this.#step, last: this.#last, decimals: this.#decimals, ts: this.#ts,
    });
  }

  restore(snapshot: unknown): void {
    const state = readSnapshot(snapshot);
    this.#level.count = state.count;
    this.#level.mean = state.mean;
    this.#level.variance = state.variance;
    this.#episode.count = state.episodeCount;
    this.#episode.mean = state.episodeMean;
    this.#episode.variance = state.episodeVariance;
    this.#step = state.step;
    this.#last = state.last;
    this.#decimals = state.decimals;
    this.#resolution = resolutionOf(state.decimals);
    this.#ts = state.ts;
  }

  #learn(reading: number, scale: number, score: number, anomaly: boolean): void {
    const level = this.#level;
    if (level.count === 0) this.#last = reading;
    else if (level.count >= UNCUT && score < this.#threshold / 2) this.#learnStep(reading);
    level.learn(reading, scale, this.#leastWeight, this.#memory);

    const episode = this.#episode;
    if (!anomaly) {
      if (episode.count > 0) episode.forget();
      return;
    }
    episode.learn(reading, this.#scaleOf(episode, this.#resolution), this.#leastWeight, this.#memory);
    if (episode.count < this.#memory) return;
    level.become(episode);
    episode.forget();
    this.#last = reading;
  }

  /** The smallest step between readings that were nothing special is taken for a step of the sensor. */
  #learnStep(reading: number): void {
    const step = Math.abs(reading - this.#last);
    const dust = Math.max(LEAST_SCALE, DUST * (Math.abs(reading) + Math.abs(this.#last)));
    if (step > dust && (this.#step === 0 || step < this.#step)) this.#step = step;
    this.#last = reading;
  }

  #scaleOf(level: RobustLevel, resolution: number): number {
    return Math.max(Math.sqrt(level.variance), this.#floor(Math.abs(level.mean), resolution));
  }

  #floor(size: number, resolution: number): number {
    if (this.#minimumScale !== undefined) return this.#minimumScale;
    // A step is never smaller than the unit of the last decimal.
    if (this.#step > 0) return Math.max(this.#step, DUST * size);
    return Math.max(resolution, STILL_RELATIVE * size, STILL_ABSOLUTE);
  }
}
