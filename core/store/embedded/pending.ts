import { Block } from '../codec/block.ts';
import { TYPE, typeOfKind } from '../codec/kind.ts';
import { NotePool } from './note-pool.ts';
import type { Series } from './series/series-index.ts';

/** Slots that lie together and are of one series: three cache lines. */
const PAGE = 8;
const IN_PAGE = PAGE - 1;
const INITIAL_CAPACITY = 4_096;
/** The most slots that are added at a time: 6 MB. */
const MAXIMUM_GROWTH = 1 << 18;
const NONE = -1;

/** A slot is 24 bytes: time and number (float64), a link that the first of a page has, and the kind (int32), above which is the number of its note. */
const FLOATS = 3;
const INTEGERS = 6;
const LINK = 4;
const KIND = 5;
const KIND_MASK = 0xff;
const NOTE_SHIFT = 8;

/**
 * The readings that are in the log and in no chunk yet. Each has a slot in one stretch of memory, in which the readings of a
 * series fill pages that are linked from the last to the first: few cache lines a reading and no objects, so that neither adding
 * one nor keeping a million (24 MB) costs the garbage collector anything. A series has one reading a time here.
 */
export class Pending {
  #floats = new Float64Array(INITIAL_CAPACITY * FLOATS);
  /** The same memory. The link of a page is the last slot of the one before; of a vacant page, the next vacant one. */
  #integers = new Int32Array(this.#floats.buffer);
  readonly #texts = new Map<number, string>();
  readonly notes = new NotePool();
  #vacant = NONE;
  #used = 0;
  #count = 0;
  #overrides = 0;

  /** How many there are in all series. */
  get count(): number {
    return this.#count;
  }

  /** How many there are in all series, without those that take the place of one in a chunk. */
  get additional(): number {
    return this.#count - this.#overrides;
  }

  /** `note` is its number in `notes`, 0 when there is none. */
  add(series: Series, ts: number, kind: number, number: number, text: string | undefined, note: number): void {
    const head = series.head;
    const slot = (head & IN_PAGE) === IN_PAGE ? this.#newPage(head) : head + 1;
    this.#floats[slot * FLOATS] = ts;
    this.#floats[slot * FLOATS + 1] = number;
    this.#integers[slot * INTEGERS + KIND] = kind | (note << NOTE_SHIFT);
    if (note !== 0) {
      this.notes.holdAgain(note);
      series.plain = false;
    }
    if (text !== undefined) {
      this.#texts.set(slot, text);
      series.plain = false;
    }
    if (ts < series.oldestPending) series.oldestPending = ts;
    series.head = slot;
    series.pending += 1;
    this.#count += 1;
    if (series.slots !== undefined) series.slots.set(ts, slot);
  }

  /** Adds a reading for a time that has none here, but may have one in a chunk, of which it takes the place. */
  addLate(series: Series, block: Block, note: number, override: boolean): void {
    this.add(series, block.time(0), block.kind(0), block.number(0), block.text(0), note);
    series.ordered = false;
    if (!override) return;
    series.overrides += 1;
    this.#overrides += 1;
  }

  /** The slot of a series' reading of just that time. */
  slotAt(series: Series, ts: number): number | undefined {
    if (series.pending === 0) return undefined;
    // From the first late reading on, so that a device that sends all its log again does not cost a search a reading.
    series.slots ??= new Map(this.#slotsOf(series).map((slot) => [this.#time(slot), slot]));
    return series.slots.get(ts);
  }

  /** One reading alone, in a block. */
  readAt(slot: number): Block {
    const block = new Block(1);
    this.#push(block, slot);
    return block;
  }

  replace(series: Series, slot: number, block: Block, note: number): void {
    const text = block.text(0);
    const former = this.#noteAt(slot);
    if (note !== 0) this.notes.holdAgain(note);
    if (former !== 0) this.notes.release(former);
    this.#floats[slot * FLOATS + 1] = block.number(0);
    this.#integers[slot * INTEGERS + KIND] = block.kind(0) | (note << NOTE_SHIFT);
    if (text === undefined) this.#texts.delete(slot);
    else this.#texts.set(slot, text);
    series.plain &&= text === undefined && note === 0;
  }

  /** The readings of a series from `from` up to but without `to`, in order of time. */
  read(series: Series, from = -Infinity, to = Infinity): Block {
    if (series.plain && series.ordered && from === -Infinity && to === Infinity) return this.#readAll(series);
    const slots = this.#slotsOf(series, from, to);
    if (series.ordered) slots.reverse();
    else slots.sort((a, b) => this.#time(a) - this.#time(b));
    const block = new Block(slots.length);
    for (const slot of slots) this.#push(block, slot);
    return block;
  }

  /** The newest time of a series; -Infinity when it has none here. */
  newestTime(series: Series): number {
    if (series.ordered && series.head !== NONE) return this.#time(series.head);
    return this.#slotsOf(series).reduce((newest, slot) => Math.max(newest, this.#time(slot)), -Infinity);
  }

  /** The newest reading of a series, of which the time is given. */
  readNewest(series: Series, ts: number): Block | undefined {
    let slot: number | undefined = series.head;
    if (slot === NONE) return undefined;
    if (this.#time(slot) !== ts) slot = this.slotAt(series, ts);
    return slot === undefined ? undefined : this.readAt(slot);
  }

  /** Forgets all readings of a series. */
  release(series: Series): void {
    if (!series.plain) this.#forgetTexts(series);
    for (let slot = series.head; slot !== NONE;) {
      const page = slot - (slot & IN_PAGE);
      slot = this.#link(page);
      this.#integers[page * INTEGERS + LINK] = this.#vacant;
      this.#vacant = page;
    }
    this.#count -= series.pending;
    this.#overrides -= series.overrides;
    series.head = NONE;
    series.pending = 0;
    series.oldestPending = Infinity;
    series.overrides = 0;
    series.ordered = true;
    series.plain = true;
    series.slots = undefined;
  }

  #forgetTexts(series: Series): void {
    for (let slot = series.head; slot !== NONE; slot = this.#former(slot)) {
      if (typeOfKind(this.#kind(slot)) === TYPE.text) this.#texts.delete(slot);
      const note = this.#noteAt(slot);
      if (note !== 0) this.notes.release(note);
    }
  }

  /** What has neither texts nor notes and came in order is only copied. */
  #readAll(series: Series): Block {
    const block = new Block(series.pending);
    const { times, numbers, kinds } = block;
    const floats = this.#floats;
    const integers = this.#integers;
    let index = series.pending;
    for (let slot = series.head; slot !== NONE; slot = this.#former(slot)) {
      index -= 1;
      times[index] = floats[slot * FLOATS] ?? NaN;
      numbers[index] = floats[slot * FLOATS + 1] ?? NaN;
      kinds[index] = integers[slot * INTEGERS + KIND] ?? 0;
    }
    block.length = series.pending;
    return block;
  }

  #slotsOf(series: Series, from = -Infinity, to = Infinity): number[] {
    const slots: number[] = [];
    for (let slot = series.head; slot !== NONE; slot = this.#former(slot)) {
      const ts = this.#time(slot);
      if (ts >= from && ts < to) slots.push(slot);
      else if (ts < from && series.ordered) break;
    }
    return slots;
  }

  #push(block: Block, slot: number): void {
    const kind = this.#kind(slot);
    const text = typeOfKind(kind) === TYPE.text ? this.#texts.get(slot) : undefined;
    block.push(this.#time(slot), kind, this.#floats[slot * FLOATS + 1] ?? NaN, text, this.notes.text(this.#noteAt(slot)));
  }

  #time(slot: number): number {
    return this.#floats[slot * FLOATS] ?? NaN;
  }

  #kind(slot: number): number {
    return (this.#integers[slot * INTEGERS + KIND] ?? 0) & KIND_MASK;
  }

  #noteAt(slot: number): number {
    return (this.#integers[slot * INTEGERS + KIND] ?? 0) >>> NOTE_SHIFT;
  }

  /** The slot that was added to the series before this one. */
  #former(slot: number): number {
    return (slot & IN_PAGE) === 0 ? this.#link(slot) : slot - 1;
  }

  #link(page: number): number {
    return this.#integers[page * INTEGERS + LINK] ?? NONE;
  }

  /** A page for a series whose last slot is given; NONE looks like the end of a page too. @returns its first slot. */
  #newPage(former: number): number {
    let page = this.#vacant;
    if (page === NONE) page = this.#extend();
    else this.#vacant = this.#link(page);
    this.#integers[page * INTEGERS + LINK] = former;
    return page;
  }

  #extend(): number {
    const page = this.#used;
    this.#used += PAGE;
    if (page * FLOATS === this.#floats.length) {
      const floats = new Float64Array((page + Math.min(page, MAXIMUM_GROWTH)) * FLOATS);
      floats.set(this.#floats);
      this.#floats = floats;
      this.#integers = new Int32Array(floats.buffer);
    }
    return page;
  }
}
