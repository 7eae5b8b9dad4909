import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { DevicePlan } from '../../core/quality/device/plan.ts';
import { KINDS } from '../../core/simulator/index.ts';
import type { Kind } from '../../core/simulator/index.ts';
import { engineFor } from './engine.ts';
import type { FleetEngine } from './engine.ts';
import { fleetOf, FleetTraffic } from './fleet.ts';
import { planOf, planOfAll, planOfUsual } from './plans.ts';

/** Bytes of state a metric. */
export interface Memory {
  metrics: number;
  /** In memory, after a collection. */
  heap: number;
  /** As JSON, as it goes to disk. */
  snapshot: number;
}

/** Numeric metrics of three devices, one of each kind. */
const METRICS_OF_THREE = 10;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** What is left on the heap and beside it after everything that can go is gone. */
function used(): number {
  for (let time = 0; time < 3; time += 1) collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** What is remembered of a metric with all tests, with those that run by themselves, and with none. */
export function memoryByPlan(metrics: number, samples: number): Record<'all' | 'usual' | 'none', Memory> {
  return {
    all: memoryOf(metrics, samples, planOfAll),
    usual: memoryOf(metrics, samples, planOfUsual),
    none: memoryOf(metrics, samples, (kind) => planOf(kind, () => false)),
  };
}

/** By how many bytes a metric more is remembered when a test runs alone than when none does: the name → bytes in memory. */
export function bytesByTest(metrics: number, samples: number, none: Memory): Map<string, number> {
  const names = new Set(KINDS.flatMap((kind) => {
    const plan = planOfAll(kind);
    return [...plan.sampleTests, ...kind.metrics.flatMap(({ name }) => [...plan.of(name).tests, ...plan.of(name).comparing])].map(({ name }) => name);
  }));
  return new Map(Array.from(names, (name) => [name, memoryOf(metrics, samples, (kind) => planOf(kind, (test) => test === name)).heap - none.heap]));
}

/** Judges so many samples of each device of a fleet with so many metrics in all, and weighs what is remembered of them. */
function memoryOf(metrics: number, samples: number, planOfKind: (kind: Kind) => DevicePlan): Memory {
  const fleet = fleetOf(Math.ceil(metrics / METRICS_OF_THREE) * 3);
  const traffic = new FleetTraffic(fleet);
  // What one device alone makes of plans and compiled code is not counted for the fleet.
  drive(engineFor(fleet.slice(0, 3), planOfKind), new FleetTraffic(fleet.slice(0, 3)), samples);
  const fleetEngine = engineFor(fleet, planOfKind);
  const before = used();
  drive(fleetEngine, traffic, samples);
  const heap = used() - before;
  const count = (fleet.length / 3) * METRICS_OF_THREE;
  let bytes = 0;
  for (const device of fleetEngine.devices.values()) bytes += Buffer.byteLength(JSON.stringify(device.snapshot()));
  return { metrics: count, heap: heap / count, snapshot: bytes / count };
}

function drive({ engine }: FleetEngine, traffic: FleetTraffic, samples: number): void {
  for (let round = 0; round < samples; round += 1) for (const sample of traffic.next()) engine.judge(sample);
}
