import { ManualClock } from '../../../../core/clock/manual-clock.ts';
import { DetectionEngine } from '../../../../core/anomaly/device/detection-engine.ts';
import type { DetectionSettings } from '../../../../core/anomaly/device/detection-settings.ts';
import { DeviceDetectors } from '../../../../core/anomaly/device/device-detectors.ts';
import type { JudgedSample } from '../../../../core/anomaly/device/device-detectors.ts';
import type { Peers } from '../../../../core/anomaly/device/device-plan.ts';
import type { Sample, Values } from '../../../../core/sample/sample.ts';
import { gaussian } from '../random.ts';

export const START = Date.UTC(2026, 0, 5, 12);
export const MINUTE = 60_000;

export function sample(device: string, minute: number, values: Values, more: Partial<Sample> = {}): Sample {
  const ts = START + Math.round(minute * MINUTE);
  return { id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values, ...more };
}

/** An engine with states as a node keeps them, in memory: `restart` puts all to disk and back. */
export class Fleet {
  readonly problems: unknown[] = [];
  readonly writes: string[] = [];
  readonly clock = new ManualClock(START);
  engine: DetectionEngine;
  readonly #settings: DetectionSettings;
  readonly #peers: Peers | undefined;
  readonly #values = new Map<string, DeviceDetectors>();
  readonly #disk = new Map<string, string>();

  constructor(settings: DetectionSettings = {}, peers?: Peers) {
    this.#settings = settings;
    this.#peers = peers;
    this.engine = this.#start();
  }

  /** @param settings in place of those before. @param spoil what becomes of a snapshot on the way. */
  restart(settings = this.#settings, spoil: (snapshot: string) => string = (snapshot) => snapshot): void {
    for (const [device, one] of this.#values) this.#disk.set(device, spoil(JSON.stringify(one.snapshot())));
    this.#values.clear();
    this.engine = this.#start(settings);
  }

  /** A device leaves memory, and is not on disk yet. */
  leave(device: string): void {
    const value = this.#values.get(device);
    if (value) this.engine.left(value);
  }

  /** A device leaves memory, as when too many others are heard. */
  evict(device: string): void {
    const value = this.#values.get(device);
    if (!value) return;
    this.engine.left(value);
    this.#disk.set(device, JSON.stringify(value.snapshot()));
    this.#values.delete(device);
  }

  snapshot(device: string): string {
    return JSON.stringify(this.#get(device).snapshot());
  }

  judge(one: Sample): JudgedSample {
    return this.engine.judge(one);
  }

  /** Judges what is usual: each metric with its own seeded noise around 20, one sample a minute. */
  learn(device: string, metrics: readonly string[], count: number, from = 0, seed = 1): JudgedSample[] {
    const noises = metrics.map((_, index) => gaussian(seed * 1000 + index));
    return Array.from({ length: count }, (_, index) => this.judge(sample(device, from + index, Object.fromEntries(metrics.map((metric, place) => [metric, 20 + (noises[place]?.() ?? 0)])))));
  }

  #start(settings = this.#settings): DetectionEngine {
    const written = (device: string): void => void this.writes.push(device);
    return new DetectionEngine({
      settings, clock: this.clock, problem: (error) => this.problems.push(error), ...(this.#peers && { peers: this.#peers }),
      states: {
        get: (device) => this.#get(device), peek: (device) => this.#values.get(device) ?? this.#restored(device), changed: written, touched: () => undefined,
        commit: async (device) => written(device), flushAll: async () => undefined,
      },
    });
  }

  #get(device: string): DeviceDetectors {
    const value = this.#values.get(device) ?? this.#restored(device);
    this.#values.set(device, value);
    return value;
  }

  #restored(device: string): DeviceDetectors {
    const kept = this.#disk.get(device);
    return new DeviceDetectors(kept === undefined ? undefined : JSON.parse(kept));
  }
}
