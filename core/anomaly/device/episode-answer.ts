import { givenRecord, shownGiven } from '../../errors/given.ts';
import { ConfigError } from '../../errors/holdfast-error.ts';
import type { DevicePeers } from '../peers/device-peers.ts';
import type { MetricSeries } from './metric-series.ts';
import { VOICE } from './series-episode.ts';

/** The same thing again is never exactly as unusual: so many times the joined score is expected as well. */
const SAME = 1.2;

/** What a person says of an episode: whether it was expected. */
export interface EpisodeAnswer {
  device: string;
  metric: string;
  /** Event time of its first reading, ms since the epoch; as in the episode's event. */
  since: number;
  expected: boolean;
}

const EXAMPLE = 'an object such as { "device": "press-7", "metric": "temperature", "since": 1767225600000, "expected": true }';

/**
 * Reads an answer out of a message. What else stands in it is left aside: who answers may send the episode back, with `expected` in it.
 *
 * @throws ConfigError naming the field, the value and the cure.
 */
export function readEpisodeAnswer(value: unknown): EpisodeAnswer {
  const { device, metric, since, expected } = givenRecord(value, 'answer', EXAMPLE);
  if (typeof device !== 'string' || device === '') throw new ConfigError('answer, device', `answer, device, is ${shownGiven(device)}. Give the id of the device.`);
  if (typeof metric !== 'string' || metric === '') throw new ConfigError('answer, metric', `answer, metric, is ${shownGiven(metric)}. Give the name of the metric.`);
  if (typeof since !== 'number' || !Number.isFinite(since)) throw new ConfigError('answer, since', `answer, since, is ${shownGiven(since)}. Give when the episode began, as the episode says it, in milliseconds since the epoch.`);
  if (typeof expected !== 'boolean') throw new ConfigError('answer, expected', `answer, expected, is ${shownGiven(expected)}. Give true or false.`);
  return { device, metric, since, expected };
}

/** Tells whoever judges the metric what a person says of its episode. @returns why that cannot be, in a sentence; undefined: it was taken. */
export function answerEpisode(series: MetricSeries | undefined, peers: DevicePeers, { device, metric, since, expected }: EpisodeAnswer): string | undefined {
  const episode = series?.episode;
  if (!series || !episode) return `There was no episode of ${metric} of ${device}. Send the device, the metric and since as they stand in the episode.`;
  const { record, voices } = episode;
  if (since < record.since) return `That episode of ${metric} of ${device} is not the last one, which began at ${record.since}. Only the one that runs, or the last one, can be answered.`;
  if (since > record.since) return `No episode of ${metric} of ${device} began at ${since}: the last one began at ${record.since}. Send since as it stands in the episode.`;
  const together = (voices & VOICE.together) > 0;
  if (together) series.tolerated = expected ? Math.max(series.tolerated, SAME * record.score) : 0;
  const alone = (voices & VOICE.alone) > 0 && series.detector.answer(expected);
  const byPeers = (voices & VOICE.peers) > 0 && peers.answer(metric, expected);
  if (!together && !alone && !byPeers) return `What watches ${metric} of ${device} began anew after this episode, and no longer knows of it. Answer the next one.`;
  return undefined;
}
