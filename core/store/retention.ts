/**
 * How long what is kept of a series, in milliseconds: the readings themselves, and rollups of a minute, an hour and a day (UTC).
 * Infinity: for ever. 0: no rollup of that width is made; for `readings`, 0 is not allowed.
 */
export interface Retention {
  readings: number;
  minute: number;
  hour: number;
  day: number;
}

/** The widths of rollups, in milliseconds. */
export const ROLLUP_WIDTHS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;

export type RollupName = keyof typeof ROLLUP_WIDTHS;

/** Everything is kept, and no rollup is made. */
export const KEEP_ALL: Retention = { readings: Infinity, minute: 0, hour: 0, day: 0 };

/** What a store is to keep. */
export interface RetentionRules {
  /** Asked now and then for each series; the profile of the device and the metric decide. */
  of(device: string, metric: string): Retention;
  /** The store is to take no more bytes than this: the oldest readings go first, then the oldest rollups, the finest first. Infinity: no bound. */
  maximumBytes: number;
}
