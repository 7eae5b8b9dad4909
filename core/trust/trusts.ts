import type { Clock } from '../clock/clock.ts';
import type { CorrectedReading } from '../quality/device-quality.ts';
import type { Sample, Trust } from '../sample/sample.ts';
import { DeviceStates } from '../state/device-states.ts';
import type { State } from '../state/state.ts';
import type { Store } from '../store/store.ts';
import { DeviceTrust } from './device-trust.ts';

export interface TrustsOptions {
  state: State;
  store: Pick<Store, 'write'>;
  clock: Clock;
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
}

/** Under this name, which no node can have, trust stands in the state of the backend. */
const STATE_NODE = 'trust';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** How old, by event time, what a message says of its device may be: to add up every window for every sample would take longer than judging it. */
const FRESH = 10_000;
/** Snapshots are large beside what changes in them: so often, by event time, one is written. What a crash takes back is at most this. */
const SAVED_EVERY = 5 * MINUTE;

interface Entry {
  readonly trust: DeviceTrust;
  told: Trust | undefined;
  toldAt: number;
  savedAt: number;
  /** The hour of the last score in the store. */
  storedHour: number | undefined;
}

/** How far each device of a backend can be trusted: in its samples, for whoever asks, and once an hour in the store. */
export class Trusts {
  readonly #options: TrustsOptions;
  readonly #states: DeviceStates<Entry>;

  constructor(options: TrustsOptions) {
    this.#options = options;
    const { state, clock, problem } = options;
    this.#states = new DeviceStates<Entry>({ state, clock, node: STATE_NODE, problem, restore: entryOf, snapshot: ({ trust, storedHour }) => ({ trust: trust.snapshot(), storedHour }) });
  }

  /**
   * Counts a sample that quality tests have judged.
   *
   * @param corrected former readings of the device that are known to be worse or better since.
   * @returns how far its device can be trusted by now; not to be changed.
   */
  judged(sample: Sample, corrected: readonly CorrectedReading[] = []): Trust | undefined {
    const entry = this.#states.get(sample.device);
    for (const reading of corrected) entry.trust.corrected(reading);
    entry.trust.judged(sample);
    this.#note(sample, entry);
    const { last } = entry.trust;
    if (last !== undefined && (entry.told === undefined || Math.abs(last - entry.toldAt) >= FRESH)) {
      entry.told = entry.trust.at(sample.received);
      entry.toldAt = last;
    }
    return entry.told;
  }

  /** Counts a sample that was checked against its contract. */
  checked(sample: Sample, isBroken: boolean): void {
    const entry = this.#states.get(sample.device);
    entry.trust.checked(sample, isBroken);
    this.#note(sample, entry);
  }

  /** How far a device can be trusted now; undefined when it was never heard. */
  of(device: string): Trust | undefined {
    return this.#states.peek(device).trust.at(this.#options.clock.now());
  }

  /** Hands over what is not kept yet, before the state is closed. */
  close(): void {
    this.#states.flushAll().catch(this.#options.problem);
  }

  #note(sample: Sample, entry: Entry): void {
    const { last } = entry.trust;
    if (last === undefined) return;
    if (Math.abs(last - entry.savedAt) < SAVED_EVERY) this.#states.touched(sample.device);
    else {
      entry.savedAt = last;
      this.#states.changed(sample.device);
    }
    const hour = Math.floor(last / HOUR);
    if (entry.storedHour === hour) return;
    const former = entry.storedHour;
    entry.storedHour = hour;
    if (former !== undefined && hour > former) this.#store(sample, hour * HOUR, entry.trust.at(sample.received));
  }

  #store({ device, received }: Sample, ts: number, trust: Trust | undefined): void {
    if (!trust) return;
    const values = { 'trust.hour': trust.hour.score, 'trust.day': trust.day.score, 'trust.week': trust.week.score };
    const metrics = Object.fromEntries(Object.keys(values).map((metric) => [metric, { q: 1 as const }]));
    this.#options.store.write([{ id: `${device}/trust-${ts}`, device, ts, received, tsSource: 'server', src: { via: 'flow' }, values, metrics }], (error) => error && this.#options.problem(error));
  }
}

function entryOf(snapshot: unknown): Entry {
  const { trust, storedHour }: { trust?: unknown; storedHour?: unknown } = typeof snapshot === 'object' && snapshot !== null ? snapshot : {};
  return { trust: new DeviceTrust(trust), told: undefined, toldAt: 0, savedAt: -Infinity, storedHour: typeof storedHour === 'number' ? storedHour : undefined };
}
