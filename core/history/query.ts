import type { QualityName } from '../sample/good-enough.ts';
import type { Quality } from '../sample/sample.ts';

/** Raw: the readings themselves. Aggregate: what they come to in buckets. Latest: the newest reading of each series. At: the newest one not after `at`. */
export const KINDS = ['raw', 'aggregate', 'latest', 'at'] as const;
export type Kind = (typeof KINDS)[number];

/**
 * What readings of a bucket can come to. `median` and `p95` interpolate linearly between the two nearest readings; `delta` is the change over the bucket
 * and `rate` the change a second; `timeWeighted` is the mean in which each reading counts for as long as it held.
 */
export const AGGREGATES = ['min', 'max', 'mean', 'sum', 'count', 'first', 'last', 'median', 'p95', 'delta', 'rate', 'timeWeighted'] as const;
export type Aggregate = (typeof AGGREGATES)[number];

/** Units of a calendar interval, from the shortest to the longest. A week begins on Monday. */
export const INTERVAL_UNITS = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
export type IntervalUnit = (typeof INTERVAL_UNITS)[number];

/** What becomes of a bucket without readings: left out, shown as null, or filled from its neighbours or with a number. */
export const FILLS = ['none', 'null', 'previous', 'linear'] as const;
export type Fill = (typeof FILLS)[number] | number;

/** What a falling value means for `delta` and `rate`: a negative change, or a counter that began again at zero. */
export const RESETS = ['signed', 'from-zero'] as const;
export type Resets = (typeof RESETS)[number];

export const ORDERS = ['oldest', 'newest'] as const;
export type Order = (typeof ORDERS)[number];


/** Buckets: so many of the same width, or by the calendar of the time zone. */
export type Grid = { readonly points: number } | { readonly every: number; readonly unit: IntervalUnit };

/** Which devices; all that is given must hold, and without anything it is all of them. */
export interface DeviceSelection {
  readonly ids?: readonly string[];
  readonly profile?: string;
  readonly tag?: string;
}

/** Where an answer that was cut at its limit goes on. */
export interface Position {
  readonly device: string;
  readonly metric: string;
  /** The time of the first row that is still owed. */
  readonly ts: number;
}

/** A question about stored readings, checked: what `readHistoryQuery` makes of what a person or a program wrote. Times are milliseconds since the epoch. */
export interface HistoryQuery {
  readonly kind: Kind;
  readonly devices: DeviceSelection;
  /** Undefined: all. */
  readonly metrics: readonly string[] | undefined;
  /** Included. */
  readonly from: number;
  /** Not included. */
  readonly to: number;
  /** For the kind `at`. */
  readonly at: number;
  /** IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
  readonly aggregates: readonly Aggregate[];
  readonly grid: Grid;
  /** Readings of a worse quality are left out. */
  readonly minimumQuality: Quality;
  readonly fill: Fill;
  readonly resets: Resets;
  /** Two readings further apart than this have a gap between them, in milliseconds; `off`: never, `auto`: three times the usual distance. */
  readonly gapAfter: 'auto' | 'off' | number;
  /** Rows in the answer. */
  readonly limit: number;
  readonly order: Order;
  /** Where to go on; undefined: at the beginning. */
  readonly position: Position | undefined;
}

/**
 * The same question as it is written: by a dialog, in `msg.query`, in a URL or in the body of a request. Everything may be absent, and an
 * empty text is as good as absent. A list may also be a text with commas. A time is a number of milliseconds since the epoch, ISO 8601, or an
 * expression such as `-24h`, `now`, `today`, `last month`, `now-1d/d`; see docs/history-api.md.
 */
export interface HistoryQueryInput {
  kind?: Kind;
  /** Ids. */
  devices?: string | readonly string[];
  profile?: string;
  tag?: string;
  metrics?: string | readonly string[];
  /** Default `-24h`. */
  from?: string | number;
  /** Of a period, such as `last month` or a date, it is the end. Default `now`, or the end of the period that `from` has named, such as `last month`. */
  to?: string | number;
  /** Default `now`. */
  at?: string | number;
  /** Default: that of the server. */
  timeZone?: string;
  /** Default `mean`. */
  aggregates?: string | readonly string[];
  /** How many buckets of the same width; default 500. Not together with `every`. */
  points?: string | number;
  /** A calendar interval: `15 minutes`, `1 day`, `month`, `15m`, `P1M`. */
  every?: string;
  /** Default `suspect`. */
  minimumQuality?: QualityName;
  /** Default `null`. */
  fill?: string | number;
  /** Default `signed`. */
  resets?: Resets;
  /** `auto` (default), `off`, or a duration: `5m`, `PT5M`, or milliseconds. */
  gapAfter?: string | number;
  /** Default 10,000. */
  limit?: string | number;
  /** Default `oldest`. */
  order?: Order;
  /** The cursor that an answer gave which was cut at its limit; it brings its own `from` and `to`. */
  next?: string;
}

/** The names of all fields of a question, in the order in which they are documented. */
export const FIELD_NAMES = [
  'kind', 'devices', 'profile', 'tag', 'metrics', 'from', 'to', 'at', 'timeZone', 'aggregates', 'points', 'every', 'minimumQuality', 'fill', 'resets', 'gapAfter', 'limit', 'order', 'next',
] as const satisfies ReadonlyArray<keyof HistoryQueryInput>;
export type FieldName = (typeof FIELD_NAMES)[number];

export const DEFAULT_POINTS = 500;
export const DEFAULT_LIMIT = 10_000;
/** Rows of one answer. */
export const MAXIMUM_LIMIT = 10_000_000;
/** Buckets of one series. */
export const MAXIMUM_BUCKETS = 20_000;
/** Ids of devices, and names of metrics, in one question. */
export const MAXIMUM_NAMES = 1_000;
/** Series that one question may be about. */
export const MAXIMUM_SERIES = 10_000;
