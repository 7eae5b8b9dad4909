import type { Entry, EntryKind } from '../entry.ts';

/** `alarms` in order; readings that are `live`; and the readings that have waited, in order: the `backlog`. */
export type LaneName = 'alarms' | 'live' | 'backlog';

/** An entry of the queue, in memory while it waits to be sent soon or is under way. */
export interface Queued extends Entry {
  readonly segment: Segment;
  /** Its place in the segment. */
  readonly index: number;
  /** When it entered the queue, ms since the epoch. */
  readonly queued: number;
  state: 'waiting' | 'under way' | 'ended';
  /** Whether the other side may have it already. */
  repeated: boolean;
}

/** Entries that were written together: a row of the queue's file. */
export class Segment {
  readonly id: number;
  readonly kind: EntryKind;
  readonly entries: readonly Queued[];
  /** One bit an entry, the lowest first: it has left the queue. */
  readonly ended: Uint8Array;
  /** Bytes on disk. */
  readonly bytes: number;
  /** Entries that have not ended. */
  left: number;
  underWay = 0;
  lane: LaneName = 'backlog';
  /** It was live, and is backlog from now on; what of it is under way as live is still waited for. */
  demoted = false;
  /** Some of it has ended, and the file does not know. */
  unnoted = false;

  /** @param repeated whether the other side may have some of it already. */
  constructor(id: number, kind: EntryKind, queued: number, entries: readonly Entry[], options: { bytes: number; ended?: Uint8Array | undefined; repeated: boolean }) {
    this.id = id;
    this.kind = kind;
    this.bytes = options.bytes;
    this.ended = options.ended === undefined ? new Uint8Array(Math.ceil(entries.length / 8)) : Uint8Array.from(options.ended);
    let left = 0;
    this.entries = entries.map((entry, index) => {
      const isEnded = ((this.ended[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
      if (!isEnded) left += 1;
      return {
        kind, device: entry.device, id: entry.id, ts: entry.ts, historical: entry.historical, line: entry.line,
        segment: this, index, queued, state: isEnded ? 'ended' : 'waiting', repeated: options.repeated,
      };
    });
    this.left = left;
  }

  /** Those that are neither under way nor ended, in order. */
  get waiting(): Queued[] {
    return this.entries.filter(({ state }) => state === 'waiting');
  }

  end(entry: Queued): void {
    if (entry.state === 'under way') this.underWay -= 1;
    entry.state = 'ended';
    this.left -= 1;
    const byte = entry.index >> 3;
    this.ended[byte] = (this.ended[byte] ?? 0) | (1 << (entry.index & 7));
  }
}

/** The order in which entries came. */
export function byPlace(one: Queued, other: Queued): number {
  return one.segment.id - other.segment.id || one.index - other.index;
}
