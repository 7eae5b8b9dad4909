import type { Clock, Timer } from '../clock/clock.ts';
import type { Sample } from '../sample/sample.ts';
import type { DeviceStates } from '../state/device-states.ts';
import type { DeviceRecord } from './device-record.ts';
import { samplesOfReadings } from './held-reading.ts';
import type { RecordingSettings } from './settings.ts';

export interface RecorderOptions {
  settings: RecordingSettings;
  /** The records of the devices; on disk when `commit` says so. */
  records: Pick<DeviceStates<DeviceRecord>, 'get' | 'changed' | 'commit' | 'known'>;
  /** Resolves when the samples are on disk. */
  write: (samples: readonly Sample[]) => Promise<void>;
  clock: Clock;
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
}

export interface RecorderCounts {
  /** Readings that were not stored, as the settings say. */
  skipped: number;
}

/** Devices whose readings are released in one go. */
const RELEASED_AT_ONCE = 100;
const RETRY_INTERVAL = 5_000;

/**
 * Stores of the readings that arrive what the settings say, and never lets a sample settle before that is on disk: what is to be stored
 * at once is in the store, what is held is in the record of its device. Both are written at the same time. A kill in between leaves
 * the sample unsettled, and at its redelivery a reading that stands in the record already is taken for late and stored as it is.
 *
 * An interval is over when a reading of a later one comes, or when the device has been silent for as long as it lasts.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly counts: RecorderCounts = { skipped: 0 };
  /** When what is held of a device is to be stored, the earliest first. */
  readonly #deadlines = new Map<string, number>();
  #timer: Timer | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
    // After a restart nobody knows how long a device has been silent; under settings without intervals, nothing is to be held.
    for (const device of options.records.known()) this.#postpone(device);
  }

  /** Resolves when the samples may settle. @returns whether any of their readings is stored, or held to be. */
  async record(samples: readonly Sample[]): Promise<boolean> {
    const { settings, records, write } = this.#options;
    if (settings.mode === 'every') {
      await write(samples);
      return true;
    }
    const now: Sample[] = [];
    const touched = new Map<string, DeviceRecord>();
    let held = 0;
    for (const sample of samples) {
      const record = records.get(sample.device);
      const taken = record.take(sample);
      this.counts.skipped += taken.skipped;
      held += taken.held;
      if (taken.now) now.push(taken.now);
      if (!taken.changed) continue;
      records.changed(sample.device);
      touched.set(sample.device, record);
    }
    const work = Array.from(touched, ([device, record]) => this.#store(device, record));
    if (settings.mode === 'interval') for (const device of touched.keys()) this.#postpone(device);
    if (now.length > 0) work.push(write(now));
    await Promise.all(work);
    return now.length > 0 || held > 0;
  }

  /** Stores what is held, before the node stops: another one may take its place, or none. */
  async close(): Promise<void> {
    this.#timer?.cancel();
    const devices = [...this.#deadlines.keys()];
    this.#deadlines.clear();
    while (devices.length > 0) await Promise.all(devices.splice(0, RELEASED_AT_ONCE).map((device) => this.#release(device)));
  }

  /** Puts a changed record on disk, and what is due of it into the store. */
  async #store(device: string, record: DeviceRecord): Promise<void> {
    const { records, write } = this.#options;
    const due = record.takeDue();
    if (due.length === 0) return records.commit(device);
    try {
      await Promise.all([records.commit(device), write(samplesOfReadings(device, due))]);
    } catch (error) {
      record.notStored(due);
      throw error;
    }
    record.stored(due);
    records.changed(device);
  }

  #release(device: string): Promise<void> {
    const { records } = this.#options;
    const record = records.get(device);
    if (!record.holds) return Promise.resolve();
    record.release();
    records.changed(device);
    return this.#store(device, record);
  }

  #postpone(device: string): void {
    const { settings, clock } = this.#options;
    const wait = settings.mode === 'interval' ? settings.interval : 0;
    this.#deadlines.delete(device);
    this.#deadlines.set(device, clock.now() + wait);
    this.#timer ??= clock.setTimeout(() => this.#releaseDue(), wait);
  }

  #releaseDue(): void {
    const { clock, problem } = this.#options;
    this.#timer = undefined;
    const now = clock.now();
    const due: string[] = [];
    for (const [device, deadline] of this.#deadlines) {
      if (deadline > now || due.length === RELEASED_AT_ONCE) break;
      due.push(device);
    }
    for (const device of due) {
      this.#deadlines.delete(device);
      this.#release(device).catch((error: unknown) => {
        problem(error);
        this.#deadlines.set(device, clock.now() + RETRY_INTERVAL);
        this.#schedule();
      });
    }
    this.#schedule();
  }

  #schedule(): void {
    const { clock } = this.#options;
    const next = this.#deadlines.values().next();
    if (!next.done) this.#timer ??= clock.setTimeout(() => this.#releaseDue(), Math.max(0, next.value - clock.now()));
  }
}
