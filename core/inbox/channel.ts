import type { Clock, Timer } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import type { InboxRecord } from './record.ts';
import { countSettled, isSettled, markSettled } from './settled-bitmap.ts';
import type { Refused, StoredBatch } from './inbox-log.ts';

/** One record on its way through the flow. A redelivery is a new entry. */
export interface InboxEntry {
  readonly record: InboxRecord;
  /** Unique in this inbox and kept over restarts. */
  readonly position: number;
  /** How many times it has failed before. */
  readonly failures: number;
}

export interface ChannelOptions {
  /** At most this many records are in the flow at a time. */
  window: number;
  /** At most this many records are handed over in one call. */
  deliverAtMost: number;
  /** A record that has not settled for this long counts as failed, in milliseconds; 0: never. */
  settleTimeout: number;
  /** Takes records into the flow; each is answered with settle, fail or interrupt. */
  deliver: (entries: InboxEntry[]) => void;
}

/** What a channel needs of the inbox it belongs to. */
export interface ChannelDisk {
  read(position: number): StoredBatch | undefined;
  markDelivered(first: number): void;
  markSuspect(batch: StoredBatch, position: number | undefined): void;
  /** The batch has settled and may go from disk, at leisure. */
  forget(first: number): void;
  quarantine(refused: Refused, committed: (error?: Error) => void): void;
  problem(error: unknown): void;
}

export const ATTEMPTS = 3;
/** From this many deaths on, the records of a batch go into the flow alone: only the one that kills is to be given up. */
const DEATHS_BEFORE_ISOLATION = ATTEMPTS - 1;
const RETRY_DELAY = 1_000;
const DISK_RETRY_DELAY = 5_000;
const SWEEP_INTERVAL = 1_000;
const BYTES_IN_FLIGHT = 32 * 1024 * 1024;

interface OpenBatch extends StoredBatch {
  next: number;
  open: number;
}

interface Flight extends InboxEntry {
  readonly batch: OpenBatch;
  readonly since: number;
}

/**
 * The way of one source's records from disk into the flow: never more than a window of them unsettled, the rest waits
 * on disk; what fails is delivered again after a pause, and after three tries goes to quarantine as `dead-letter`.
 */
export class Channel {
  readonly #disk: ChannelDisk;
  readonly #clock: Clock;
  #options: ChannelOptions | undefined;
  /** Batches loaded into memory: the first may be partly delivered. */
  readonly #loaded: OpenBatch[] = [];
  #loadedRecords = 0;
  /** Where reading from disk goes on; undefined while memory holds all there is. */
  #readFrom: number | undefined = 0;
  readonly #batches = new Map<number, OpenBatch>();
  readonly #flights = new Set<Flight>();
  #retries: Flight[] = [];
  #waitingForRetry = 0;
  #bytes = 0;
  #pumping = false;
  #paused = false;
  #sweep: Timer | undefined;

  constructor(disk: ChannelDisk, clock: Clock) {
    this.#disk = disk;
    this.#clock = clock;
  }

  /** Begins to deliver. There is one consumer at a time: the newest. */
  attach(options: ChannelOptions): void {
    this.#options = options;
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

  /** How many records are in the flow. */
  get inFlight(): number {
    return this.#flights.size;
  }

  /** Whether a batch that is committed now would enter the flow at once. */
  get hasRoom(): boolean {
    return this.#options !== undefined && !this.#paused && this.#readFrom === undefined && this.#loaded.length === 0 && this.#flights.size < this.#options.window;
  }

  /** Batches that are partly settled or in the flow. */
  get open(): Iterable<StoredBatch> {
    return this.#batches.values();
  }

  /** Takes a batch that has just been committed. */
  offer(batch: StoredBatch): void {
    const bound = 4 * (this.#options?.window ?? 0);
    if (this.#readFrom === undefined && this.#loadedRecords < bound) this.#load(batch);
    else this.#readFrom ??= batch.first;
    this.#schedule();
  }

  /** Every node the record reached is done with it. */
  settle(entry: InboxEntry): void {
    const flight = this.#land(entry);
    if (flight) this.#finish(flight);
  }

  /** A node failed with the record: again after a pause, or to quarantine. */
  fail(entry: InboxEntry, error: unknown): void {
    const flight = this.#land(entry);
    if (!flight) return;
    const failures = flight.failures + 1;
    if (failures >= ATTEMPTS) this.#bury(flight, `It failed ${failures} times, the last time with: ${messageOf(error)}`);
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
    this.#options = undefined;
    this.#sweep?.cancel();
    this.#flights.clear();
    this.#retries = [];
  }

  #again(flight: Flight, delay: number): void {
    this.#waitingForRetry += 1;
    const retry = (): void => {
      this.#waitingForRetry -= 1;
      this.#retries.push(flight);
      this.#schedule();
    };
    if (delay === 0) retry();
    else this.#clock.setTimeout(retry, delay);
  }

  #bury(flight: Flight, detail: string): void {
    this.#quarantine(flight, 'dead-letter', detail);
  }

  #quarantine(flight: Flight, reason: string, detail: string): void {
    this.#waitingForRetry += 1;
    this.#disk.quarantine({ position: flight.position, record: flight.record, reason, detail }, (error) => {
      this.#waitingForRetry -= 1;
      if (error === undefined) return this.#finish(flight);
      this.#disk.problem(error);
      this.#waitingForRetry += 1;
      this.#clock.setTimeout(() => {
        this.#waitingForRetry -= 1;
        this.#quarantine(flight, reason, detail);
      }, DISK_RETRY_DELAY);
    });
  }

  #finish({ batch, position }: Flight): void {
    const index = position - batch.first;
    if (isSettled(batch.settled, index)) return;
    markSettled(batch.settled, index);
    batch.open -= 1;
    if (batch.deaths >= DEATHS_BEFORE_ISOLATION) this.#acquit(batch);
    if (batch.open === 0) {
      this.#batches.delete(batch.first);
      this.#disk.forget(batch.first);
    }
    this.#schedule();
  }

  /** A record that was in the flow alone has come through: a crash from now on is not its doing. */
  #acquit(batch: OpenBatch): void {
    try {
      this.#disk.markSuspect(batch, undefined);
    } catch (error) {
      this.#disk.problem(error);
    }
  }

  #land(entry: InboxEntry): Flight | undefined {
    const flight = entry as Flight;
    if (!this.#flights.delete(flight)) return undefined;
    this.#bytes -= flight.record.payload.length;
    return flight;
  }

  #load(batch: StoredBatch): void {
    const open = batch.records.length - countSettled(batch.settled);
    if (open === 0) return this.#disk.forget(batch.first);
    const loaded: OpenBatch = { ...batch, next: 0, open };
    this.#loaded.push(loaded);
    this.#loadedRecords += batch.records.length;
    this.#batches.set(batch.first, loaded);
  }

  /** A turn later, so that acknowledgements go out before deliveries and many settlements make one delivery. */
  #schedule(): void {
    if (this.#pumping) return;
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
    const options = this.#options;
    if (!options || this.#paused) return;
    for (;;) {
      const room = options.window - this.#flights.size - this.#waitingForRetry;
      if (room <= 0 || this.#bytes >= BYTES_IN_FLIGHT) return;
      const flights = this.#take(Math.min(room, options.deliverAtMost));
      if (flights.length === 0) return;
      for (const flight of flights) {
        this.#flights.add(flight);
        this.#bytes += flight.record.payload.length;
      }
      this.#watch();
      options.deliver(flights);
    }
  }

  #take(limit: number): Flight[] {
    const since = this.#clock.now();
    if (this.#retries.length > 0) {
      const retries = this.#retries.splice(0, limit);
      return retries.map((flight) => ({ ...flight, since }));
    }
    const flights: Flight[] = [];
    let bytes = this.#bytes;
    while (flights.length < limit && bytes < BYTES_IN_FLIGHT) {
      const batch = this.#current();
      if (!batch) break;
      if (batch.deaths >= DEATHS_BEFORE_ISOLATION) return flights.length > 0 ? flights : this.#takeAlone(batch, since);
      if (!batch.delivered) {
        this.#disk.markDelivered(batch.first);
        batch.delivered = true;
      }
      for (; batch.next < batch.records.length && flights.length < limit && bytes < BYTES_IN_FLIGHT; batch.next += 1) {
        const record = batch.records[batch.next];
        if (!record || isSettled(batch.settled, batch.next)) continue;
        bytes += record.payload.length;
        flights.push({ batch, record, position: batch.first + batch.next, failures: 0, since });
      }
    }
    return flights;
  }

  #takeAlone(batch: OpenBatch, since: number): Flight[] {
    if (this.#flights.size + this.#waitingForRetry + this.#retries.length > 0) return [];
    while (batch.next < batch.records.length && isSettled(batch.settled, batch.next)) batch.next += 1;
    const record = batch.records[batch.next];
    if (!record) return [];
    const position = batch.first + batch.next;
    this.#disk.markSuspect(batch, position);
    batch.next += 1;
    return [{ batch, record, position, failures: 0, since }];
  }

  /** The batch to deliver from: in memory, or the next one on disk. */
  #current(): OpenBatch | undefined {
    for (;;) {
      const batch = this.#loaded[0];
      if (batch && batch.next < batch.records.length) return batch;
      if (batch) {
        this.#loaded.shift();
        this.#loadedRecords -= batch.records.length;
      } else if (this.#readFrom === undefined) {
        return undefined;
      } else {
        const stored = this.#disk.read(this.#readFrom);
        this.#readFrom = stored ? stored.first + stored.records.length : undefined;
        if (stored && !this.#batches.has(stored.first)) this.#load(stored);
      }
    }
  }

  #watch(): void {
    const timeout = this.#options?.settleTimeout ?? 0;
    if (this.#sweep || timeout === 0) return;
    this.#sweep = this.#clock.setTimeout(() => {
      this.#sweep = undefined;
      const deadline = this.#clock.now() - timeout;
      for (const flight of this.#flights) {
        if (flight.since > deadline) break;
        this.fail(flight, new Error(`it had not settled after ${timeout / 1000} seconds: a node on its way never said done`));
      }
      if (this.#flights.size > 0) this.#watch();
    }, SWEEP_INTERVAL);
  }
}
