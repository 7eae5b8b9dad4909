/** What a reading is, by JSON Schema's name; a whole number is an `integer`. */
export type ReadingType = 'integer' | 'number' | 'string' | 'boolean' | 'null';

/** From the lowest to the highest number, both included. */
export interface Span {
  low: number;
  high: number;
}

/** What a person should know before the contract is taken over. `few`: under fifty readings. `constant`: it never changed. */
export type ProposalNote = 'few' | 'constant' | 'types' | 'units' | 'someWithoutUnit' | 'sometimes' | 'noRange';

/** What was seen of a metric, and what the contract would ask of it. */
export interface ProposedMetric {
  metric: string;
  types: ReadingType[];
  /** Readings seen. */
  readings: number;
  /** Share of the samples that had it, from 0 to 1. */
  presence: number;
  /** Share of its readings that had no value, from 0 to 1. */
  nulls: number;
  seen?: Span;
  proposed?: Span;
  /** Digits behind the point, of numbers. */
  decimals?: number;
  /** Characters of the longest text, and how many are allowed. */
  longest?: { seen: number; proposed: number };
  unit?: string;
  required: boolean;
  /** The texts that are allowed, and no others. */
  enumeration?: string[];
  notes: ProposalNote[];
}

/** A contract as it may be taken over or edited. */
export interface Proposal {
  schema: ProposedSchema;
  metrics: ProposedMetric[];
}

/** JSON Schema 2020-12, with `x-unit`. */
export interface ProposedSchema {
  $schema: string;
  type: 'object';
  properties: Record<string, MetricSchema>;
  required?: string[];
}

/** What the contract says of one metric. */
export interface MetricSchema {
  type?: ReadingType | ReadingType[];
  enum?: Array<string | null>;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  'x-unit'?: string;
}
