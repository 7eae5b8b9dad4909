/** A message whose device and bytes are known to the fuzzer, and can be looked for among what was kept. */
export interface Tracked {
  device: string;
  body: Uint8Array;
}

/**
 * How an input ended for whoever sent it: `acknowledged` at least one message of it; `answered` with something else than that (a PINGRESP, a
 * health page); `refused` by an error answer or a cut connection; `unanswered` where the protocol owes no answer (QoS 0, NON);
 * `unfinished` when its sender broke off in the middle of it.
 */
export type Ending = 'acknowledged' | 'answered' | 'refused' | 'unanswered' | 'unfinished';

export const ENDINGS: readonly Ending[] = ['acknowledged', 'answered', 'refused', 'unanswered', 'unfinished'];

export interface Outcome {
  ending: Ending;
  /** What was acknowledged of it. */
  acknowledged: Tracked[];
  /** Acknowledgements whose message is not known, since its frame was mutated. */
  unknown: number;
  /** What should never have happened. */
  failure?: string;
}

export function outcome(ending: Ending, acknowledged: Tracked[] = [], unknown = 0): Outcome {
  return { ending: acknowledged.length + unknown > 0 ? 'acknowledged' : ending, acknowledged, unknown };
}

/** An answer that is owed must come within this time, in milliseconds. */
export const OWED_WITHIN = 15_000;
