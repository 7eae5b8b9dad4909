import { HoldfastError, messageOf } from '../../errors/holdfast-error.ts';
import { infoOf, isGoodEnough } from '../../sample/good-enough.ts';
import { judgedTime } from '../../sample/judged-time.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { AnomalyInfo, Sample } from '../../sample/sample.ts';
import { SENTENCES } from '../explain.ts';
import { DevicePeers } from '../peers/device-peers.ts';
import { answerEpisode } from './episode-answer.ts';
import type { EpisodeAnswer } from './episode-answer.ts';
import { episodeThreshold } from './device-plan.ts';
import type { DevicePlan } from './device-plan.ts';
import { EpisodeChanges } from './episode-changes.ts';
import type { EpisodeEvent } from './episode-event.ts';
import { membersOf, numbersOf } from './kept.ts';
import { MetricSeries } from './metric-series.ts';
import { calmInfo, judgeReading } from './reading-verdict.ts';
import type { ReadingVerdict } from './reading-verdict.ts';
import { VOICE } from './series-episode.ts';
import { Together } from './together.ts';
import type { JoinedScore } from './together.ts';

/** A device may invent metric names: beyond this many, new ones are not watched. */
const METRICS_PER_DEVICE = 200;
/** Of one device, further ones are lite whatever memory there is: what is kept of a device is written at once, and must not hold up the others. */
const FULL_PER_DEVICE = 12;

/** What became of a sample; its `anomalies` say what was found in each metric. */
export interface JudgedSample {
  /** Whether a metric is anomalous. */
  anomalous: boolean;
  began: readonly EpisodeEvent[];
  ended: readonly EpisodeEvent[];
}

/** A stretch of time, in ms since the epoch; `until` is not part of it. */
export interface TimeStretch {
  from: number;
  until: number;
}

/** The detectors of one device, one per numeric metric, and what joins them. */
export class DeviceDetectors {
  /** The last maintenance that was begun by hand. */
  maintenance: TimeStretch | undefined;
  readonly #series = new Map<string, MetricSeries>();
  readonly #peers = new DevicePeers();
  /** Series with the full profile. */
  #full = 0;
  #together: Together | undefined;
  /** What was kept, until it is known by which plan the device is judged. */
  #kept: Record<string, unknown> | undefined;
  /** Whether the memory of the series stands in the budget. */
  #isCounted = false;
  /** Event times of the last sample, and of the last one when all this was written. */
  #heardAt: number | undefined;
  #savedAt: number | undefined;

  /** @param snapshot what `snapshot` gave, or undefined for a device never heard of. */
  constructor(snapshot?: unknown) {
    const kept = membersOf(snapshot);
    const [from, until] = numbersOf(kept['w'], 2) ?? [];
    if (from !== undefined && until !== undefined) this.maintenance = { from, until };
    // What knows no version is of a detector that this one cannot go on from; where a metric was named so, an object stands there.
    if (kept['v'] !== undefined && typeof kept['v'] !== 'object') this.#kept = kept;
  }

  /** Whether no metric of the device was ever heard. */
  get isNew(): boolean {
    return this.#kept === undefined && this.#series.size === 0;
  }

  /** Whether it was last written so long ago, in ms of event time. */
  isDue(interval: number): boolean {
    this.#savedAt ??= this.#heardAt;
    return Math.abs((this.#heardAt ?? 0) - (this.#savedAt ?? 0)) >= interval;
  }

  /** It is to be written as it is now. */
  saved(): void {
    this.#savedAt = this.#heardAt;
  }

  /** Learns what a person says of an episode. @returns why that cannot be, in a sentence; undefined: it was taken. */
  answer(answer: EpisodeAnswer, plan: DevicePlan): string | undefined {
    this.#open(answer.device, plan);
    return answerEpisode(this.#series.get(answer.metric), this.#peers, answer);
  }

  /**
   * Judges every watched number of the sample, learns from it, and notes on the sample what was found. What cannot be trusted
   * enough is judged and not learned from, and begins no episode; what is bad or missing besides is not judged either. An episode that begins in a
   * backfill is noted, and told when it still runs with the first sample of now.
   *
   * @param silence a sentence that says why nothing is learned and no episode begins now; one that runs ends, and nobody is asked about it.
   */
  judge(sample: Sample, plan: DevicePlan, silence?: string): JudgedSample {
    this.#open(sample.device, plan);
    const time = judgedTime(sample);
    if (Number.isFinite(time)) this.#heardAt = time;
    const changes = new EpisodeChanges(sample.device, time, sample.historical === true);
    if (silence !== undefined) for (const series of this.#series.values()) changes.end(series, false);
    const anomalies: Record<string, AnomalyInfo> = {};
    const verdicts: ReadingVerdict[] = [];
    let isWatched = false;
    for (const metric in sample.values) {
      const value = sample.values[metric];
      if (typeof value !== 'number' || metric === '__proto__' || (plan.watched.size > 0 && !plan.watched.has(metric))) continue;
      const series = this.#heard(metric, plan);
      if (!series) continue;
      const info = infoOf(sample, metric);
      const isTrusted = isGoodEnough(info, plan.minimumQuality);
      anomalies[metric] = { score: 0, anomaly: false, why: SENTENCES.notTrusted };
      isWatched = true;
      if (isTrusted || isGoodEnough(info, QUALITY.suspect)) verdicts.push(judgeReading(series, sample.device, time, value, isTrusted && silence === undefined, plan, this.#peers));
    }
    const anomalous = silence === undefined ? this.#follow(verdicts, anomalies, changes, time, plan) : this.#hush(verdicts, anomalies, silence);
    for (const { series } of verdicts) series.count(plan);
    if (isWatched) sample.anomalies = anomalies;
    return { anomalous, began: changes.began, ended: changes.ended };
  }

  /** Plain JSON. */
  snapshot(): unknown {
    const { maintenance } = this;
    const stretch = maintenance && { w: [maintenance.from, maintenance.until] };
    if (this.#kept) return { ...this.#kept, ...stretch };
    if (this.#series.size === 0) return stretch ?? null;
    return { v: 1, m: Object.fromEntries(Array.from(this.#series, ([metric, series]) => [metric, series.snapshot()])), t: this.#together?.snapshot(), g: this.#peers.snapshot(), ...stretch };
  }

  /** The device leaves memory: what it took is free for others. */
  leave(plan: DevicePlan): void {
    for (const series of this.#series.values()) series.giveBack(plan);
    this.#isCounted = false;
  }

  #follow(verdicts: readonly ReadingVerdict[], anomalies: Record<string, AnomalyInfo>, changes: EpisodeChanges, time: number, plan: DevicePlan): boolean {
    const joined = this.#join(verdicts, changes, time, plan);
    let anomalous = false;
    for (const verdict of verdicts) {
      const { metric } = verdict.series;
      const info = changes.follow(verdict, joined?.guilty === metric ? joined : undefined);
      anomalies[metric] = info;
      anomalous ||= info.anomaly;
    }
    return anomalous;
  }

  #hush(verdicts: readonly ReadingVerdict[], anomalies: Record<string, AnomalyInfo>, silence: string): false {
    for (const verdict of verdicts) {
      const info = calmInfo(verdict, false);
      anomalies[verdict.series.metric] = { ...info, why: `${silence} ${info.why}` };
    }
    return false;
  }

  /** Joins what the metrics of the device say; one alone has nothing to be joined with. */
  #join(verdicts: readonly ReadingVerdict[], changes: EpisodeChanges, time: number, plan: DevicePlan): JoinedScore | undefined {
    if (plan.together === false || this.#series.size < 2 || !verdicts.some(({ isLearned }) => isLearned)) return undefined;
    this.#together ??= new Together(episodeThreshold(plan));
    const former = this.#together.guilty;
    const isPresent = (metric: string): boolean => verdicts.some(({ isLearned, series }) => isLearned && series.metric === metric);
    const joined = this.#together.update(time, this.#series, isPresent);
    // It ends also where no reading of the metric that it stands with is at hand.
    const series = former === undefined || joined !== undefined || isPresent(former) ? undefined : this.#series.get(former);
    if (series?.episode?.speaking === VOICE.together) changes.end(series);
    return joined;
  }

  #heard(metric: string, plan: DevicePlan): MetricSeries | undefined {
    const known = this.#series.get(metric);
    if (known || this.#series.size >= METRICS_PER_DEVICE) return known;
    return this.#add(MetricSeries.make(metric, plan, this.#mayBeFull), plan);
  }

  #add(series: MetricSeries, plan: DevicePlan): MetricSeries {
    this.#series.set(series.metric, series);
    series.count(plan);
    if (series.detector.profile === 'full') this.#full += 1;
    return series;
  }

  get #mayBeFull(): boolean {
    return this.#full < FULL_PER_DEVICE;
  }

  #open(device: string, plan: DevicePlan): void {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept) this.#restore(device, kept, plan);
    if (this.#isCounted) return;
    for (const series of this.#series.values()) series.count(plan);
    this.#isCounted = true;
  }

  #restore(device: string, { v, m, t, g }: Record<string, unknown>, plan: DevicePlan): void {
    if (v !== 1) {
      plan.problem?.(new HoldfastError('HOLDFAST_DETECTOR_SNAPSHOT', `What was learned of ${device} cannot be used: it is damaged, or of another version. It is learned anew from now on.`));
      return;
    }
    const problems: unknown[] = [];
    const within = { ...plan, problem: (error: unknown) => void problems.push(error) };
    for (const [metric, kept] of Object.entries(membersOf(m)).slice(0, METRICS_PER_DEVICE)) this.#add(MetricSeries.restored(device, metric, kept, within, this.#mayBeFull), plan);
    if (problems.length > 0) plan.problem?.(problems.length === 1 ? problems[0] : severalUnusable(problems));
    try {
      this.#peers.restore(g);
    } catch (error) {
      plan.problem?.(error);
    }
    if (t === undefined) return;
    this.#together = new Together(episodeThreshold(plan));
    this.#together.restore(t);
  }
}

/** One error for many metrics of a device: two hundred in a row help nobody. */
function severalUnusable([first, ...more]: readonly unknown[]): HoldfastError {
  return new HoldfastError('HOLDFAST_DETECTOR_SNAPSHOT', `${messageOf(first)} So it is with ${more.length} more of its metrics.`, { cause: first });
}
