import type { ChangeKind, ExampleSample } from './claim.ts';

/** One difference between two versions of a contract. */
export interface ContractChange {
  /** Where in the schema, such as `properties/temperature/minimum`. */
  place: string;
  /** `tighter`: what was taken would be refused; `looser`: nothing that was taken would be; `unclear`: it could not be shown. */
  kind: ChangeKind;
  sentence: string;
  /** Where tighter: a sample that the former version takes and the latter refuses. Both were run on it. */
  example?: ExampleSample;
}

export interface ContractComparison {
  /** Whether the latter takes all that the former takes: no change is tighter or unclear. */
  compatible: boolean;
  /** Tighter ones first, then unclear ones. */
  changes: ContractChange[];
}
