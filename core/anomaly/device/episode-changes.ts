import type { AnomalyInfo } from '../../sample/sample.ts';
import { episodeEvent } from './episode-event.ts';
import type { EpisodeEvent } from './episode-event.ts';
import type { MetricSeries } from './metric-series.ts';
import { calmInfo, episodeReading } from './reading-verdict.ts';
import type { ReadingVerdict } from './reading-verdict.ts';
import { SeriesEpisode, VOICE } from './series-episode.ts';
import type { JoinedScore } from './together.ts';

const NONE: readonly EpisodeEvent[] = [];

/** Which episodes of a device begin and end with one sample. */
export class EpisodeChanges {
  readonly #device: string;
  readonly #time: number;
  readonly #isHistorical: boolean;
  #began: EpisodeEvent[] | undefined;
  #ended: EpisodeEvent[] | undefined;

  /** @param time the event time of the sample, ms since the epoch. @param isHistorical what begins in a backfill is noted, and told when it still runs now. */
  constructor(device: string, time: number, isHistorical: boolean) {
    this.#device = device;
    this.#time = time;
    this.#isHistorical = isHistorical;
  }

  get began(): readonly EpisodeEvent[] {
    return this.#began ?? NONE;
  }

  get ended(): readonly EpisodeEvent[] {
    return this.#ended ?? NONE;
  }

  /**
   * Lets a reading begin, continue or end the episode of its metric.
   *
   * @param joined what several metrics say together, where their episode stands with this one.
   * @returns what the sample says of the reading.
   */
  follow(verdict: ReadingVerdict, joined: JoinedScore | undefined): AnomalyInfo {
    const { series, detection, isLearned } = verdict;
    if (!isLearned) {
      const info = calmInfo(verdict, detection.anomaly);
      return detection.anomaly ? { ...info, ...(detection.kind !== undefined && { kind: detection.kind }), ...(detection.since !== undefined && { since: detection.since }) } : info;
    }
    const voices = verdict.voices | (joined ? VOICE.together : VOICE.none);
    if (voices === VOICE.none) {
      this.end(series);
      return calmInfo(verdict, false);
    }
    const reading = episodeReading(verdict, joined);
    const running = series.episode?.speaking === VOICE.none ? undefined : series.episode;
    const episode = running ?? new SeriesEpisode(this.#beginningOf(verdict), reading);
    if (running) episode.add(reading);
    series.episode = episode;
    episode.speaking = voices;
    episode.voices |= voices;
    if (detection.anomaly) episode.detectorSince = detection.since;
    if (!episode.isTold && !this.#isHistorical) {
      episode.isTold = true;
      (this.#began ??= []).push(episodeEvent(this.#device, series.metric, episode.record));
    }
    const { score, why, kind, expected } = reading;
    return { score, anomaly: true, ...(expected && { expected }), why, ...(kind !== undefined && { kind }), since: episode.record.since };
  }

  /** Ends the episode of a metric, if one runs. @param isAsked whether a person is asked about it. */
  end({ episode, metric }: MetricSeries, isAsked = true): void {
    if (!episode || episode.speaking === VOICE.none) return;
    episode.speaking = VOICE.none;
    if (episode.isTold) (this.#ended ??= []).push(episodeEvent(this.#device, metric, episode.record, this.#time, isAsked));
  }

  /** A detector that goes on with the episode that maintenance has ended begins another one here. */
  #beginningOf({ series: { episode }, detection: { since } }: ReadingVerdict): number {
    if (since === undefined || since > this.#time || since === episode?.detectorSince) return this.#time;
    return episode && since <= episode.record.since ? this.#time : since;
  }
}
