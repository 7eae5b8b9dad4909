import { membersOf } from './kept.ts';
import type { EpisodeRecord } from './episode-event.ts';
import { TOGETHER } from './sentences.ts';

/** Which of those that judge found an episode: the metric's own detector, the group of the device, several metrics at once; added up. */
export const VOICE = { none: 0, alone: 1, peers: 2, together: 4 } as const;

/** What a reading brings to an episode. */
export type EpisodeReading = Omit<EpisodeRecord, 'since'>;

/** The episode of a metric that runs, or its last one. */
export class SeriesEpisode {
  /** As it was at its worst reading; but a lasting change, which is a spike at first, is called what it proves to be. */
  record: EpisodeRecord;
  /** Event time of its beginning as the detector has it; undefined where the detector has not spoken. */
  detectorSince: number | undefined;
  /** All who have spoken in it. */
  voices = 0;
  /** Those who speak now; none: it is over. */
  speaking = 0;
  /** Whether its beginning was told: that of a backfill is not. */
  isTold = false;

  constructor(since: number, reading: EpisodeReading) {
    this.record = { since, ...reading };
  }

  add(reading: EpisodeReading): void {
    const { since, score, kind } = this.record;
    if (reading.score > score) this.record = { since, ...reading };
    else if (kind === 'spike' && reading.kind !== undefined && reading.kind !== TOGETHER) this.record.kind = reading.kind;
  }

  /** Plain JSON. */
  snapshot(): unknown {
    const { record, detectorSince, voices, speaking, isTold } = this;
    return { r: record, ...(detectorSince !== undefined && { d: detectorSince }), v: voices, s: speaking, t: isTold };
  }

  /** @returns undefined when it cannot be read. */
  static restored(kept: unknown): SeriesEpisode | undefined {
    const { r, d, v, s, t } = membersOf(kept);
    const record = recordOf(r);
    if (!record || typeof v !== 'number' || typeof s !== 'number' || typeof t !== 'boolean') return undefined;
    const episode = new SeriesEpisode(record.since, record);
    if (typeof d === 'number') episode.detectorSince = d;
    episode.voices = v;
    episode.speaking = s;
    episode.isTold = t;
    return episode;
  }
}

function recordOf(kept: unknown): EpisodeRecord | undefined {
  const { since, score, kind, why, value, expected, parts } = membersOf(kept);
  if (typeof since !== 'number' || typeof score !== 'number' || typeof why !== 'string' || typeof value !== 'number') return undefined;
  const { low, high } = membersOf(expected);
  const shares = Object.entries(membersOf(parts)).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return {
    since, score, ...(typeof kind === 'string' && { kind }), why, value,
    ...(typeof low === 'number' && typeof high === 'number' && { expected: { low, high } }), parts: Object.fromEntries(shares),
  };
}
