/** An episode of one metric of a device, as it stood at its worst reading so far. Plain JSON. */
export interface EpisodeRecord {
  /** Event time of the first reading, ms since the epoch. */
  since: number;
  /** The highest score so far; what follows is of the reading that had it. */
  score: number;
  /** The form of the anomaly; a lasting change is a spike at first, and then what it proves to be; `unusual together` where only several metrics at once made it one. */
  kind?: string;
  /** A sentence for the operator. */
  why: string;
  value: number;
  expected?: { low: number; high: number };
  /** For each part that spoke, how much of the score is its own; `peers`: the group of the device. */
  parts: Readonly<Record<string, number>>;
}

/** What begins or ends, for whoever wants to know; the message on the output "episodes". Plain JSON. */
export interface EpisodeEvent extends EpisodeRecord {
  /** `device/metric/since`: the same after a redelivery, so that effects act once. */
  id: string;
  device: string;
  metric: string;
  /** Event time of the reading with which it was over; absent while it runs. */
  until?: number;
  /** Whether a person is asked "was this expected?"; `answer` takes what they say. False where maintenance ended it. */
  question: boolean;
}

export function episodeEvent(device: string, metric: string, record: EpisodeRecord, until?: number, question = true): EpisodeEvent {
  return { id: `${device}/${metric}/${record.since}`, device, metric, ...record, ...(until !== undefined && { until }), question };
}
