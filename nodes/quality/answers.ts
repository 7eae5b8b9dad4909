/*
 * What the node's routes answer; types alone, shared with the dialog.
 */

/** A stored reading, and what the settings of the dialog say of it. */
export interface ShownReading {
  ts: number;
  value: number;
  q: number;
  flags: readonly string[];
}

/** What the settings of the dialog say of a stretch of what is stored. */
export interface JudgedHistory {
  from: number;
  to: number;
  readings: readonly ShownReading[];
  /** There are more. */
  isCut: boolean;
  /** The tests that were asked for. */
  tests: readonly string[];
}

/** One test with the options that a history proposes for it. */
export interface ShownProposal {
  test: string;
  options: Record<string, unknown>;
  /** How many of the readings it would have flagged. */
  suspect: number;
  bad: number;
  /** What was seen and what follows from it. */
  sentence: string;
}

/** The thresholds that a history proposes. */
export interface Proposals {
  readings: number;
  tests: readonly ShownProposal[];
  sampleTests: readonly ShownProposal[];
  notes: readonly string[];
}
