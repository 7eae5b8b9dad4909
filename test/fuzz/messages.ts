import type { LedgerStatement } from '../../core/ledger/ledger.ts';
import type { World } from './world.ts';

/** What the backend says of itself at the end. */
export interface Account {
  ledger: LedgerStatement;
  /** Acknowledgements that the listeners gave for what the intake took. */
  acknowledged: number;
  /** The file of what was kept, see kept.ts. */
  kept: string;
  /** Samples that the store did not take. */
  unstorable: number;
  examples: string[];
  /** How often each probe was delivered and stored. */
  probes: Array<[number, number]>;
  probesInStore: number;
  series: number;
  readings: number;
}

export type ToFuzzer =
  | { kind: 'ready'; world: World }
  /** The longest time for which the event loop stood still since the last report, in milliseconds; resident memory in bytes. */
  | { kind: 'health'; stall: number; rss: number }
  | { kind: 'failure'; sentence: string }
  | { kind: 'crash'; sentence: string }
  | { kind: 'account'; account: Account };

export interface ToBackend {
  kind: 'finish';
}
