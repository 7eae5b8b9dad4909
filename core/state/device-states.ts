import type { Clock, Timer } from '../clock/clock.ts';
import type { State } from './state.ts';

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
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
}

const CAPACITY = 10_000;
const SAVE_INTERVAL = 1_000;

/**
 * The states of one node, one a device: loaded when the device is first heard, kept in memory while it is active, written
 * behind once a second. Memory is bounded by `capacity`, whatever the number of devices.
 */
export class DeviceStates<Value> {
  readonly #options: DeviceStatesOptions<Value>;
  readonly #values = new Map<string, Value>();
  readonly #changed = new Set<string>();
  #timer: Timer | undefined;

  constructor(options: DeviceStatesOptions<Value>) {
    this.#options = options;
  }

  /** The state of a device, to be changed in place; say `changed` afterwards. */
  get(device: string): Value {
    const known = this.#values.get(device);
    if (known !== undefined) return known;
    const value = this.#restore(device);
    this.#values.set(device, value);
    this.#evict();
    return value;
  }

  set(device: string, value: Value): void {
    this.#values.set(device, value);
    this.changed(device);
    this.#evict();
  }

  /** The state is to be written with the next round. */
  changed(device: string): void {
    this.#changed.add(device);
    this.#timer ??= this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch(this.#options.problem);
    }, SAVE_INTERVAL);
  }

  /** Writes one device's state now; resolves when it is on disk. */
  async commit(device: string): Promise<void> {
    const value = this.#values.get(device);
    if (value === undefined) return;
    await this.#options.state.save(this.#options.node, [[device, this.#options.snapshot(value)]]);
    this.#changed.delete(device);
  }

  /** Writes what has changed; resolves when it is on disk. */
  async flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#changed.size === 0) return;
    const devices = [...this.#changed];
    this.#changed.clear();
    try {
      await this.#options.state.save(this.#options.node, this.#snapshots(devices));
    } catch (error) {
      for (const device of devices) this.#changed.add(device);
      throw error;
    }
  }

  *#snapshots(devices: Iterable<string>): Generator<[string, unknown]> {
    for (const device of devices) {
      const value = this.#values.get(device);
      if (value !== undefined) yield [device, this.#options.snapshot(value)];
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
    const { capacity = CAPACITY, state, node, snapshot, problem } = this.#options;
    if (this.#values.size <= capacity) return;
    const oldest = this.#values.entries().next().value;
    if (!oldest) return;
    const [device, value] = oldest;
    this.#values.delete(device);
    if (this.#changed.delete(device)) state.save(node, [[device, snapshot(value)]]).catch(problem);
  }
}
