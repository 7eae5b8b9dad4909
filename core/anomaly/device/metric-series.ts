import { HoldfastError, messageOf } from '../../errors/holdfast-error.ts';
import { createDetector } from '../detector.ts';
import type { Detection, Detector } from '../detection.ts';
import { Episodes } from '../episodes.ts';
import { episodeThreshold } from './device-plan.ts';
import type { DevicePlan } from './device-plan.ts';
import { membersOf, numbersOf } from './kept.ts';
import { SeriesEpisode } from './series-episode.ts';
import { UsualScores } from './usual-scores.ts';

/** The largest event time that a Date can hold, ms since the epoch. */
const LATEST = 8.64e15;
/** Earlier than the event time of every reading. */
const NEVER = Number.MIN_SAFE_INTEGER;
/** The weight of a gap between readings in what is usual, once ten are known; a gap counts as at most so many usual ones. */
const LEAST_WEIGHT = 0.1;
const LONGEST_GAP = 4;
/** A score counts beside those of other metrics for so many usual intervals. */
const RECENT = 3;

/** One metric of one device: its detector, and what the device has to remember of it. */
export class MetricSeries {
  readonly metric: string;
  readonly detector: Detector;
  episode: SeriesEpisode | undefined;
  /** The joined score up to which episodes of several metrics that name this one first are expected. */
  tolerated = 0;
  /** Of the last reading learned; NaN while the detector warms up. */
  score = Number.NaN;
  readonly usual = new UsualScores();
  /** Event time of the last reading learned. */
  #ts = NEVER;
  /** The episodes that its group finds; undefined until it has said something. */
  #peers: Episodes | undefined;
  /** The usual time between two readings, in ms; 0 while it is not known. */
  #interval = 0;
  #gaps = 0;
  /** Bytes that stand in the budget; undefined: none do. */
  #counted: number | undefined;

  constructor(metric: string, detector: Detector) {
    this.metric = metric;
    this.detector = detector;
  }

  /** Whether a reading would be learned: it is later than all before it. */
  isLater(ts: number): boolean {
    return ts > this.#ts && ts <= LATEST;
  }

  /** Whether its score still says something at this time. */
  isRecent(ts: number): boolean {
    return Math.abs(ts - this.#ts) <= RECENT * this.#interval;
  }

  /** Takes in a reading that is later than the last, and is learned. */
  learn(ts: number, value: number): Detection {
    const detection = this.detector.update(ts, value, true);
    if (this.#ts !== NEVER) this.#learnGap(ts - this.#ts);
    this.#ts = ts;
    this.score = detection.expected === undefined ? Number.NaN : detection.intensity;
    if (!detection.anomaly) this.usual.learn(this.score);
    return detection;
  }

  /** Whether the group finds this reading part of an episode. */
  learnPeers(ts: number, score: number, plan: DevicePlan): boolean {
    this.#peers ??= new Episodes(episodeThreshold(plan));
    return this.#peers.update(ts, score);
  }

  /** Sees to it that the budget knows of the memory it takes. */
  count({ budget }: DevicePlan): void {
    const { bytes, profile } = this.detector;
    if (this.#counted === undefined) budget.take(profile, bytes);
    else if (this.#counted !== bytes) budget.grown(profile, bytes - this.#counted);
    this.#counted = bytes;
  }

  giveBack({ budget }: DevicePlan): void {
    if (this.#counted !== undefined) budget.giveBack(this.detector.profile, this.#counted);
    this.#counted = undefined;
  }

  /** Plain JSON. */
  snapshot(): unknown {
    return {
      p: this.detector.profile, d: this.detector.snapshot(),
      s: [this.#ts, Number.isNaN(this.score) ? -1 : this.score, this.#interval, this.#gaps, this.tolerated, ...this.usual.snapshot()],
      ...(this.#peers && { g: this.#peers.snapshot() }), ...(this.episode && { e: this.episode.snapshot() }),
    };
  }

  #learnGap(gap: number): void {
    this.#gaps = Math.min(this.#gaps + 1, 1 / LEAST_WEIGHT);
    const cut = this.#interval > 0 ? Math.min(gap, LONGEST_GAP * this.#interval) : gap;
    this.#interval += (cut - this.#interval) / this.#gaps;
  }

  /** All but the detector. @throws Error when it cannot be read. */
  #restore({ s, g, e }: Record<string, unknown>, plan: DevicePlan): void {
    const numbers = numbersOf(s, 8);
    if (!numbers) throw new Error('its numbers are missing.');
    const [ts = 0, score = 0, interval = 0, gaps = 0, tolerated = 0, middle = 0, high = 0, count = 0] = numbers;
    this.#ts = ts;
    this.score = score < 0 ? Number.NaN : score;
    this.#interval = interval;
    this.#gaps = gaps;
    this.tolerated = tolerated;
    this.usual.restore([middle, high, count]);
    const [since, peak, isRunning, quiet] = numbersOf(g, 4) ?? [];
    if (since !== undefined && peak !== undefined && isRunning !== undefined && quiet !== undefined) {
      this.#peers = new Episodes(episodeThreshold(plan));
      this.#peers.restore([since, peak, isRunning, quiet]);
    }
    if (e !== undefined) this.episode = SeriesEpisode.restored(e);
  }

  /** A series never heard of. @param mayBeFull whether it may have the full profile, where the memory allows for it. */
  static make(metric: string, plan: DevicePlan, mayBeFull: boolean): MetricSeries {
    return new MetricSeries(metric, detectorThatFits(plan, mayBeFull));
  }

  /**
   * Goes on where `snapshot` was taken, with the same profile. Where there is no longer room for that one, or the snapshot is damaged, the series
   * begins anew with the profile that fits; `plan.problem` is told.
   */
  static restored(device: string, metric: string, kept: unknown, plan: DevicePlan, mayBeFull: boolean): MetricSeries {
    const members = membersOf(kept);
    try {
      const detector = members['p'] === 'lite' ? createDetector({ ...plan.options, profile: 'lite' }) : detectorThatFits(plan, mayBeFull);
      if (detector.profile !== members['p']) throw new Error(`there is no memory left for the profile "${shown(members['p'])}".`);
      detector.restore(members['d']);
      const series = new MetricSeries(metric, detector);
      series.#restore(members, plan);
      return series;
    } catch (error) {
      plan.problem?.(new HoldfastError('HOLDFAST_DETECTOR_SNAPSHOT', `What was learned of ${metric} of ${device} cannot be used: ${messageOf(error)} It is learned anew from now on.`, { cause: error }));
      return MetricSeries.make(metric, plan, mayBeFull);
    }
  }
}

function shown(profile: unknown): string {
  return typeof profile === 'string' ? profile.slice(0, 10) : typeof profile;
}

function detectorThatFits({ options, budget }: DevicePlan, mayBeFull: boolean): Detector {
  const full = mayBeFull && budget.mayFit ? createDetector({ ...options, profile: 'full' }) : undefined;
  return full && budget.fits(full.bytes) ? full : createDetector({ ...options, profile: 'lite' });
}
