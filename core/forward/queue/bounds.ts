import type { TrustedTime } from '../../clock/trusted-time.ts';
import { HoldfastError } from '../../errors/holdfast-error.ts';
import { StorageError } from '../../sqlite/storage-error.ts';
import type { Entry, EntryKind } from '../entry.ts';
import { entriesOf } from './queue-file.ts';
import type { QueueFile } from './queue-file.ts';

export const FULL_POLICIES = ['drop-oldest', 'refuse', 'thin'] as const;

/** What happens when the queue is full: the oldest readings go, new ones are refused and stay in the inbox, or every n-th reading is kept. */
export type FullPolicy = (typeof FULL_POLICIES)[number];

export interface QueueBounds {
  /** On disk. */
  bytes: number;
  /** Readings that wait longer are given up, in milliseconds; 0: however long. Alarms have no age. */
  age: number;
  full: FullPolicy;
  /** Of each device, one reading of so many is kept when the queue is thinned out. */
  keepEvery: number;
}

/** The queue holds as much as it may. Code `HOLDFAST_STORAGE_FULL`: like a full disk it passes, and what was refused stays in the inbox until then. */
export class QueueFullError extends StorageError {
  constructor(path: string, bytes: number, bound: number) {
    super('FULL', path, `The queue holds ${bytes} bytes, and its bound is ${bound}: upstream takes less than comes in, or nothing. What comes now stays in the inbox. Raise the bound, or choose that the oldest readings are dropped.`);
  }
}

/** The clock is far ahead, and what would be too old by it waits on for a while. Code `HOLDFAST_FORWARD_CLOCK`. */
export class QueueClockError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_FORWARD_CLOCK', message);
  }
}

/** What of the queue may be given up: what is in memory, or under way, is left alone. */
export interface Reach {
  /** The last segment of each kind that has been read. */
  read: Readonly<Record<EntryKind, number>>;
  /** The first segment that is live. */
  live: number;
  /** The first segment of this write: it goes into memory once it is on disk. */
  fresh: number;
}

/** So much is done with one write: giving up a day of readings at once would stop the event loop. */
const DROPPED_AT_ONCE = 64;
const THINNED_AT_ONCE = 8;
/** So far beyond its bound a queue that is thinned out may go before the oldest goes whole. */
const MARGIN = 1.1;
/** A queue that can give up nothing, since all of it is under way, refuses beyond this. */
const HARD_MARGIN = 16 * 1024 * 1024;
const DEVICES_COUNTED = 10_000;
/** From one time that is kept on disk to the next, in milliseconds. */
const TIME_INTERVAL = 900_000;

/** Keeps a queue within its bounds. */
export class BoundKeeper {
  readonly #bounds: QueueBounds;
  readonly #time: TrustedTime;
  /** Of each device, how many readings were looked at. */
  readonly #seen = new Map<string, number>();

  constructor(bounds: QueueBounds, time: TrustedTime) {
    this.#bounds = bounds;
    this.#time = time;
  }

  /** Why nothing more is taken; undefined when it is. */
  refuses(file: QueueFile): QueueFullError | undefined {
    const { bytes, full } = this.#bounds;
    const held = heldBytes(file);
    return held >= (full === 'refuse' ? bytes : bytes + HARD_MARGIN) ? new QueueFullError(file.path, held, bytes) : undefined;
  }

  isTooOld(queued: number): boolean {
    const { age } = this.#bounds;
    return age > 0 && queued < this.#time.timeFor([age]) - age;
  }

  /** Within `file.write`: gives up what is too old or too much, and keeps the time by which that is told. */
  enforce(file: QueueFile, reach: Reach): void {
    file.totals.time = this.#bounds.age > 0 ? this.#time.snapshot() : undefined;
    if (!this.#dropOld(file, reach)) this.#dropMuch(file, reach);
  }

  /** Whether there is something to enforce, or to keep, although nothing comes or goes. */
  isDue(file: QueueFile): boolean {
    if (this.#bounds.age === 0) return false;
    const { held, time } = file.totals;
    const oldest = held.reading.entries > 0 ? file.oldest() : undefined;
    return (oldest !== undefined && this.isTooOld(oldest)) || Math.abs(this.#time.snapshot().time - (time?.time ?? 0)) >= TIME_INTERVAL;
  }

  /** @returns whether there may be more of it. */
  #dropOld(file: QueueFile, { read, live, fresh }: Reach): boolean {
    if (this.#bounds.age === 0) return false;
    for (let dropped = 0; dropped < DROPPED_AT_ONCE; dropped += 1) {
      const row = file.next('reading', read.reading);
      if (!row || row.id >= Math.min(live, fresh) || !this.isTooOld(row.queued)) return false;
      file.drop(row, 'age');
    }
    return true;
  }

  #dropMuch(file: QueueFile, reach: Reach): void {
    const { bytes, full } = this.#bounds;
    if (full === 'refuse') return;
    if (full === 'thin') for (let thinned = 0; thinned < THINNED_AT_ONCE && heldBytes(file) > bytes; thinned += 1) this.#thin(file, reach);
    const most = full === 'thin' ? bytes * MARGIN : bytes;
    for (let dropped = 0; dropped < DROPPED_AT_ONCE && heldBytes(file) > most; dropped += 1) {
      const reading = file.next('reading', reach.read.reading);
      const row = reading && reading.id < Math.min(reach.live, reach.fresh) ? reading : file.next('alarm', reach.read.alarm);
      if (!row || row.id >= reach.fresh) return;
      file.drop(row, 'bytes');
    }
  }

  #thin(file: QueueFile, { read, live, fresh }: Reach): void {
    const row = file.leastThinned(read.reading, Math.min(live, fresh));
    if (!row) return;
    const entries = entriesOf(row)?.left;
    if (!entries) return file.drop(row, 'damaged');
    file.thin(row, entries.filter((entry) => this.#isKept(entry)));
  }

  #isKept({ device }: Entry): boolean {
    if (this.#seen.size >= DEVICES_COUNTED && !this.#seen.has(device)) this.#seen.clear();
    const seen = this.#seen.get(device) ?? 0;
    this.#seen.set(device, seen + 1);
    return seen % this.#bounds.keepEvery === 0;
  }
}

function heldBytes({ totals: { held } }: QueueFile): number {
  return held.reading.bytes + held.alarm.bytes;
}
