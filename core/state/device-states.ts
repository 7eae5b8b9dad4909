import type { Clock, Timer } from '../clock/clock.ts';
import { beginSlice } from '../clock/slice.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { State } from './state.ts';

/** The disk has refused for so long that a device's latest state had to go from memory. Code `HOLDFAST_STATE_LOST`. */
export class StateLostError extends HoldfastError {
  constructor(device: string) {
    super('HOLDFAST_STATE_LOST', `What was learned of ${device} since the disk began to refuse is lost: too many devices wait to be written. Make room on the disk.`);
  }
}

export interface DeviceStatesOptions<Value> {
  state: State;
  clock: Clock;
  /** The id of the node the states belong to. */
  node: string;
  /** A new device's state, or the one that goes on from a snapshot. Throws when the snapshot is unusable. */
  restore: (snapshot: unknown) => Value;
  /** Plain JSON. */
  snapshot: (value: Value) => unknown;
  /** At most this many devices in memory; the one unused for longest waits on disk. */
  capacity?: number;
  /** Told of a state that leaves memory: it waits on disk, or is given back by `get` while it is on its way there. */
  left?: (value: Value) => void;
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
}

const CAPACITY = 10_000;
const SAVE_INTERVAL = 1_000;
/** Milliseconds of work on snapshots before everything else has its turn. */
const SLICE = 8;
/** After a round comes a pause of so many times as long: large states are written less often, in place of taking the whole machine. */
const PAUSE = 20;
const LONGEST_PAUSE = 60_000;
const DISK_RETRY_DELAY = 5_000;

/**
 * The states of one node, one a device: loaded when the device is first heard, kept in memory while it is active, written
 * behind once a second, or less often when that takes long. Memory is bounded by `capacity`, whatever the number of devices.
 */
export class DeviceStates<Value> {
  readonly #options: DeviceStatesOptions<Value>;
  readonly #capacity: number;
  readonly #values = new Map<string, Value>();
  readonly #changed = new Set<string>();
  /** Changed, and in no hurry. */
  readonly #touched = new Set<string>();
  /** Evicted, and not on disk yet. */
  readonly #leaving = new Map<string, Value>();
  /** Whether the disk refused the last time. */
  #refused = false;
  #timer: Timer | undefined;
  #isWriting = false;
  /** How long a change waits for the next round. */
  #pause = SAVE_INTERVAL;

  constructor(options: DeviceStatesOptions<Value>) {
    this.#options = options;
    this.#capacity = options.capacity ?? CAPACITY;
  }

  /** The devices that have a state on disk. */
  known(): string[] {
    return this.#options.state.devices(this.#options.node);
  }

  /** The state of a device, to be changed in place; say `changed` before another device is asked for. */
  get(device: string): Value {
    const known = this.#values.get(device);
    if (known !== undefined) return known;
    const value = this.#leaving.get(device) ?? this.#restore(device);
    this.#values.set(device, value);
    if (this.#leaving.delete(device)) this.changed(device);
    this.#evict();
    return value;
  }

  /** The state of a device as it is, for a look: it takes no room in memory, and nothing in it is to be changed. */
  peek(device: string): Value {
    return this.#values.get(device) ?? this.#leaving.get(device) ?? this.#restore(device);
  }

  /** The state is to be written with the next round. */
  changed(device: string): void {
    this.#touched.delete(device);
    this.#changed.add(device);
    this.#flushIn(this.#pause);
  }

  /** The state is to be written before it leaves memory, by `flushAll` or with the next `changed`: for states that change all the time and may lose a little to a crash. */
  touched(device: string): void {
    this.#touched.add(device);
  }

  /** Writes one device's state now; resolves when it is on disk. */
  async commit(device: string): Promise<void> {
    const value = this.#values.get(device) ?? this.#leaving.get(device);
    if (value === undefined) return;
    // Before the save, not after it: a change that comes while the disk works is to be written too.
    this.#changed.delete(device);
    await this.#save([[device, value]]);
  }

  /** Writes what has changed; resolves when it is on disk. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    const states = [...this.#leaving];
    for (const device of this.#changed) {
      const value = this.#values.get(device);
      if (value !== undefined) states.push([device, value]);
    }
    this.#changed.clear();
    if (states.length > 0) await this.#save(states);
  }

  /** Writes what was touched as well. */
  flushAll(): Promise<void> {
    for (const device of this.#touched) this.changed(device);
    return this.flush();
  }

  /** What could not be saved is tried again a little later; the error is thrown all the same. */
  async #save(states: ReadonlyArray<readonly [string, Value]>): Promise<void> {
    const { state, node, snapshot } = this.#options;
    try {
      await state.save(node, states.map(([device, value]) => [device, snapshot(value)]));
      this.#refused = false;
    } catch (error) {
      this.#refused = true;
      for (const [device] of states) if (this.#values.has(device)) this.#changed.add(device);
      this.#flushIn(DISK_RETRY_DELAY);
      throw error;
    }
    for (const [device, value] of states) if (this.#leaving.get(device) === value) this.#leaving.delete(device);
  }

  #flushIn(milliseconds: number): void {
    if (this.#isWriting) return;
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.#writeRound().catch(this.#options.problem);
    }, milliseconds);
  }

  /** Writes what has changed by now, a few devices at a time. */
  async #writeRound(): Promise<void> {
    const { clock } = this.#options;
    const changed = [...this.#changed];
    let place = 0;
    let worked = 0;
    this.#isWriting = true;
    try {
      do {
        const began = clock.now();
        const isOver = beginSlice(clock, SLICE);
        const saves = place === 0 && this.#leaving.size > 0 ? [this.#save([...this.#leaving])] : [];
        for (; place < changed.length && (saves.length === 0 || !isOver()); place += 1) {
          const device = changed[place] ?? '';
          const value = this.#values.get(device);
          // What was written or evicted meanwhile is no longer among the changed ones.
          if (this.#changed.delete(device) && value !== undefined) saves.push(this.#save([[device, value]]));
        }
        worked += clock.now() - began;
        await Promise.all(saves);
      } while (place < changed.length);
    } finally {
      this.#isWriting = false;
      this.#pause = Math.min(Math.max(SAVE_INTERVAL, PAUSE * worked), LONGEST_PAUSE);
      if (this.#refused) this.#flushIn(DISK_RETRY_DELAY);
      else if (this.#changed.size > 0) this.#flushIn(this.#pause);
    }
  }

  #restore(device: string): Value {
    const { state, node, restore, problem } = this.#options;
    try {
      return restore(state.load(node, device));
    } catch (error) {
      problem(error);
      return restore(undefined);
    }
  }

  /** Map keeps the order of insertion, which is near enough to the order of use: a device evicted too early is one read away. */
  #evict(): void {
    if (this.#values.size <= this.#capacity) return;
    const oldest = this.#values.entries().next().value;
    if (!oldest) return;
    const [device, value] = oldest;
    this.#values.delete(device);
    this.#options.left?.(value);
    const wasTouched = this.#touched.delete(device);
    if (!this.#changed.delete(device) && !wasTouched) return;
    this.#leaving.set(device, value);
    this.#boundLeaving();
    this.#save([[device, value]]).catch(this.#options.problem);
  }

  /** Only a disk that refuses for long lets so many wait; then the oldest is given up, out loud. */
  #boundLeaving(): void {
    if (!this.#refused || this.#leaving.size <= this.#capacity) return;
    const oldest = this.#leaving.keys().next().value;
    if (oldest === undefined) return;
    this.#leaving.delete(oldest);
    this.#options.problem(new StateLostError(oldest));
  }
}
