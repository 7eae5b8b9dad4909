/** How far a value may lie from the last stored one and still count as no change: in the metric's unit, or in percent of the last stored value. */
export interface Band {
  width: number;
  kind: 'absolute' | 'percent';
}

export interface EveryReading {
  mode: 'every';
}

/** Report by exception: a reading is stored when it differs from the last stored one (OPC UA Part 8, 7.2.2, AbsoluteDeadband). */
export interface OnChange {
  mode: 'change';
  /** For every metric that has no band of its own. */
  band: Band;
  bands: ReadonlyMap<string, Band>;
  /** After so many milliseconds of event time a reading is stored all the same. Infinity: never. */
  longestSilence: number;
}

/** Conflation: of each interval of event time a few readings are stored, when it is over. */
export interface PerInterval {
  mode: 'interval';
  /** In milliseconds. */
  interval: number;
  /** The last reading, or the smallest, the largest and the last. */
  keep: 'last' | 'extremes';
}

/** What of the readings that arrive is stored. */
export type RecordingSettings = EveryReading | OnChange | PerInterval;
