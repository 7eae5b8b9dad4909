import type { Clock, Timer } from '../../clock/clock.ts';
import { TrustedTime } from '../../clock/trusted-time.ts';
import { GroupCommit } from '../../sqlite/group-commit.ts';
import type { Committed } from '../../sqlite/group-commit.ts';
import { StorageError } from '../../sqlite/storage-error.ts';
import { entryOfLine } from '../entry.ts';
import type { Entry } from '../entry.ts';
import { BoundKeeper, QueueClockError } from './bounds.ts';
import type { QueueBounds } from './bounds.ts';
import { digestOf } from './known-ids.ts';
import type { QueueCounts } from './queue-counts.ts';
import { QueueFile } from './queue-file.ts';
import type { RefusedEntry } from './queue-file.ts';
import { Segment } from './segment.ts';
import type { LaneName, Queued } from './segment.ts';
import { Window } from './window.ts';

export interface QueueOptions {
  path: string;
  clock: Clock;
  /** Live first, with the backlog beside it; or everything as it came. */
  order: 'live-first' | 'in-order';
  /** An entry that has waited longer is backlog, in milliseconds. */
  liveFor: number;
  bounds: QueueBounds;
  /** Told when something can be taken that could not before. */
  changed: () => void;
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
  /** How many ids are remembered at least; for tests. */
  remembered?: number;
}

/** What waits, for people. */
export interface QueueStatus {
  entries: number;
  /** On disk. */
  bytes: number;
  /** When the oldest was queued, ms since the epoch; undefined when nothing waits. */
  oldest: number | undefined;
}

const COMMIT_INTERVAL = 5;
const COMMIT_MESSAGES = 1_000;
/** A segment is read as a whole. */
const SEGMENT_ENTRIES = 500;
const SEGMENT_BYTES = 256 * 1024;
/** What has been acknowledged is noted after so long at the latest, in milliseconds; a process that is killed before sends it again. */
const NOTED_AFTER = 20;
const RETRY = 1_000;
const LOOKED_AFTER = 1_000;

/** The durable queue of one forward node. An entry leaves it when the other side has acknowledged or refused it, or when it is given up as the bounds say. */
export class ForwardQueue {
  readonly #options: QueueOptions;
  readonly #file: QueueFile;
  readonly #keeper: BoundKeeper;
  readonly #window: Window;
  readonly #commits: GroupCommit<readonly Entry[]>;
  /** Segments of which entries have ended that the file does not know of, and how many had not, as it has them. */
  readonly #dirty = new Map<Segment, number>();
  #refused: RefusedEntry[] = [];
  #endedUnnoted = 0;
  #noting: Timer | undefined;
  #looking: Timer | undefined;
  #closed = false;

  /** @throws StorageError when the file cannot be opened. */
  constructor(options: QueueOptions) {
    this.#options = options;
    const { path, clock, problem } = options;
    this.#file = new QueueFile(path, options.remembered);
    const time = new TrustedTime({ clock, snapshot: this.#file.totals.time, place: `the queue ${path}`, problem: (sentence) => problem(new QueueClockError(sentence)) });
    this.#keeper = new BoundKeeper(options.bounds, time);
    this.#window = new Window({ file: this.#file, order: options.order, liveFor: options.liveFor, damaged: (row) => this.#file.write(() => this.#file.drop(row, 'damaged')) });
    this.#commits = new GroupCommit({ clock, interval: COMMIT_INTERVAL, maximumItems: COMMIT_MESSAGES, commit: (items) => this.#commit(items) });
    this.#look();
  }

  /** Puts entries on disk, those that were there before left out. `committed` gets a StorageError when they are not: a QueueFullError when there is no room. */
  add(entries: readonly Entry[], committed: Committed): void {
    const full = this.#closed ? new StorageError('FAILED', this.#file.path, 'The queue is closed; the sample stays in the inbox.') : this.#keeper.refuses(this.#file);
    if (full) committed(full);
    else if (entries.length === 0) committed();
    else this.#commits.add(entries, committed);
  }

  /**
   * The next entries of a lane, in order, at most so many and about so many bytes: they are under way until they are given back, or end.
   *
   * @param admits asked of each entry before it is taken; the first that is not admitted stays, and all behind it.
   * @throws StorageError when the file cannot be read.
   */
  take(lane: LaneName, most: number, bytes: number, admits: (entry: Queued) => boolean = () => true): Queued[] {
    const now = this.#options.clock.now();
    const taken: Queued[] = [];
    let size = 0;
    for (let next = this.#window.peek(lane, now); next && taken.length < most; next = this.#window.peek(lane, now)) {
      if (next.kind === 'reading' && this.#keeper.isTooOld(next.queued)) {
        this.#end(this.#window.take(lane), () => (this.counts.dropped.age += 1));
        continue;
      }
      size += next.line.length;
      if ((taken.length > 0 && size > bytes) || !admits(next)) break;
      taken.push(this.#window.take(lane));
    }
    return taken;
  }

  /** When the next entry of a lane was queued, ms since the epoch; undefined when there is none. */
  nextQueued(lane: LaneName): number | undefined {
    return this.#window.peek(lane, this.#options.clock.now())?.queued;
  }

  /** How many entries of a lane are in memory, to be taken at once. */
  ready(lane: LaneName): number {
    return this.#window.ready(lane);
  }

  /** They were not acknowledged: they come again, each at its place. */
  giveBack(entries: readonly Queued[]): void {
    if (!this.#closed) this.#window.giveBack(entries, this.#options.clock.now());
  }

  /** The other side has them. */
  delivered(entries: readonly Queued[]): void {
    for (const entry of entries) this.#end(entry, () => (this.counts.delivered += 1));
  }

  /** The other side will never take it, for this reason. It is kept aside. */
  refused(entry: Queued, reason: string): void {
    this.#refused.push({ at: this.#options.clock.now(), reason, line: entry.line });
    this.#end(entry, () => (this.counts.refused += 1));
  }

  /** Since the file was made. */
  get counts(): QueueCounts {
    return this.#file.totals.counts;
  }

  get status(): QueueStatus {
    const { reading, alarm } = this.#file.totals.held;
    const entries = reading.entries + alarm.entries - this.#endedUnnoted;
    return { entries, bytes: entries === 0 ? 0 : reading.bytes + alarm.bytes, oldest: entries === 0 ? undefined : this.#file.oldest() };
  }

  /** How many entries that were refused are kept. */
  get refusedKept(): number {
    return this.#file.refusedCount + this.#refused.length;
  }

  /** The last entries that were refused, the latest first. */
  lastRefused(limit: number): RefusedEntry[] {
    return [...this.#refused.toReversed(), ...this.#file.refused(limit)].slice(0, limit);
  }

  /**
   * Queues entries anew that were refused, the oldest first, at most so many: what was wrong at the other side may have been mended.
   *
   * @returns how many.
   * @throws StorageError
   */
  sendRefusedAgain(most: number): number {
    return this.#insert(() => this.#file.takeRefused(most).map(entryOfLine));
  }

  /** Writes what waits to be written, and closes the file. What is under way comes again when it is opened. */
  close(): void {
    if (this.#closed) return;
    this.#commits.flush();
    this.#noting?.cancel();
    this.#looking?.cancel();
    this.#closed = true;
    try {
      this.#file.write(() => this.#note());
    } finally {
      this.#file.close();
    }
  }

  #commit(items: ReadonlyArray<readonly Entry[]>): void {
    const digests = new Set<string>();
    const fresh: Entry[] = [];
    let duplicates = 0;
    for (const entries of items) {
      for (const entry of entries) {
        const digest = digestOf(entry);
        if (digests.has(digest) || this.#file.known.has(digest)) duplicates += 1;
        else {
          digests.add(digest);
          fresh.push(entry);
        }
      }
    }
    let row: number | undefined;
    this.#insert(() => {
      this.#file.totals.counts.duplicates += duplicates;
      row = fresh.length === 0 ? undefined : this.#file.known.write([...digests]);
      return fresh;
    });
    if (row !== undefined) this.#file.known.committed(digests, row);
  }

  /** Writes entries in segments, and takes them into the window once they are on disk. @returns how many. */
  #insert(entriesToWrite: () => readonly Entry[]): number {
    const now = this.#options.clock.now();
    const made: Segment[] = [];
    const count = this.#write(() => {
      const entries = entriesToWrite();
      for (const kind of ['alarm', 'reading'] as const) {
        for (const part of inSegments(entries.filter((entry) => entry.kind === kind))) {
          const { id, bytes } = this.#file.insert(kind, now, part);
          made.push(new Segment(id, kind, now, part, { bytes, repeated: false }));
        }
      }
      this.#file.totals.counts.queued += entries.length;
      return entries.length;
    });
    for (const segment of made) this.#window.add(segment, now);
    if (made.length > 0) this.#options.changed();
    return count;
  }

  #end(entry: Queued, count: () => void): void {
    const { segment } = entry;
    if (!this.#dirty.has(segment)) this.#dirty.set(segment, segment.left);
    this.#window.end(entry);
    this.#endedUnnoted += 1;
    count();
    if (!this.#closed) this.#noting ??= this.#options.clock.setTimeout(() => this.#noteEnded(), NOTED_AFTER, true);
  }

  #noteEnded(): void {
    this.#noting = undefined;
    try {
      this.#write(() => undefined);
    } catch (error) {
      this.#options.problem(error);
      this.#noting = this.#options.clock.setTimeout(() => this.#noteEnded(), RETRY, true);
    }
  }

  /** Writes, and with it what has ended; keeps the bounds. */
  #write<Result>(work: () => Result): Result {
    const fresh = this.#file.last + 1;
    const result = this.#file.write(() => {
      this.#note();
      const done = work();
      this.#keeper.enforce(this.#file, { ...this.#window.reach, fresh });
      return done;
    });
    this.#window.noted(this.#dirty.keys());
    this.#dirty.clear();
    this.#refused = [];
    this.#endedUnnoted = 0;
    this.#noting?.cancel();
    this.#noting = undefined;
    return result;
  }

  #note(): void {
    for (const [segment, before] of this.#dirty) this.#file.end(segment, before);
    for (const refused of this.#refused) this.#file.refuse(refused);
  }

  /** Nothing may come for long, and what waits grows old all the same. */
  #look(): void {
    this.#looking = this.#options.clock.setTimeout(() => {
      if (this.#keeper.isDue(this.#file)) this.#noteEnded();
      if (this.#window.demote(this.#options.clock.now())) this.#options.changed();
      this.#look();
    }, LOOKED_AFTER);
  }
}

function* inSegments(entries: readonly Entry[]): Generator<Entry[]> {
  let segment: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    if (segment.length >= SEGMENT_ENTRIES || (bytes > 0 && bytes + entry.line.length > SEGMENT_BYTES)) {
      yield segment;
      segment = [];
      bytes = 0;
    }
    segment.push(entry);
    bytes += entry.line.length;
  }
  if (segment.length > 0) yield segment;
}
