import type { QuarantineTable } from './quarantine-table.ts';
import type { Selection, Waiting } from './selection.ts';

/** What the quarantine needs of the inbox that it belongs to. */
export interface QuarantineDisk {
  readonly table: QuarantineTable;
  readonly selection: Selection;
  /** Does the work in one transaction. Throws StorageError, and then nothing of it is done. */
  write(work: (table: QuarantineTable) => void): void;
  /** Moves entries into the inbox of their channels, in one transaction with `note`. Throws as `write` does. */
  readmit(waiting: readonly Waiting[], note: () => void): void;
  /** The sources that deliver; undefined while none is to, during a deploy and before the flows have started. */
  sources(): ReadonlyArray<{ name: string; window: number }> | undefined;
  /** How many records of a source have not settled, and the weight of those of all sources, in bytes. */
  held(channel: string): { records: number; bytes: number };
}
