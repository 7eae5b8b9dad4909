import { mkdtempSync, rmSync, copyFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { DeviceRecord } from '../../../core/recording/device-record.ts';
import { Recorder } from '../../../core/recording/recorder.ts';
import type { RecordingSettings } from '../../../core/recording/settings.ts';
import type { MetricInfo, Sample, Values } from '../../../core/sample/sample.ts';
import { DeviceStates } from '../../../core/state/device-states.ts';
import { State } from '../../../core/state/state.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';

/** A sample of a device at so many seconds. */
export function at(seconds: number, values: Values, metrics?: Record<string, MetricInfo>, device = 'a'): Sample {
  const ts = seconds * 1000;
  return { id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values, ...(metrics && { metrics }) };
}

/** A recorder with a store and a state of its own on disk, which can be killed at any moment. */
export class RecorderFixture {
  readonly folder = mkdtempSync(join(tmpdir(), 'holdfast-recording-'));
  readonly clock = new ManualClock();
  readonly problems: unknown[] = [];
  readonly #settings: RecordingSettings;
  readonly #capacity: number | undefined;
  #life = 0;
  #open: { state: State; store: SqliteStore; recorder: Recorder };
  /** What every write of the store is answered with, in place of being done. */
  refuse: Error | undefined;

  constructor(settings: RecordingSettings, capacity?: number) {
    this.#settings = settings;
    this.#capacity = capacity;
    this.#open = this.#start(settings);
  }

  get recorder(): Recorder {
    return this.#open.recorder;
  }

  get store(): SqliteStore {
    return this.#open.store;
  }

  /** Records, and lets the commits happen. @returns whether anything of it was kept; rejects as the recorder does. */
  async record(...samples: Sample[]): Promise<boolean> {
    const recorded = this.recorder.record(samples);
    recorded.catch(() => undefined);
    await this.settle();
    return recorded;
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) {
      this.clock.advance(2);
      await setImmediate();
    }
  }

  /** Time passes without a message. */
  async wait(seconds: number): Promise<void> {
    this.clock.advance(seconds * 1000);
    await this.settle();
  }

  /** The stored values of a metric: seconds and value. */
  stored(metric = 'm', device = 'a'): unknown[] {
    return this.store.range({ device, metric, from: -1e15, to: 1e15 }).map(({ ts, value }) => [ts / 1000, value]);
  }

  /** Dies here, and starts again from what was on disk. */
  kill(settings = this.#settings): void {
    const { state, store } = this.#open;
    const before = this.#path('');
    this.#life += 1;
    for (const name of ['state.sqlite', 'state.sqlite-wal', 'store.sqlite', 'store.sqlite-wal']) if (existsSync(before + name)) copyFileSync(before + name, this.#path(name));
    state.close();
    store.close();
    this.#open = this.#start(settings);
  }

  remove(): void {
    this.#open.state.close();
    this.#open.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #path(name: string): string {
    return join(this.folder, `${this.#life}-${name}`);
  }

  #start(settings: RecordingSettings): { state: State; store: SqliteStore; recorder: Recorder } {
    const { clock } = this;
    const problem = (error: unknown): void => void this.problems.push(error);
    const state = new State(this.#path('state.sqlite'), clock);
    const store = new SqliteStore({ path: this.#path('store.sqlite'), clock });
    const records = new DeviceStates<DeviceRecord>({
      state, clock, node: 'n', problem, restore: (snapshot) => new DeviceRecord(settings, snapshot), snapshot: (record) => record.snapshot(), ...(this.#capacity !== undefined && { capacity: this.#capacity }),
    });
    const write = (samples: readonly Sample[]): Promise<void> =>
      this.refuse ? Promise.reject(this.refuse) : new Promise((resolve, reject) => store.write(samples, (error) => (error ? reject(error) : resolve())));
    return { state, store, recorder: new Recorder({ settings, records, write, clock, problem }) };
  }
}
