import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { engineFor } from './engine.ts';
import type { FleetEngine } from './engine.ts';
import { fleetOf, FleetTraffic } from './fleet.ts';
import { planOfAll } from './plans.ts';

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

/** Judges so many samples of each device of a fleet with so many metrics in all, and weighs what is remembered of them. */
export function memoryOf(metrics: number, samples: number): Memory {
  const fleet = fleetOf(Math.ceil(metrics / METRICS_OF_THREE) * 3);
  const traffic = new FleetTraffic(fleet);
  // What one device alone makes of plans and compiled code is not counted for the fleet.
  drive(engineFor(fleet.slice(0, 3), planOfAll), new FleetTraffic(fleet.slice(0, 3)), samples);
  const fleetEngine = engineFor(fleet, planOfAll);
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
