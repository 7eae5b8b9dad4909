import { byPlace } from './segment.ts';
import type { Queued, Segment } from './segment.ts';

/** Beyond so many entries that were taken, the room they had is given back. */
const SPENT = 1_024;

/** Entries in memory that wait to be sent, in order. */
export class Lane {
  #entries: Queued[] = [];
  #head = 0;
  /** Of the lines of all of them. */
  bytes = 0;

  get length(): number {
    return this.#entries.length - this.#head;
  }

  get first(): Queued | undefined {
    return this.#entries[this.#head];
  }

  push(entries: readonly Queued[]): void {
    for (const entry of entries) {
      this.#entries.push(entry);
      this.bytes += entry.line.length;
    }
  }

  shift(): Queued | undefined {
    const entry = this.#entries[this.#head];
    if (!entry) return undefined;
    this.#head += 1;
    this.bytes -= entry.line.length;
    if (this.#head >= SPENT && this.#head * 2 >= this.#entries.length) {
      this.#entries = this.#entries.slice(this.#head);
      this.#head = 0;
    }
    return entry;
  }

  /** Puts entries back that were taken, each at its place. */
  putBack(entries: readonly Queued[]): void {
    const waiting = this.#entries.slice(this.#head);
    this.#head = 0;
    const last = entries.at(-1);
    const first = waiting[0];
    this.#entries = [...entries, ...waiting];
    // Nearly always they are older than all that waits.
    if (last && first && byPlace(last, first) > 0) this.#entries.sort(byPlace);
    for (const { line } of entries) this.bytes += line.length;
  }

  /** Takes out the entries of a segment that stand at the front. */
  release(segment: Segment): void {
    while (this.first?.segment === segment) this.shift();
  }
}
