import { setTimeout as wait } from 'node:timers/promises';
import { failFsync } from './fsync.ts';
import type { Fault, Planned } from './plan.ts';
import type { System } from './system.ts';
import type { UdpTrouble } from './udp-proxy.ts';

const STOPPED = 1_500;
const DISK_FULL = 1_500;
const FSYNC_FAILS = 1_000;
const POLL_INTERVAL = 5;
/** Nothing that is done here keeps a device from getting on for so long. */
const PROGRESS_LIMIT = 120_000;

/** What a wireless network is like, and what it is like on a bad day. */
const USUAL_TROUBLE: UdpTrouble = { lost: 0.01, duplicated: 0.02, delayed: 0.02 };
const BAD_TROUBLE: UdpTrouble = { lost: 0.2, duplicated: 0.2, delayed: 0.3 };

export interface Progress {
  total: number;
  /** How many messages have got through. Throws when that can no longer change. */
  now: () => number;
}

export interface Injected {
  /** For each kill, the milliseconds until the first message got through. */
  recoveries: number[];
  /** The sum of that over all faults, in milliseconds. */
  disturbed: number;
}

/** Carries out the plan while the devices send. */
export async function injectFaults(system: System, plan: readonly Planned[], progress: Progress): Promise<Injected> {
  const injected: Injected = { recoveries: [], disturbed: 0 };
  if (system.udp && plan.some(({ kind }) => kind === 'break')) system.udp.trouble = USUAL_TROUBLE;
  for (const fault of plan) {
    await until(progress, () => progress.now() >= fault.at * progress.total);
    const began = performance.now();
    await inject(system, fault);
    const before = progress.now();
    await until(progress, () => progress.now() > before || before >= progress.total);
    const lasted = performance.now() - began;
    injected.disturbed += lasted;
    if (fault.kind === 'kill') injected.recoveries.push(lasted);
  }
  return injected;
}

/** Waits for a condition as long as messages get through. @throws Error when none has for two minutes. */
export async function until(progress: Progress, condition: () => boolean): Promise<void> {
  let last = progress.now();
  let moved = performance.now();
  while (!condition()) {
    await wait(POLL_INTERVAL);
    const now = progress.now();
    if (now !== last) moved = performance.now();
    last = now;
    if (performance.now() - moved > PROGRESS_LIMIT) throw new Error(`Nothing has got through for ${PROGRESS_LIMIT / 1_000} seconds; ${now} of ${progress.total} messages have.`);
  }
}

async function inject(system: System, fault: Fault): Promise<void> {
  switch (fault.kind) {
    case 'kill':
      system.holdfast = await system.holdfast.restart();
      return;
    case 'stop':
      process.kill(system.holdfast.pid, 'SIGSTOP');
      await wait(STOPPED);
      process.kill(system.holdfast.pid, 'SIGCONT');
      return;
    case 'full-disk':
      system.disk?.fill();
      await wait(DISK_FULL);
      system.disk?.empty();
      return;
    case 'failing-fsync':
      return failFsync(system.holdfast.pid, FSYNC_FAILS);
    case 'break':
      system.tcp?.break(fault.how, fault.share, fault.milliseconds);
      if (!system.udp) return;
      system.udp.trouble = BAD_TROUBLE;
      await wait(fault.milliseconds);
      system.udp.trouble = USUAL_TROUBLE;
  }
}
