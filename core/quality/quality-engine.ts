import type { Clock } from '../clock/clock.ts';
import type { Sample } from '../sample/sample.ts';
import type { DeviceStates } from '../state/device-states.ts';
import type { DevicePlan, Neighbour } from './device/plan.ts';
import type { DeviceQuality, JudgedSample, Neighbours } from './device-quality.ts';
import type { QualityPlans } from './settings/quality-plans.ts';

export interface QualityEngineOptions {
  plans: Pick<QualityPlans, 'of'>;
  states: Pick<DeviceStates<DeviceQuality>, 'get' | 'changed'>;
  /** The registered devices that have a tag. */
  devicesOf: (tag: string) => readonly string[];
  clock: Clock;
}

/** The members of a group are asked for again after so many milliseconds: the list of all devices is gone through for it. */
const GROUP_FRESH = 10_000;
const MOST_GROUPS = 1_000;
/** Of a larger group the first ones count. */
const MOST_NEIGHBOURS = 100;

interface Group {
  devices: readonly string[];
  asked: number;
}

/** Judges the samples of all devices, each by the settings of the node, of its profile and of the tests that always run. */
export class QualityEngine {
  readonly #options: QualityEngineOptions;
  readonly #groups = new Map<string, Group>();

  constructor(options: QualityEngineOptions) {
    this.#options = options;
  }

  judge(sample: Sample): JudgedSample {
    const { plans, states } = this.#options;
    const plan = plans.of(sample.profile);
    // Asked for before the device's own state: to load others may put it out of memory.
    const neighbours = plan.comparesDevices ? this.#neighboursOf(sample, plan) : undefined;
    const judged = states.get(sample.device).judge(sample, plan, neighbours);
    states.changed(sample.device);
    return judged;
  }

  #neighboursOf({ device, values }: Sample, plan: DevicePlan): Neighbours {
    const found = new Map<string, Neighbour[]>();
    let tag: string | undefined;
    let others: readonly DeviceQuality[] = [];
    for (const metric in values) {
      const { group } = plan.of(metric);
      if (group === undefined) continue;
      // As a rule all metrics are compared within one group.
      if (group !== tag) others = this.#othersOf(group, device);
      tag = group;
      found.set(metric, latestOf(others, metric));
    }
    return found;
  }

  #othersOf(group: string, device: string): DeviceQuality[] {
    const others: DeviceQuality[] = [];
    for (const one of this.#devicesOf(group)) {
      if (one === device) continue;
      if (others.length === MOST_NEIGHBOURS) break;
      others.push(this.#options.states.get(one));
    }
    return others;
  }

  #devicesOf(tag: string): readonly string[] {
    const now = this.#options.clock.now();
    const known = this.#groups.get(tag);
    if (known && now >= known.asked && now - known.asked < GROUP_FRESH) return known.devices;
    if (this.#groups.size >= MOST_GROUPS) this.#groups.clear();
    const devices = this.#options.devicesOf(tag);
    this.#groups.set(tag, { devices, asked: now });
    return devices;
  }
}

function latestOf(devices: readonly DeviceQuality[], metric: string): Neighbour[] {
  const latest: Neighbour[] = [];
  for (const device of devices) {
    const reading = device.latest(metric);
    if (reading) latest.push(reading);
  }
  return latest;
}
