import type { Clock } from '../../clock/clock.ts';
import type { PeerJudgement } from '../device/device-plan.ts';
import { thresholdOf, USUAL_SENSITIVITY } from '../detector-options.ts';
import { LARGEST } from './deviation-state.ts';
import type { DevicePeers } from './device-peers.ts';
import { explainPeers, PEER_SENTENCES } from './explain-peers.ts';
import { GroupReadings } from './group-readings.ts';
import { Groups } from './groups.ts';
import type { PeerGroup } from './groups.ts';
import type { UsualDeviation } from './usual-deviation.ts';

/** Fewer others say nothing. */
export const LEAST_OTHERS = 3;
/** Metrics of one group that are compared. */
const METRICS_PER_GROUP = 1_000;
/** The latest readings of all groups together; beyond them, a device is judged by its group and not by the others. */
const MOST_READINGS = 200_000;
/** From this score on a sentence says how far off a reading is. */
const WORTH_A_SENTENCE = 0.5;
/** The largest event time that a Date can hold, ms since the epoch. */
const LATEST = 8.64e15;

export interface PeerGroupsOptions {
  /** Of a device in several, the first counts. At most 16. */
  groups: readonly PeerGroup[];
  /** The registered devices of a group, as `registry.devicesOf` tells them. */
  devicesOf: (group: PeerGroup) => readonly string[];
  clock: Clock;
  /** As of the detector: at which score an episode begins. A whole number from 1 to 9, default 5. */
  sensitivity?: number;
}

interface Compared {
  readonly readings: GroupReadings;
  /** Of the groups, when those who left were last looked for. */
  version: number;
}

/** Judges devices against the others of their group, metric by metric; see docs/peers.md. */
export class PeerGroups {
  readonly #groups: Groups;
  readonly #threshold: number;
  readonly #compared = new Map<string, Map<string, Compared>>();
  #readings = 0;

  /** @throws ConfigError (`HOLDFAST_CONFIG`) for groups that cannot be. */
  constructor({ groups, devicesOf, clock, sensitivity = USUAL_SENSITIVITY }: PeerGroupsOptions) {
    this.#threshold = thresholdOf(sensitivity);
    this.#groups = new Groups(groups, devicesOf, clock);
  }

  /**
   * @param ts event time, ms since the epoch.
   * @param learn whether the reading may become part of what is usual, and stand for the device in the eyes of the others.
   * @param own what the device has learned; changed in place.
   * @returns undefined where the device is in no group, where fewer than three others have a fresh reading, and while it is not known what is usual.
   */
  judge(device: string, metric: string, ts: number, value: number, learn: boolean, own: DevicePeers): PeerJudgement | undefined {
    if (!Number.isFinite(value) || !(Math.abs(ts) <= LATEST)) return undefined;
    const group = this.#groups.of(device);
    const readings = group === undefined ? undefined : this.#readingsOf(group, metric);
    if (group === undefined || !readings || !this.#reach(readings, device, ts)) return undefined;
    const reading = Math.min(LARGEST, Math.max(-LARGEST, value)) + 0;
    const others = readings.othersOf(device);
    const usual = own.usual(group, metric);
    // Out of order, or delivered again: judged as it is, and not learned.
    const isNew = learn && readings.isLater(device, ts);
    if (!usual || others < LEAST_OTHERS) {
      if (isNew) this.#take(readings, device, ts, reading, usual, false);
      return undefined;
    }
    const median = readings.medianBeside(device);
    const { isSplit } = readings;
    const verdict = usual.judge(ts, reading, readings.levelBeside(device), median, isSplit, this.#threshold, isNew && (ts > usual.ts || readings.isAhead(usual.ts)));
    if (isNew) this.#take(readings, device, ts, reading, usual, verdict?.isAway ?? false);
    if (!verdict) return undefined;
    const { score, limit, isAway } = verdict;
    const expected = { low: verdict.usual - limit, high: verdict.usual + limit };
    if (score >= WORTH_A_SENTENCE) return { score, expected, why: explainPeers(reading, median, others, group, verdict) };
    return { score, expected, why: isSplit && isAway ? PEER_SENTENCES.split : PEER_SENTENCES.usual };
  }

  #readingsOf(group: string, metric: string): GroupReadings | undefined {
    let metrics = this.#compared.get(group);
    if (!metrics) {
      metrics = new Map();
      this.#compared.set(group, metrics);
    }
    const { version } = this.#groups;
    let compared = metrics.get(metric);
    if (!compared) {
      if (metrics.size >= METRICS_PER_GROUP && !this.#makeRoom(metrics)) return undefined;
      compared = { readings: new GroupReadings(), version };
      metrics.set(metric, compared);
    } else if (compared.version !== version) {
      compared.version = version;
      const before = compared.readings.size;
      compared.readings.keepOnly((device) => this.#groups.nameFor(device) === group);
      this.#readings -= before - compared.readings.size;
    }
    return compared.readings;
  }

  /** A device may invent metric names: what too few send to be compared makes room. */
  #makeRoom(metrics: Map<string, Compared>): boolean {
    for (const [metric, { readings }] of metrics) {
      if (readings.size > LEAST_OTHERS) continue;
      this.#readings -= readings.size;
      return metrics.delete(metric);
    }
    return false;
  }

  #reach(readings: GroupReadings, device: string, ts: number): boolean {
    const before = readings.size;
    const isReached = readings.reach(device, ts);
    this.#readings -= before - readings.size;
    return isReached;
  }

  #take(readings: GroupReadings, device: string, ts: number, value: number, usual: UsualDeviation | undefined, isAway: boolean): void {
    if (this.#readings >= MOST_READINGS && !readings.has(device)) return;
    const before = readings.size;
    readings.take(device, ts, value, value - (usual?.offset ?? 0), isAway);
    this.#readings += readings.size - before;
  }
}
