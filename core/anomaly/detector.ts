import type { AnomalyKind, Detection, Detector, Profile } from './detection.ts';
import { checkDetectorOptions, type DetectorOptions } from './detector-options.ts';
import { EpisodeCourse } from './episode-course.ts';
import { Episodes } from './episodes.ts';
import { SENTENCES } from './explain.ts';
import { Memory } from './memory.ts';
import { News } from './news.ts';
import { partsOf, type Parts } from './profiles.ts';
import { damaged, readSnapshot, type DetectorSnapshot } from './snapshot.ts';

/** Readings beyond this are judged and learned as if they stood at it, so that no square overflows. */
const LARGEST = 1e150;
/** The largest event time that a Date can hold, ms since the epoch. */
const LATEST = 8.64e15;
/** So many readings are learned before one is judged. */
export const WARM_UP = 200;
/** The part of the threshold from which a sentence is worth the reading. */
const WORTH_A_SENTENCE = 0.5;
/** What a person has expected counts as this part of what begins an episode. */
const EXPECTED = 0.9;

const TS = 0;
const COUNT = 1;
const SINCE = 2;
const PEAK = 3;
const IS_RUNNING = 4;
const QUIET = 5;
const FIELDS = 6;

/**
 * A streaming detector for one metric of one device, made of several parts that look at each reading in their own way: at the time of day, at the
 * change since the last reading, at all ever seen, at the course of the latest readings. Each part says how rare the reading is by its own
 * measure, as a multiple of the rarest things this series does; the weighted sum of that, over one threshold that is the same for all series, is the score. See docs/detection.md.
 *
 * Throws a ConfigError (`HOLDFAST_CONFIG`) for options that cannot work.
 */
export function createDetector(options: DetectorOptions = {}): Detector {
  return new PartsDetector(options);
}

/** The memory that a detector of each profile needs, bytes: the first one finds out, all others have it in one piece. */
const roomOf = new Map<Profile, number>();

type Band = NonNullable<Detection['expected']>;

class PartsDetector implements Detector {
  readonly profile: Profile;
  readonly #memory: Memory;
  readonly #fields: Float64Array;
  readonly #parts: Parts;
  readonly #course: EpisodeCourse;
  readonly #episodes: Episodes;
  readonly #news: News;
  readonly #threshold: number;
  readonly #minimumScale: number;
  /** The weighted rarities of the reading under judgement, by part. */
  readonly #shares: Float64Array;

  constructor(options: DetectorOptions) {
    const { profile, threshold, minimumScale } = checkDetectorOptions(options);
    this.profile = profile;
    this.#threshold = threshold;
    this.#minimumScale = minimumScale ?? 0;
    this.#episodes = new Episodes(threshold);
    this.#memory = new Memory(roomOf.get(profile));
    this.#fields = this.#memory.numbers(FIELDS);
    this.#parts = partsOf(profile, this.#memory);
    this.#course = new EpisodeCourse(this.#memory);
    this.#news = new News(this.#memory);
    this.#shares = new Float64Array(this.#parts.all.length);
    if (!roomOf.has(profile)) roomOf.set(profile, this.#memory.room);
    this.#fields[TS] = Number.MIN_SAFE_INTEGER;
  }

  get bytes(): number {
    return this.#memory.bytes;
  }

  update(ts: number, value: number | null, learn = true): Detection {
    const fields = this.#fields;
    if (typeof value !== 'number' || !Number.isFinite(value)) return { score: 0, intensity: 0, anomaly: false, parts: {}, why: SENTENCES.noNumber };
    // Adding 0 turns -0 into 0, which JSON cannot tell apart: a restored detector must not differ by it.
    const given = Math.min(LARGEST, Math.max(-LARGEST, value)) + 0;
    const isLearned = learn && ts > (fields[TS] ?? 0) && ts <= LATEST;
    const count = fields[COUNT] ?? 0;
    const isWarm = count > WARM_UP;
    const reading = isWarm ? this.#parts.range.within(given) : given;
    const time = Number.isFinite(ts) ? Math.min(LATEST, Math.max(-LATEST, ts)) : 0;
    const expected = isWarm ? this.#expected(time) : undefined;
    if (isLearned) this.#learn(ts, reading, count);
    const judged = this.#judge(time, reading, isLearned);
    if (!expected) return { score: 0, intensity: 0, anomaly: false, parts: {}, why: SENTENCES.warmingUp };
    const intensity = this.#isTooNear(reading, expected) ? this.#nothing() : judged;
    const score = this.#news.judge(intensity, isLearned);
    const anomaly = isLearned ? this.#follow(ts, reading, intensity) : intensity >= this.#threshold;
    const parts = this.#sharesByName();
    if (!anomaly) return { score, intensity, anomaly, parts, expected, why: intensity < WORTH_A_SENTENCE * this.#threshold ? SENTENCES.usual : this.#sentence(value, intensity) };
    return { score, intensity, anomaly, parts, expected, why: this.#sentence(value, intensity), kind: this.#kind(), ...(isLearned && { since: this.#episodes.last?.since ?? ts }) };
  }

  answer(expected: boolean): boolean {
    if (!this.#episodes.last) return false;
    const weights = this.#parts.all.reduce((sum, { weight }) => sum + weight, 0);
    const rarity = EXPECTED * this.#threshold * this.#parts.threshold / weights;
    for (const part of this.#parts.all) {
      if (expected) part.habit.accept(rarity);
      else part.habit.reject();
    }
    return true;
  }

  snapshot(): DetectorSnapshot {
    return { v: 2, profile: this.profile, ...this.#memory.save() };
  }

  restore(snapshot: unknown): void {
    const { bytes, crc } = readSnapshot(snapshot, this.profile);
    if (!this.#memory.load(bytes, crc)) throw damaged('its bytes are not whole');
    const fields = this.#fields;
    this.#episodes.restore([fields[SINCE] ?? 0, fields[PEAK] ?? 0, fields[IS_RUNNING] ?? 0, fields[QUIET] ?? 0]);
  }

  /** The band of the daily part, at least the minimum scale wide to either side. */
  #expected(time: number): Band {
    const band = this.#parts.daily.band(time, this.#threshold * this.#parts.threshold / this.#parts.daily.weight);
    if (this.#minimumScale === 0) return band;
    const middle = (band.low + band.high) / 2;
    return { low: Math.min(band.low, middle - this.#minimumScale), high: Math.max(band.high, middle + this.#minimumScale) };
  }

  /** Whether a reading is no further from what is expected than the minimum scale, where there is one. */
  #isTooNear(reading: number, { low, high }: Band): boolean {
    return this.#minimumScale > 0 && Math.abs(reading - (low + high) / 2) <= this.#minimumScale;
  }

  /** No part has anything to say. */
  #nothing(): number {
    this.#shares.fill(0);
    return 0;
  }

  #learn(ts: number, reading: number, count: number): void {
    const fields = this.#fields;
    fields[TS] = ts;
    fields[COUNT] = Math.min(count + 1, WARM_UP + 1);
    for (const shapes of this.#parts.shapes) shapes.learn(reading);
  }

  /** How unusual the reading is in itself: the weighted rarities of all parts, joined by their 1.5-norm, over the threshold. */
  #judge(ts: number, reading: number, isLearned: boolean): number {
    const { all, threshold } = this.#parts;
    const shares = this.#shares;
    let sum = 0;
    for (let index = 0; index < all.length; index += 1) {
      const part = all[index];
      const rarity = part ? part.weight * part.judge(ts, reading, isLearned) / threshold : 0;
      const term = rarity * Math.sqrt(rarity);
      shares[index] = term;
      sum += term;
    }
    if (!(sum > 0)) return 0;
    const joined = Math.cbrt(sum * sum);
    for (let index = 0; index < shares.length; index += 1) shares[index] = (shares[index] ?? 0) / sum * joined;
    return joined;
  }

  /** @returns whether the reading belongs to an episode. */
  #follow(ts: number, reading: number, intensity: number): boolean {
    const fields = this.#fields;
    const wasRunning = fields[IS_RUNNING] === 1;
    const isRunning = this.#episodes.update(ts, intensity);
    const [since, peak, running, quiet] = this.#episodes.snapshot();
    fields[SINCE] = since;
    fields[PEAK] = peak;
    fields[IS_RUNNING] = running;
    fields[QUIET] = quiet;
    if (isRunning && !wasRunning) for (const part of this.#parts.all) part.habit.begin();
    if (isRunning) this.#course.unusual(reading);
    else this.#course.usual(reading);
    return isRunning;
  }

  #sharesByName(): Record<string, number> {
    const { all } = this.#parts;
    const parts: Record<string, number> = {};
    for (let index = 0; index < all.length; index += 1) {
      const share = this.#shares[index] ?? 0;
      if (share > 0) parts[all[index]?.name ?? ''] = share;
    }
    return parts;
  }

  #loudest(): number {
    let loudest = 0;
    for (let index = 1; index < this.#shares.length; index += 1) if ((this.#shares[index] ?? 0) > (this.#shares[loudest] ?? 0)) loudest = index;
    return loudest;
  }

  #kind(): AnomalyKind {
    const loudest = this.#parts.all[this.#loudest()];
    return this.#course.kind(loudest?.name ?? 'still');
  }

  #sentence(value: number, intensity: number): string {
    const sentence = this.#parts.all[this.#loudest()]?.sentence(value) ?? SENTENCES.usual;
    if (intensity >= this.#threshold) return sentence;
    return this.#fields[IS_RUNNING] === 1 ? `Not over yet: ${sentence}` : `Near the edge of what is usual: ${sentence}`;
  }
}
