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
  /** Which quality tests ran on the reading, by name, and what each of them found; see core/quality. */
  tests?: Record<string, Quality>;
}

/** How far a device could be trusted over one stretch of time; see core/trust. */
export interface TrustWindow {
  /** From 0 (not at all) to 1. */
  score: number;
  /** Readings of the device in that time. */
  readings: number;
  /** Share of the readings that are good, among those that a test could judge, from 0 to 1. */
  good: number;
  /** By how much its clock was ahead of ours (negative: behind), in milliseconds, as the sample shows it that came quickest. */
  clockError: number;
  /** Share of the time in which it was silent for longer than it should be, from 0 to 1. */
  gaps: number;
  /** Share of its samples that broke their contract, among those that were checked against one, from 0 to 1. */
  breaks: number;
}

/** How far a device can be trusted, over the last hour, day and week of its event time. */
export interface Trust {
  hour: TrustWindow;
  day: TrustWindow;
  week: TrustWindow;
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
  /** How unusual the reading is: 1 is where an episode begins at the usual sensitivity; 0 while the detector is warming up. */
  score: number;
  /** Whether the reading belongs to an anomaly. */
  anomaly: boolean;
  /** The band in which the reading was expected; absent while warming up. */
  expected?: { low: number; high: number };
  /** A sentence for the operator. */
  why: string;
  /** The form of the anomaly, in an episode: `spike`, `level shift`, `flat line` …; see core/anomaly. */
  kind?: string;
  /** Event time of the episode's first reading, ms since the epoch; with device and metric it names the episode. */
  since?: number;
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
  /** How far the device can be trusted, as a quality node on the way found. */
  trust?: Trust;
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
