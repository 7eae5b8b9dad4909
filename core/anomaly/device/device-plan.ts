import type { Quality } from '../../sample/sample.ts';
import { thresholdOf, USUAL_SENSITIVITY } from '../detector-options.ts';
import type { DetectorOptions } from '../detector-options.ts';
import type { DevicePeers } from '../peers/device-peers.ts';
import type { MemoryBudget } from './memory-budget.ts';

/** What the devices of a group say of one of them. */
export interface PeerJudgement {
  /** As of a detector: 1 is where an episode begins at the usual sensitivity. */
  score: number;
  expected?: { low: number; high: number };
  /** A sentence for the operator. */
  why: string;
}

/** Judges devices against their groups; see core/anomaly/peers. */
export interface Peers {
  /**
   * @param ts event time, ms since the epoch.
   * @param learn whether the reading may become part of what is usual.
   * @param own what the device has learned of how it stands beside its group; changed in place, and kept with what else is remembered of it.
   * @returns undefined where there is no group, or nobody to compare with.
   */
  judge(device: string, metric: string, ts: number, value: number, learn: boolean, own: DevicePeers): PeerJudgement | undefined;
}

/** By what the readings of every device are judged. */
export interface DevicePlan {
  readonly options: Pick<DetectorOptions, 'sensitivity' | 'minimumScale'>;
  /** Readings of a worse quality are not learned from. */
  readonly minimumQuality: Quality;
  /** The metrics to watch; none stands for all. */
  readonly watched: ReadonlySet<string>;
  /** Whether what several metrics of a device show at once can be an episode. Default: it can. */
  readonly together?: boolean;
  readonly budget: MemoryBudget;
  readonly peers?: Peers | undefined;
  /** Told of what cannot be used of what was kept. */
  readonly problem?: (error: unknown) => void;
}

/** The score at which an episode begins. */
export function episodeThreshold({ options }: DevicePlan): number {
  return thresholdOf(options.sensitivity ?? USUAL_SENSITIVITY);
}

/** The metrics that a list in a dialog names, separated by commas; none stands for all. */
export function readMetrics(list: string): ReadonlySet<string> {
  return new Set(list.split(',').map((name) => name.trim()).filter((name) => name !== ''));
}
