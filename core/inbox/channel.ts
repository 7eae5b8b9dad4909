import type { Clock, Timer } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { isDiskAtFault } from '../sqlite/storage-error.ts';
import { Backlog } from './backlog.ts';
import type { BacklogDisk } from './backlog.ts';
import type { Flight, InboxEntry } from './entry.ts';
import type { StoredBatch } from './inbox-log.ts';
import type { Outcome } from './outcomes.ts';
import type { Refused } from '../quarantine/quarantine-table.ts';

export type { InboxEntry } from './entry.ts';

export interface ChannelOptions {
  /** At most this many records are in the flow at a time. */
  window: number;
  /** At most this many records are handed over in one call. */
  deliverAtMost: number;
  /** A record that has not settled for this long counts as failed, in milliseconds; 0: never. */
  settleTimeout: number;
  /** Takes records into the flow; each is answered with settle, fail or interrupt. */
  deliver: (entries: InboxEntry[]) => void;
  /** Told of an entry that has not settled in time: an answer to it is no longer heard. */
  gaveUp?: (entry: InboxEntry) => void;
}

/** What a channel needs of the inbox it belongs to. */
export interface ChannelDisk extends BacklogDisk {
  quarantine(refused: Omit<Refused, 'channel'>, committed: (error?: Error) => void): void;
  problem(error: unknown): void;
}

export const ATTEMPTS = 3;
const RETRY_DELAY = 1_000;
const DISK_RETRY_DELAY = 5_000;
const SWEEP_INTERVAL = 1_000;
const BYTES_IN_FLIGHT = 32 * 1024 * 1024;
/** So many windows of records wait in memory, so that the disk is not read while the flow keeps up. */
const WINDOWS_LOADED = 4;

/**
 * The way of one source's records into the flow: never more than a window of them unsettled, the rest waits in the
 * backlog; what fails is delivered again after a pause, and after three tries goes to quarantine as `dead-letter`.
 */
export class Channel {
  readonly #disk: ChannelDisk;
  readonly #clock: Clock;
  readonly #backlog: Backlog;
  #options: ChannelOptions | undefined;
  readonly #flights = new Set<Flight>();
  #retries: Flight[] = [];
  /** Out of the flow and not settled: in a pause before the next try, or on the way to quarantine. */
  #waiting = 0;
  #quarantined = 0;
  /** Payloads of what has been taken from the backlog and has not settled. */
  #bytes = 0;
  /** The record that goes through the flow alone, until it has settled. */
  #suspect: number | undefined;
  #pumping = false;
  #paused = false;
  #closed = false;
  #sweep: Timer | undefined;

  constructor(disk: ChannelDisk, clock: Clock) {
    this.#disk = disk;
    this.#clock = clock;
    this.#backlog = new Backlog(disk);
  }

  /** Begins to deliver. There is one consumer at a time: the newest. */
  attach(options: ChannelOptions): void {
    this.#options = options;
    if (this.#flights.size > 0) this.#watch();
    this.#schedule();
  }

  /** Stops delivering to this consumer; what is in the flow may still settle. */
  detach(options: ChannelOptions): void {
    if (this.#options === options) this.#options = undefined;
  }

  /** While a deploy is under way nothing is delivered: what is sent to a stopped node is lost without a word. */
  set paused(paused: boolean) {
    this.#paused = paused;
    if (!paused) this.#schedule();
  }

  /** How many records may be in the flow at a time; undefined while there is nobody to deliver to. */
  get window(): number | undefined {
    return this.#options?.window;
  }

  /** How many records have gone to quarantine since the inbox was opened. */
  get quarantined(): number {
    return this.#quarantined;
  }

  /** How many records are in the flow. */
  get inFlight(): number {
    return this.#flights.size;
  }

  /** How many records wait in memory for the flow. */
  get loaded(): number {
    return this.#backlog.loaded;
  }

  /** How many records that are committed now would enter the flow at once. */
  get room(): number {
    if (!this.#options || this.#paused || this.#suspect !== undefined || this.#retries.length > 0 || !this.#backlog.empty) return 0;
    return Math.max(0, this.#options.window - this.#flights.size - this.#waiting);
  }

  /** Batches that are partly settled or in the flow. */
  get open(): Iterable<StoredBatch> {
    return this.#backlog.open;
  }

  /** Takes a batch that has just been committed. */
  offer(batch: StoredBatch): void {
    this.#backlog.offer(batch, WINDOWS_LOADED * (this.#options?.window ?? 0));
    this.#schedule();
  }

  /** Every node the record reached is done with it. */
  settle(entry: InboxEntry, outcome: Outcome = 'handled'): void {
    const flight = this.#land(entry);
    if (!flight) return;
    if (outcome === 'quarantined') this.#quarantined += 1;
    this.#finish(flight, outcome);
  }

  /** A node failed with the record: again after a pause, or to quarantine. A disk that failed is not held against the record. */
  fail(entry: InboxEntry, error: unknown): void {
    const flight = this.#land(entry);
    if (!flight) return;
    if (isDiskAtFault(error)) return this.#again(flight, DISK_RETRY_DELAY);
    const failures = flight.failures + 1;
    if (failures >= ATTEMPTS) this.#quarantine(flight, 'dead-letter', `It failed ${failures} times, the last time with: ${messageOf(error)}`);
    else this.#again({ ...flight, failures }, RETRY_DELAY * failures);
  }

  /** The record cannot be made into a sample: to quarantine, with the reason. */
  refuse(entry: InboxEntry, reason: string, detail: string): void {
    const flight = this.#land(entry);
    if (flight) this.#quarantine(flight, reason, detail);
  }

  /** A deploy took the record out of the flow: again, and not held against it. */
  interrupt(entry: InboxEntry): void {
    const flight = this.#land(entry);
    if (flight) this.#again(flight, 0);
  }

  /** Stops for good: what is in the flow stays on disk, unsettled. */
  close(): void {
    this.#closed = true;
    this.#options = undefined;
    this.#sweep?.cancel();
    this.#flights.clear();
    this.#retries = [];
  }

  #again(flight: Flight, delay: number): void {
    this.#waiting += 1;
    const retry = (): void => {
      this.#waiting -= 1;
      this.#retries.push(flight);
      this.#schedule();
    };
    if (delay === 0) retry();
    else this.#clock.setTimeout(retry, delay);
  }

  #quarantine(flight: Flight, reason: string, detail: string): void {
    this.#waiting += 1;
    this.#disk.quarantine({ position: flight.position, record: flight.record, reason, detail }, (error) => {
      if (error === undefined) {
        this.#quarantined += 1;
        this.#waiting -= 1;
        return this.#finish(flight, 'quarantined');
      }
      this.#disk.problem(error);
      this.#clock.setTimeout(() => {
        this.#waiting -= 1;
        this.#quarantine(flight, reason, detail);
      }, DISK_RETRY_DELAY);
    });
  }

  #finish(flight: Flight, outcome: Outcome): void {
    this.#bytes -= flight.record.payload.length;
    this.#backlog.settle(flight, outcome);
    if (flight.position === this.#suspect) this.#acquit(flight);
    this.#schedule();
  }

  #acquit(flight: Flight): void {
    this.#suspect = undefined;
    try {
      this.#backlog.acquit(flight);
    } catch (error) {
      this.#disk.problem(error);
    }
  }

  #land(entry: InboxEntry): Flight | undefined {
    const flight = entry as Flight;
    return this.#flights.delete(flight) ? flight : undefined;
  }

  /** A turn later, so that acknowledgements go out before deliveries and many settlements make one delivery. */
  #schedule(): void {
    if (this.#pumping || this.#closed) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      try {
        this.#pump();
      } catch (error) {
        this.#disk.problem(error);
        this.#clock.setTimeout(() => this.#schedule(), DISK_RETRY_DELAY);
      }
    });
  }

  #pump(): void {
    for (;;) {
      const options = this.#options;
      if (!options || this.#paused) return;
      const room = options.window - this.#flights.size - this.#waiting;
      if (room <= 0) return;
      const flights = this.#take(Math.min(room, options.deliverAtMost));
      if (flights.length === 0) return;
      for (const flight of flights) this.#flights.add(flight);
      this.#watch();
      try {
        options.deliver(flights);
      } catch (error) {
        this.#disk.problem(error);
        for (const flight of flights) this.fail(flight, error);
      }
    }
  }

  #take(limit: number): Flight[] {
    const since = this.#clock.now();
    if (this.#retries.length > 0) return this.#retries.splice(0, limit).map((flight) => ({ ...flight, since }));
    if (this.#suspect !== undefined || this.#bytes >= BYTES_IN_FLIGHT) return [];
    const flights = this.#backlog.suspectIsNext() ? this.#takeSuspect(since) : this.#backlog.take(limit, BYTES_IN_FLIGHT - this.#bytes, since);
    for (const { record } of flights) this.#bytes += record.payload.length;
    return flights;
  }

  #takeSuspect(since: number): Flight[] {
    if (this.#flights.size + this.#waiting > 0) return [];
    const flights = this.#backlog.takeSuspect(since);
    this.#suspect = flights[0]?.position;
    return flights;
  }

  #watch(): void {
    const timeout = this.#options?.settleTimeout ?? 0;
    if (this.#sweep || timeout === 0) return;
    this.#sweep = this.#clock.setTimeout(() => {
      this.#sweep = undefined;
      const deadline = this.#clock.now() - timeout;
      for (const flight of this.#flights) {
        if (flight.since > deadline) break;
        this.#options?.gaveUp?.(flight);
        this.fail(flight, new Error(`it had not settled after ${timeout / 1000} seconds: a node on its way never said done`));
      }
      if (this.#flights.size > 0) this.#watch();
    }, SWEEP_INTERVAL);
  }
}
