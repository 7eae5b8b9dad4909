import { damagedPeers } from './deviation-state.ts';
import type { DeviationSnapshot } from './deviation-state.ts';
import { UsualDeviation } from './usual-deviation.ts';

/** A device may invent metric names: beyond this many, new ones are not compared. */
const METRICS_PER_DEVICE = 200;

/** What a device has learned of how it stands beside its group. Plain JSON. */
export interface DevicePeersSnapshot {
  group: string;
  metrics: Record<string, DeviationSnapshot>;
}

/**
 * How one device usually stands beside its group, in each metric: small, and kept with what else is remembered of the device. What the others
 * show is not in it: after a restart a device is compared again when three others have sent.
 */
export class DevicePeers {
  readonly #metrics = new Map<string, UsualDeviation>();
  /** The group that all this was learned in. */
  #group = '';

  /** @returns undefined where the device has more metrics than are compared. */
  usual(group: string, metric: string): UsualDeviation | undefined {
    if (group !== this.#group) {
      this.#metrics.clear();
      this.#group = group;
    }
    const known = this.#metrics.get(metric);
    if (known || this.#metrics.size >= METRICS_PER_DEVICE) return known;
    const usual = new UsualDeviation();
    this.#metrics.set(metric, usual);
    return usual;
  }

  /**
   * A person's answer to "was this expected?", about the last time the metric stood out of the group. What was expected, and what is no further
   * off, begins no episode from now on; what is like a fault never becomes usual.
   *
   * @returns false when it never stood out.
   */
  answer(metric: string, isExpected: boolean): boolean {
    return this.#metrics.get(metric)?.answer(isExpected) ?? false;
  }

  /** Undefined while nothing was learned. */
  snapshot(): DevicePeersSnapshot | undefined {
    if (this.#metrics.size === 0) return undefined;
    return { group: this.#group, metrics: Object.fromEntries(Array.from(this.#metrics, ([metric, usual]) => [metric, usual.snapshot()])) };
  }

  /**
   * Goes on where a snapshot was taken; undefined stands for none.
   *
   * @throws HoldfastError `HOLDFAST_DETECTOR_SNAPSHOT` for what is damaged; then nothing is changed.
   */
  restore(snapshot: unknown): void {
    if (snapshot === undefined) return;
    if (typeof snapshot !== 'object' || snapshot === null || !('group' in snapshot) || !('metrics' in snapshot)) throw damagedPeers('it is not of the form it was written in');
    const { group, metrics } = snapshot;
    if (typeof group !== 'string' || typeof metrics !== 'object' || metrics === null) throw damagedPeers('its group or its metrics are missing');
    const restored = Object.entries(metrics).slice(0, METRICS_PER_DEVICE).map(([metric, one]: [string, unknown]) => {
      const usual = new UsualDeviation();
      usual.restore(one);
      return [metric, usual] as const;
    });
    this.#group = group;
    this.#metrics.clear();
    for (const [metric, usual] of restored) this.#metrics.set(metric, usual);
  }
}
