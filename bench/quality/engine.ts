import { systemClock } from '../../core/clock/clock.ts';
import { DeviceQuality } from '../../core/quality/device-quality.ts';
import type { DevicePlan } from '../../core/quality/device/plan.ts';
import { QualityEngine } from '../../core/quality/quality-engine.ts';
import { KINDS } from '../../core/simulator/index.ts';
import type { Kind } from '../../core/simulator/index.ts';
import { neighboursOf } from './fleet.ts';
import type { FleetDevice } from './fleet.ts';

/** The engine of the node, with the states of all devices in memory. */
export interface FleetEngine {
  engine: QualityEngine;
  devices: ReadonlyMap<string, DeviceQuality>;
}

export function engineFor(fleet: readonly FleetDevice[], planOf: (kind: Kind) => DevicePlan): FleetEngine {
  const plans = new Map(KINDS.map((kind) => [kind.name, planOf(kind)]));
  const groups = new Map(KINDS.map(({ name }) => [name, neighboursOf(fleet, name)]));
  const devices = new Map<string, DeviceQuality>();
  const create = (device: string): DeviceQuality => {
    const made = new DeviceQuality(undefined, (error) => {
      throw error;
    });
    devices.set(device, made);
    return made;
  };
  const engine = new QualityEngine({
    plans: {
      of(profile = '') {
        const plan = plans.get(profile);
        if (!plan) throw new Error(`There is no plan for ${profile}.`);
        return plan;
      },
    },
    states: { get: (device) => devices.get(device) ?? create(device), changed: () => undefined },
    devicesOf: (tag) => groups.get(tag) ?? [],
    clock: systemClock,
  });
  return { engine, devices };
}
