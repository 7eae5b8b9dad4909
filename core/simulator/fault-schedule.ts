import type { Clock, Timer } from '../clock/clock.ts';
import { type Fault, FaultRequestError } from './faults.ts';

/** More would be a mistake of the flow that asks for them, and memory without end. */
export const MOST_FAULTS = 100;

export interface FaultScheduleOptions {
  clock: Clock;
  /** Called when a fault begins, before it counts as active. */
  onStart(fault: Fault): void;
  /** Called when a fault is over, while it still counts as active. */
  onEnd(fault: Fault): void;
}

/** Begins and ends faults at their times. */
export interface FaultSchedule {
  /** The faults at work now. */
  readonly active: ReadonlySet<Fault>;
  /** The faults at work and those still to come. */
  all(): Fault[];
  /** @throws FaultRequestError when there are a hundred already */
  plan(fault: Fault): void;
  /** Forgets all faults and leaves no timer. */
  stop(): void;
}

export function createFaultSchedule({ clock, onStart, onEnd }: FaultScheduleOptions): FaultSchedule {
  const active = new Set<Fault>();
  const timers = new Map<Fault, Timer>();

  function begin(fault: Fault): void {
    onStart(fault);
    active.add(fault);
    timers.set(fault, clock.setTimeout(() => finish(fault), fault.duration * 1000));
  }

  function finish(fault: Fault): void {
    onEnd(fault);
    active.delete(fault);
    timers.delete(fault);
  }

  return {
    active,
    all: () => [...timers.keys()],
    plan(fault) {
      if (timers.size >= MOST_FAULTS) {
        throw new FaultRequestError('', `${timers.size} faults are at work or planned already, and no more than ${MOST_FAULTS} can be. Wait until some have ended.`);
      }
      const wait = fault.start - clock.now();
      if (wait <= 0) begin(fault);
      else timers.set(fault, clock.setTimeout(() => begin(fault), wait));
    },
    stop() {
      for (const timer of timers.values()) timer.cancel();
      timers.clear();
      active.clear();
    },
  };
}
