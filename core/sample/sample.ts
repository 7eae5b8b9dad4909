import type { Via } from './via.ts';

/** What a reading may be. NaN and infinities become null; integers beyond 2^53 are kept exact as strings. */
export type ReadingValue = number | string | boolean | null;

/** The readings of one sample: metric → value. */
export type Values = Record<string, ReadingValue>;

/**
 * How far a reading can be trusted, with the flag values of QARTOD (IOOS QARTOD Data Flags manual, 2017):
 * 1 good, 2 not evaluated (`unknown`), 3 suspect, 4 bad (`fail`), 9 missing.
 */
export type Quality = 1 | 2 | 3 | 4 | 9;

export const QUALITY = { good: 1, unknown: 2, suspect: 3, bad: 4, missing: 9 } as const satisfies Record<string, Quality>;

/** Quality and provenance of one reading. */
export interface MetricInfo {
  unit?: string;
  q?: Quality;
  flags?: string[];
  /** The value as it came, where it had to be altered. */
  raw?: unknown;
}

/** Where a sample came from. `principal` is who authenticated; `gateway` is the principal that sent for a child. */
export interface Source {
  via: Via;
  topic?: string;
  principal?: string;
  gateway?: string;
}

/** What a detector found in one metric of a sample. */
export interface AnomalyInfo {
  /** Distance from what was expected, in robust standard deviations; 0 while the detector is warming up. */
  score: number;
  /** Whether the reading belongs to an anomaly. */
  anomaly: boolean;
  /** The band in which the reading was expected; absent while warming up. */
  expected?: { low: number; high: number };
  /** A sentence for the operator. */
  why: string;
}

/** Everything of a sample but its values: the header that rides in `msg.iot`. */
export interface SampleHeader {
  /** Survives redelivery; effects act once per id. */
  id: string;
  device: string;
  profile?: string;
  /** When the readings were taken (event time), ms since the epoch, UTC. */
  ts: number;
  /** When they reached us, ms since the epoch, UTC. */
  received: number;
  tsSource: 'device' | 'server';
  seq?: number;
  /** Backfill: stored, but never pages anyone and never actuates. */
  historical?: boolean;
  metrics?: Record<string, MetricInfo>;
  contract?: { id: string; version: number };
  lifecycle?: 'commissioning' | 'active' | 'maintenance' | 'retired';
  /** Per metric, what the last detector on the way found. */
  anomalies?: Record<string, AnomalyInfo>;
  /** Why the contract refused the sample, on the refused output of a validate node. */
  refused?: { reasons: RefusalReason[] };
  src: Source;
}

/** One broken rule of a contract, in words a person can act on. */
export interface RefusalReason {
  /** Path of the field in the payload, e.g. `temperature`; empty for the payload as a whole. */
  field: string;
  /** The rule's keyword, as JSON Schema spells it. */
  rule: string;
  /** The sentence: field, value, rule and cure. */
  message: string;
}

/** The readings of one device at one time: the unit that flows. An item of a batch has just this shape. */
export interface Sample extends SampleHeader {
  values: Values;
}
