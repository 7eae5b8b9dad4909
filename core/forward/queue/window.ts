import type { EntryKind } from '../entry.ts';
import type { Reach } from './bounds.ts';
import { Lane } from './lane.ts';
import { entriesOf } from './queue-file.ts';
import type { QueueFile, Row } from './queue-file.ts';
import { byPlace, Segment } from './segment.ts';
import type { LaneName, Queued } from './segment.ts';

export interface WindowOptions {
  file: QueueFile;
  order: 'live-first' | 'in-order';
  /** In milliseconds. */
  liveFor: number;
  /** Told of a row that cannot be read, so that it is set aside. */
  damaged: (row: Row) => void;
}

/** So much of a lane is in memory at most; what is beyond it is on disk alone, and read when its turn comes. */
const LANE_ENTRIES = 10_000;
const LANE_BYTES = 8 * 1024 * 1024;
/** A lane with less than this in memory reads on. */
const LOW = 2_000;

/**
 * The part of the queue that is in memory: a lane each for alarms, for the newest readings and for those that wait longest. Live segments
 * are the last ones always, so that the backlog, which is read in order, ends before the first of them: of one device it can pass
 * nothing that is still under way as live.
 */
export class Window {
  readonly #options: WindowOptions;
  readonly #lanes: Readonly<Record<LaneName, Lane>> = { alarms: new Lane(), live: new Lane(), backlog: new Lane() };
  readonly #segments = new Map<number, Segment>();
  /** Live ones, and those that are live no more while some of them is under way, in order. */
  readonly #live = new Set<Segment>();
  readonly #read: Record<EntryKind, number> = { reading: 0, alarm: 0 };
  /** Whether there may be segments on disk behind those that were read. */
  readonly #behind: Record<EntryKind, boolean> = { reading: true, alarm: true };
  /** The last segment that was live once and is to be read. */
  #lastDemoted = 0;
  /** The live segment before which the backlog had to stop. */
  #stoppedAt = 0;

  constructor(options: WindowOptions) {
    this.#options = options;
  }

  /** Up to where the queue may be given up. */
  get reach(): Omit<Reach, 'fresh'> {
    return { read: this.#read, live: this.#firstLive };
  }

  /** Takes a segment that has just been written. */
  add(segment: Segment, now: number): void {
    const { kind } = segment;
    if (kind === 'reading' && this.#options.order === 'live-first') {
      segment.lane = 'live';
      this.#segments.set(segment.id, segment);
      this.#live.add(segment);
      this.#lanes.live.push(segment.entries);
      this.demote(now);
      return;
    }
    const lane = this.#laneOf(kind);
    if (this.#behind[kind] || isFull(lane)) {
      this.#behind[kind] = true;
      return;
    }
    segment.lane = kind === 'alarm' ? 'alarms' : 'backlog';
    this.#segments.set(segment.id, segment);
    this.#read[kind] = segment.id;
    lane.push(segment.entries);
  }

  /** The next entry of a lane. */
  peek(name: LaneName, now: number): Queued | undefined {
    if (name === 'live') this.demote(now);
    else this.#load(name === 'alarms' ? 'alarm' : 'reading');
    return this.#lanes[name].first;
  }

  /** Takes the entry that `peek` has shown. */
  take(name: LaneName): Queued {
    const entry = this.#lanes[name].shift();
    if (!entry) throw new RangeError(`The lane ${name} of the queue is empty.`);
    entry.state = 'under way';
    entry.segment.underWay += 1;
    return entry;
  }

  ready(name: LaneName): number {
    return this.#lanes[name].length;
  }

  giveBack(entries: readonly Queued[], now: number): void {
    const back: Record<LaneName, Queued[]> = { alarms: [], live: [], backlog: [] };
    for (const entry of entries.toSorted(byPlace)) {
      const { segment } = entry;
      if (entry.state !== 'under way') continue;
      entry.state = 'waiting';
      entry.repeated = true;
      segment.underWay -= 1;
      if (segment.demoted) this.#leaveLive(segment);
      else back[segment.lane].push(entry);
    }
    for (const name of ['alarms', 'live', 'backlog'] as const) if (back[name].length > 0) this.#lanes[name].putBack(back[name]);
    this.demote(now);
  }

  end(entry: Queued): void {
    const { segment } = entry;
    segment.end(entry);
    segment.unnoted = true;
    if (segment.lane === 'live') this.#leaveLive(segment);
  }

  /** The file knows of all that has ended in these segments. */
  noted(segments: Iterable<Segment>): void {
    for (const segment of segments) {
      segment.unnoted = false;
      this.#forget(segment);
    }
  }

  /** What is live no more, since it has waited too long or there is too much of it, becomes backlog. @returns whether anything has. */
  demote(now: number): boolean {
    const lane = this.#lanes.live;
    let demoted = false;
    for (let next = lane.first; next && (next.queued < now - this.#options.liveFor || isFull(lane)); next = lane.first) {
      next.segment.demoted = true;
      lane.release(next.segment);
      this.#leaveLive(next.segment);
      demoted = true;
    }
    return demoted;
  }

  get #firstLive(): number {
    for (const segment of this.#live) return segment.id;
    return Number.MAX_SAFE_INTEGER;
  }

  /** A segment that has ended, or is backlog by now and has nothing under way, no longer stands before the backlog. */
  #leaveLive(segment: Segment): void {
    if (segment.left > 0 && !(segment.demoted && segment.underWay === 0)) return;
    if (!this.#live.delete(segment) || segment.left === 0) return;
    segment.lane = 'backlog';
    this.#behind.reading = true;
    this.#lastDemoted = Math.max(this.#lastDemoted, segment.id);
    this.#forget(segment);
  }

  /** Lets go of what ended, or will be read again from the file, once that knows all of it. */
  #forget(segment: Segment): void {
    const isToBeRead = segment.demoted && segment.underWay === 0 && !this.#live.has(segment);
    if (!segment.unnoted && (segment.left === 0 || isToBeRead)) this.#segments.delete(segment.id);
  }

  #load(kind: EntryKind): void {
    const lane = this.#laneOf(kind);
    const live = kind === 'reading' ? this.#firstLive : Number.MAX_SAFE_INTEGER;
    while (this.#behind[kind] && this.#stoppedAt !== live && lane.length < LOW && lane.bytes < LANE_BYTES) {
      const row = this.#options.file.next(kind, this.#read[kind]);
      if (!row || row.id >= live) {
        if (row && this.#lastDemoted > live) this.#stoppedAt = live;
        else this.#behind[kind] = false;
        return;
      }
      this.#read[kind] = row.id;
      const segment = this.#segments.get(row.id) ?? this.#segmentOf(row);
      if (!segment) continue;
      segment.demoted = false;
      lane.push(segment.waiting);
    }
  }

  #segmentOf(row: Row): Segment | undefined {
    const entries = entriesOf(row);
    if (!entries) {
      this.#options.damaged(row);
      return undefined;
    }
    const segment = new Segment(row.id, row.kind, row.queued, entries.all, { bytes: row.bytes, ended: row.ended, repeated: true });
    segment.lane = row.kind === 'alarm' ? 'alarms' : 'backlog';
    this.#segments.set(row.id, segment);
    return segment;
  }

  #laneOf(kind: EntryKind): Lane {
    return this.#lanes[kind === 'alarm' ? 'alarms' : 'backlog'];
  }
}

function isFull(lane: Lane): boolean {
  return lane.length >= LANE_ENTRIES || lane.bytes >= LANE_BYTES;
}
