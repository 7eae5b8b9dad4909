import type { Clock, Timer } from '../clock/clock.ts';
import type { Inbox } from '../inbox/inbox.ts';
import { Congestion } from '../overload/congestion.ts';
import { DeviceLimits } from '../overload/device-limits.ts';
import { DeviceQuarantine } from '../overload/device-quarantine.ts';
import { FairShare } from '../overload/fair-share.ts';
import type { Limits } from '../overload/limits.ts';
import type { Profiles } from '../profile/profiles.ts';
import type { Registry } from '../registry/registry.ts';
import type { State } from '../state/state.ts';
import { ReceptionTimes } from './reception-times.ts';
import type { Refusal } from './refusal.ts';

/** How much the inbox may hold before it refuses. */
export interface InboxBounds {
  /** Bytes of records that have not settled, each as `weightOf` (core/inbox/record.ts) has it. */
  maximumBytes: number;
  /** Age of the oldest record of a source that has not settled, in milliseconds; 0: it may be of whatever age. */
  maximumAge: number;
}

export const INBOX_BOUNDS: InboxBounds = { maximumBytes: 1024 ** 3, maximumAge: 0 };

/** Under this name, which no node can have, the devices in quarantine stand in the state of the backend. */
const STATE_NODE = 'device-quarantine';
/** Small enough that the list of them is written at once. */
const DEVICES_IN_QUARANTINE = 10_000;
const QUARANTINE_SAVED_EVERY = 1_000;
const AGE_LOOKED_AT_EVERY = 1_000;
const FULL_RETRY = 5_000;
const SHARE_RETRY = 1_000;

export interface ReceptionOptions {
  inbox: Inbox;
  registry: Pick<Registry, 'find'>;
  profiles: Profiles;
  clock: Clock;
  /** Which share of the time this thread was busy since the last call, from 0 to 1. */
  utilization: () => number;
  state: Pick<State, 'load' | 'save'>;
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
}

/** What all doors of one backend share: a device that comes by two protocols has one limit, and one row of times. */
export class Reception {
  readonly inbox: Inbox;
  readonly registry: Pick<Registry, 'find'>;
  readonly profiles: Profiles;
  readonly clock: Clock;
  readonly times: ReceptionTimes;
  readonly limits: DeviceLimits;
  readonly quarantine: DeviceQuarantine;
  readonly congestion: Congestion;
  bounds: InboxBounds = INBOX_BOUNDS;
  readonly #share = new FairShare();
  readonly #ages = new Map<string, { lookedAt: number; oldest: number | undefined }>();

  /** Told of what went wrong where nobody waits for an answer. */
  readonly problem: (error: unknown) => void;
  readonly #state: ReceptionOptions['state'];
  #saving: Timer | undefined;
  #unsaved = false;

  constructor({ inbox, registry, profiles, clock, utilization, state, problem }: ReceptionOptions) {
    this.#state = state;
    this.problem = problem;
    this.inbox = inbox;
    this.registry = registry;
    this.profiles = profiles;
    this.clock = clock;
    this.times = new ReceptionTimes(clock, inbox.received);
    this.limits = new DeviceLimits(clock);
    this.quarantine = new DeviceQuarantine(clock, { maximumDevices: DEVICES_IN_QUARANTINE });
    this.congestion = new Congestion({ clock, utilization, backlog: () => inbox.ledger.inFlight, settled: () => inbox.ledger.settledCount, problem });
    this.#restoreQuarantine();
  }

  /** Takes nothing of a device for now but what is put into quarantine with it; kept over restarts. */
  putInQuarantine(device: string, reason: string): void {
    this.quarantine.put(device, reason);
    this.#quarantineChanged();
  }

  /** @returns whether the device was in quarantine. */
  release(device: string): boolean {
    const released = this.quarantine.release(device);
    if (released) this.#quarantineChanged();
    return released;
  }

  /** Before the backend closes its files: nobody is kept waiting any more, and the devices in quarantine are noted. */
  close(): void {
    this.congestion.close();
    this.#saving?.cancel();
    this.#saveQuarantine();
    this.#saving?.cancel();
  }

  /** The limits of a device: its profile's where that has some, else `preset`. */
  limitsOf(device: string, preset: Limits): Limits {
    const profile = this.registry.find(device)?.profile;
    return (profile === undefined || profile === '' ? undefined : this.profiles.of(profile)?.limits) ?? preset;
  }

  /** Why the inbox takes no record of so many `bytes` more from a device that holds `held` of it; undefined when it does. */
  full(channel: string, held: number, bytes: number): Refusal | undefined {
    const { maximumBytes, maximumAge } = this.bounds;
    const used = this.inbox.ledger.inFlightBytes;
    if (used + bytes > maximumBytes) {
      return { reason: 'inbox-full', message: `The inbox holds ${used} bytes, which is its bound: the flow does not keep up, or stands still. Send again later.`, retryAfter: FULL_RETRY };
    }
    if (!this.#share.admits(held, used, maximumBytes)) {
      return { reason: 'fair-share', message: 'The inbox is filling, and this device holds more than its share of it. Send again later, and less.', retryAfter: SHARE_RETRY };
    }
    const oldest = maximumAge === 0 ? undefined : this.#oldest(channel);
    if (oldest === undefined || this.clock.now() - oldest <= maximumAge) return undefined;
    return { reason: 'inbox-full', message: `The oldest message in the inbox came at ${new Date(oldest).toISOString()} and has not been handled yet, which is longer than allowed: the flow stands still. Send again later.`, retryAfter: FULL_RETRY };
  }

  #restoreQuarantine(): void {
    try {
      const snapshot = this.#state.load(STATE_NODE, '');
      if (snapshot !== undefined) this.quarantine.restore(snapshot);
    } catch (error) {
      this.problem(error);
    }
  }

  /** At once the first time, and then once in a while: the whole list is written, and thousands may be put there at the same time. */
  #quarantineChanged(): void {
    this.#unsaved = true;
    if (!this.#saving) this.#saveQuarantine();
  }

  #saveQuarantine(): void {
    this.#saving = undefined;
    if (!this.#unsaved) return;
    this.#unsaved = false;
    this.#saving = this.clock.setTimeout(() => this.#saveQuarantine(), QUARANTINE_SAVED_EVERY);
    this.#state.save(STATE_NODE, [['', this.quarantine.snapshot()]]).catch(this.problem);
  }

  #oldest(channel: string): number | undefined {
    const now = this.clock.now();
    const known = this.#ages.get(channel);
    if (known && now - known.lookedAt < AGE_LOOKED_AT_EVERY && now >= known.lookedAt) return known.oldest;
    let oldest: number | undefined;
    try {
      oldest = this.inbox.oldest(channel);
    } catch (error) {
      // What cannot be read is not known to be old.
      this.problem(error);
    }
    this.#ages.set(channel, { lookedAt: now, oldest });
    return oldest;
  }
}
