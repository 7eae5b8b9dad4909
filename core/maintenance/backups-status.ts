/** A backup that is whole. `taken` is the moment of which it is, in milliseconds since the epoch. */
export interface BackupSummary {
  name: string;
  taken: number;
  bytes: number;
}

export interface BackupsStatus {
  /** Where the backups are. */
  base: string;
  running?: { name: string; since: number; copiedBytes: number; bytes: number };
  /** How the last one ended that was started here. */
  last?: BackupSummary | { name: string; error: string };
  /** The newest first. */
  backups: BackupSummary[];
}
