import { systemClock } from '../../../core/clock/clock.ts';
import { DeviceRecord } from '../../../core/recording/device-record.ts';
import { Recorder } from '../../../core/recording/recorder.ts';
import type { PerInterval } from '../../../core/recording/settings.ts';
import { DeviceStates } from '../../../core/state/device-states.ts';
import type { State } from '../../../core/state/state.ts';
import type { Store } from '../../../core/store/store.ts';

/** A reading of each of these is stored, when it is over. */
export const HELD: PerInterval = { mode: 'interval', interval: 60_000, keep: 'last' };

/** What a store node has that stores the last reading of each interval. */
export function openRecorder(state: State, store: Store, problem: (error: unknown) => void): Recorder {
  const records = new DeviceStates({ state, clock: systemClock, node: 'held', problem, restore: (snapshot) => new DeviceRecord(HELD, snapshot), snapshot: (record) => record.snapshot() });
  return new Recorder({ settings: HELD, records, clock: systemClock, problem, write: (samples) => new Promise((resolve, reject) => store.write(samples, (error) => (error ? reject(error) : resolve()))) });
}
