import type { Clock, Timer } from '../clock/clock.ts';
import type { DeviceIdentity } from './device.ts';
import { MOST_FAULTS } from './fault-schedule.ts';
import { type Fault, type FaultKind, strikes } from './faults.ts';
import { createRandom } from './random.ts';

/** How often each fault comes to a kind, beside the others: an overheating press is the most common sight. */
const WEIGHTS: Readonly<Record<string, readonly (readonly [FaultKind, number])[]>> = {
  'cold-room': [['drift', 2], ['stuck', 1], ['spike', 1], ['dropout', 1]],
  freezer: [['drift', 2], ['stuck', 1], ['spike', 1], ['dropout', 1]],
  press: [['drift', 6], ['noise', 1], ['spike', 1], ['flood', 0.5]],
  'delivery-van': [['dropout', 2], ['spike', 1], ['drift', 1], ['wrong-clock', 0.5]],
};

export interface RandomFaultOptions {
  clock: Clock;
  seed: number | string;
  devices: readonly DeviceIdentity[];
  /** Mean time between faults, minutes. */
  everyMinutes: number;
  /** Faults at work or planned: their devices are left alone. */
  busy(): readonly Fault[];
  plan(fault: Fault): void;
}

/**
 * Makes faults by chance, from a stream of their own: one at a time, 20 to 45 seconds long, the next after half to one
 * and a half times the mean, so that whoever watches is never left waiting long. Returns the stop.
 */
export function startRandomFaults(options: RandomFaultOptions): () => void {
  const { clock, devices, busy, plan } = options;
  const random = createRandom(options.seed, '', 'random faults');
  let timer: Timer;

  function wait(): void {
    timer = clock.setTimeout(strike, random.uniform(0.5, 1.5) * options.everyMinutes * 60_000);
  }

  function strike(): void {
    const fault = draw();
    if (fault) plan(fault);
    wait();
  }

  function draw(): Fault | undefined {
    const present = busy();
    if (present.length >= MOST_FAULTS) return undefined;
    const chances: { device: string; kind: FaultKind; weight: number }[] = [];
    for (const { id, kind } of devices) {
      if (present.some((fault) => strikes(fault, id))) continue;
      for (const [fault, weight] of WEIGHTS[kind] ?? []) chances.push({ device: id, kind: fault, weight });
    }
    let rest = random.uniform(0, chances.reduce((sum, chance) => sum + chance.weight, 0));
    const duration = Math.round(random.uniform(20, 45));
    const chosen = chances.find((chance) => (rest -= chance.weight) < 0);
    return chosen && { device: chosen.device, kind: chosen.kind, start: clock.now(), duration, strength: 1 };
  }

  wait();
  return () => timer.cancel();
}
