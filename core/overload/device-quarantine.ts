import type { Clock } from '../clock/clock.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';

/** A device of which nothing is taken for now. Times are milliseconds since the epoch, UTC. */
export interface QuarantinedDevice {
  device: string;
  /** A sentence for the operator. */
  reason: string;
  since: number;
  /** When it ends by itself; absent: only a person ends it. */
  until?: number;
  /** How many of its messages were kept out. */
  refused: number;
}

export interface DeviceQuarantineOptions {
  /** How long it lasts, in milliseconds; 0: until a person ends it. */
  duration?: number;
  /** Beyond that, the device that has been in it for longest is let go. */
  maximumDevices?: number;
}

/** What was written of the devices in quarantine cannot be read. Code `HOLDFAST_QUARANTINE_SNAPSHOT`. */
export class QuarantineSnapshotError extends HoldfastError {
  constructor(what: string) {
    super('HOLDFAST_QUARANTINE_SNAPSHOT', `The list of devices in quarantine cannot be read: ${what}. No device is in quarantine now; those over their limits will be put there again.`);
  }
}

const DURATION = 600_000;
const MAXIMUM_DEVICES = 100_000;

/** Devices that were over their limit and whose policy is `quarantine`: they wait for a person, or for the time to pass. */
export class DeviceQuarantine {
  readonly #clock: Clock;
  readonly #duration: number;
  readonly #maximumDevices: number;
  /** In the order in which they were put. */
  readonly #devices = new Map<string, QuarantinedDevice>();

  constructor(clock: Clock, { duration = DURATION, maximumDevices = MAXIMUM_DEVICES }: DeviceQuarantineOptions = {}) {
    this.#clock = clock;
    this.#duration = duration;
    this.#maximumDevices = maximumDevices;
  }

  /** How many devices are in quarantine. */
  get size(): number {
    this.#endAll();
    return this.#devices.size;
  }

  /** Puts a device in quarantine; one that is there already stays as it is. */
  put(device: string, reason: string): void {
    if (this.#current(device)) return;
    if (this.#devices.size >= this.#maximumDevices) this.#endAll();
    for (const first of this.#devices.keys()) {
      if (this.#devices.size < this.#maximumDevices) break;
      this.#devices.delete(first);
    }
    const since = this.#clock.now();
    this.#devices.set(device, { device, reason, since, ...(this.#duration > 0 && { until: since + this.#duration }), refused: 0 });
  }

  /** Asked for each message of a device. @returns why and how long it is kept out, and counts it; undefined when it is not. */
  keepsOut(device: string): Readonly<QuarantinedDevice> | undefined {
    const entry = this.#current(device);
    if (entry) entry.refused += 1;
    return entry;
  }

  /** Ends the quarantine of a device. @returns whether it was in it. */
  release(device: string): boolean {
    return this.#current(device) !== undefined && this.#devices.delete(device);
  }

  /** The devices in quarantine, the longest there first. */
  list(): QuarantinedDevice[] {
    this.#endAll();
    return [...this.#devices.values()].map((entry) => ({ ...entry }));
  }

  /** Plain JSON, for `restore` after a restart. */
  snapshot(): { devices: QuarantinedDevice[] } {
    return { devices: this.list() };
  }

  /**
   * Goes on from a snapshot, in place of what was here.
   *
   * @throws QuarantineSnapshotError for anything else; then no device is in quarantine.
   */
  restore(snapshot: unknown): void {
    this.#devices.clear();
    if (!isRecord(snapshot) || !Array.isArray(snapshot['devices'])) throw new QuarantineSnapshotError('it holds no list of devices');
    const read = snapshot['devices'].map(readDevice);
    for (const entry of read.slice(-this.#maximumDevices)) this.#devices.set(entry.device, entry);
  }

  #endAll(): void {
    for (const device of this.#devices.keys()) this.#current(device);
  }

  #current(device: string): QuarantinedDevice | undefined {
    const entry = this.#devices.get(device);
    if (!entry) return undefined;
    const now = this.#clock.now();
    const ahead = entry.since - now;
    // A clock that was set back must not keep a device out for as long as it was set back.
    if (ahead > 0) {
      entry.since = now;
      if (entry.until !== undefined) entry.until -= ahead;
    }
    if (entry.until === undefined || entry.until > now) return entry;
    this.#devices.delete(device);
    return undefined;
  }
}

function readDevice(value: unknown): QuarantinedDevice {
  if (!isRecord(value)) throw new QuarantineSnapshotError('an entry is not an object');
  const { device, reason, since, until, refused } = value;
  if (typeof device !== 'string' || typeof reason !== 'string' || !isCount(since) || !isCount(refused)) throw new QuarantineSnapshotError('an entry lacks its device, reason, time or count');
  if (until !== undefined && !isCount(until)) throw new QuarantineSnapshotError('an entry ends at no time');
  return { device, reason, since, ...(until !== undefined && { until }), refused };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
