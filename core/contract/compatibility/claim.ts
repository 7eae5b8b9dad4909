import type { Values } from '../../sample/sample.ts';

export type ChangeKind = 'tighter' | 'looser' | 'unclear';

/** A sample that tells two contracts apart. */
export interface ExampleSample {
  values: Values;
  metrics?: Record<string, { unit: string }>;
}

/** One change from a contract to the next, as reading both shows it. */
export interface Claim {
  /** Where in the schema, such as `properties/temperature/minimum`. */
  place: string;
  kind: ChangeKind;
  sentence: string;
  /** How a sample that shows a tightening can be made. */
  shownBy?: Edit;
}

/** What is done to a sample that meets the former contract, so that the latter refuses it by one of these rules; no rules: by whichever. */
export type Edit =
  | { do: 'set'; metric: string; rules?: readonly string[]; unit?: string }
  | { do: 'leave-out'; metric: string }
  | { do: 'at-most'; metrics: number }
  | { do: 'at-least'; metrics: number };
