import type { AnomalyInfo } from '../../sample/sample.ts';
import type { Detection } from '../detection.ts';
import type { DevicePeers } from '../peers/device-peers.ts';
import type { DevicePlan, PeerJudgement } from './device-plan.ts';
import type { EpisodeReading } from './series-episode.ts';
import { VOICE } from './series-episode.ts';
import type { MetricSeries } from './metric-series.ts';
import { NOT_OVER, TOGETHER, togetherSentence } from './sentences.ts';
import type { JoinedScore } from './together.ts';

/** What its detector and its group say of one reading. */
export interface ReadingVerdict {
  readonly series: MetricSeries;
  readonly value: number;
  readonly detection: Detection;
  readonly peers: PeerJudgement | undefined;
  /** Whether it was learned; if not, it neither begins nor ends an episode. */
  readonly isLearned: boolean;
  /** Those who find it part of an episode. */
  readonly voices: number;
}

/** @param learn whether it may become part of what is usual; a reading that is not later than the last one does not all the same. */
export function judgeReading(series: MetricSeries, device: string, ts: number, value: number, learn: boolean, plan: DevicePlan, own: DevicePeers): ReadingVerdict {
  const isLearned = learn && series.isLater(ts) && Number.isFinite(value);
  const detection = isLearned ? series.learn(ts, value) : series.detector.update(ts, value, false);
  const peers = plan.peers?.judge(device, series.metric, ts, value, isLearned, own);
  let voices: number = detection.anomaly ? VOICE.alone : VOICE.none;
  if (peers && isLearned && series.learnPeers(ts, peers.score, plan)) voices |= VOICE.peers;
  return { series, value, detection, peers, isLearned, voices };
}

/** What an episode keeps of a reading: by whom it is judged the most unusual. */
export function episodeReading({ value, detection, peers }: ReadingVerdict, joined: JoinedScore | undefined): EpisodeReading {
  const byPeers = peers !== undefined && peers.score > detection.intensity;
  const { why, expected = detection.expected } = byPeers ? peers : detection;
  const score = byPeers ? peers.score : detection.intensity;
  const kind = byPeers ? undefined : detection.kind;
  const parts = peers ? { ...detection.parts, peers: peers.score } : detection.parts;
  const reading = { score, ...(kind !== undefined && { kind }), why, value, ...(expected && { expected }), parts };
  if (!joined) return reading;
  if (joined.score <= score || joined.metrics.length < 2) return { ...reading, kind: kind ?? TOGETHER, why: `${detection.anomaly || byPeers ? '' : NOT_OVER}${why}` };
  return { ...reading, score: joined.score, kind: TOGETHER, why: togetherSentence(joined.metrics, why) };
}

/** What the sample says of a reading that belongs to no episode. */
export function calmInfo({ detection, peers }: ReadingVerdict, anomaly: boolean): AnomalyInfo {
  const byPeers = peers !== undefined && peers.score > detection.intensity;
  const { why, expected = detection.expected } = byPeers ? peers : detection;
  const score = byPeers ? peers.score : detection.intensity;
  return expected === undefined ? { score, anomaly, why } : { score, anomaly, expected, why };
}
