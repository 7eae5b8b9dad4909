/** `new`: not in the contract. `missing`: it was in nearly all samples of a device, and is no longer. */
export type DriftKind = 'new' | 'missing' | 'type' | 'unit';

/** What a device did that it did not do before, or that its contract does not say. */
export interface Deviation {
  kind: DriftKind;
  metric: string;
  /** The type or the unit before, or as the contract has it; null: it was not there. */
  was: string | null;
  /** The type or the unit now; null: it is not there. */
  is: string | null;
}

/** A drift of live traffic away from a contract: told once, and counted on. */
export interface Drift extends Deviation {
  contract: { id: string; version: number };
  /** The first device that drifted so, and the firmware that it named; empty when it never did. */
  device: string;
  firmware: string;
  /** When it was seen first and last: event time, ms since the epoch. */
  ts: number;
  last: number;
  /** Devices that drifted so since; counted up to a hundred. */
  devices: number;
  samples: number;
}
