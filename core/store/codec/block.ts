import { qualityOfKind, TYPE, typeOfKind, valueOfKind } from './kind.ts';
import { readNote } from './note.ts';
import type { ReadingValue } from '../../sample/sample.ts';
import type { StoredReading } from '../store.ts';

/** Readings of one series in columns, in order of time, each time once: what a chunk holds. */
export class Block {
  length = 0;
  readonly times: Float64Array;
  readonly kinds: Uint8Array;
  /** The value of a number; of a text, its index in `texts`. */
  readonly numbers: Float64Array;
  readonly texts: string[] = [];
  /** What else is to be kept of a reading, by its index; see note.ts. Undefined while no reading has any. */
  notes: Array<string | undefined> | undefined;

  constructor(capacity: number) {
    // One piece of memory for all: blocks are made and dropped by the million.
    const memory = new ArrayBuffer(17 * capacity);
    this.times = new Float64Array(memory, 0, capacity);
    this.numbers = new Float64Array(memory, 8 * capacity, capacity);
    this.kinds = new Uint8Array(memory, 16 * capacity, capacity);
  }

  time(index: number): number {
    return this.times[index] ?? NaN;
  }

  kind(index: number): number {
    return this.kinds[index] ?? 0;
  }

  number(index: number): number {
    return this.numbers[index] ?? NaN;
  }

  /** The text of a reading that is one. */
  text(index: number): string | undefined {
    return typeOfKind(this.kind(index)) === TYPE.text ? this.texts[this.number(index)] : undefined;
  }

  value(index: number): ReadingValue {
    return valueOfKind(this.kind(index), this.number(index), this.text(index));
  }

  reading(index: number): StoredReading {
    const note = this.note(index);
    const reading: StoredReading = { ts: this.time(index), value: this.value(index), quality: qualityOfKind(this.kind(index)) };
    return note === undefined ? reading : { ...reading, ...readNote(note) };
  }

  note(index: number): string | undefined {
    return this.notes?.[index];
  }

  push(ts: number, kind: number, number: number, text: string | undefined, note?: string): void {
    const index = this.length;
    this.length = index + 1;
    this.times[index] = ts;
    this.kinds[index] = kind;
    this.numbers[index] = text === undefined ? number : this.texts.push(text) - 1;
    if (note !== undefined) (this.notes ??= [])[index] = note;
  }

  pushFrom(other: Block, index: number): void {
    this.push(other.time(index), other.kind(index), other.number(index), other.text(index), other.note(index));
  }

  /** Appends the readings `from` … `to - 1` of another block. */
  pushAll(other: Block, from: number, to: number): void {
    if (other.texts.length > 0 || other.notes !== undefined) {
      for (let index = from; index < to; index += 1) this.pushFrom(other, index);
      return;
    }
    this.times.set(other.times.subarray(from, to), this.length);
    this.kinds.set(other.kinds.subarray(from, to), this.length);
    this.numbers.set(other.numbers.subarray(from, to), this.length);
    this.length += to - from;
  }

  /** The index of the first reading that is not before `ts`. */
  lowerBound(ts: number): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.time(middle) < ts) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The index of the reading of just that time, -1 when there is none. */
  indexOf(ts: number): number {
    const index = this.lowerBound(ts);
    return index < this.length && this.time(index) === ts ? index : -1;
  }
}

/** The readings of both; of one time, that of `newer`. */
export function mergeBlocks(older: Block, newer: Block, from: number, to: number): Block {
  const merged = new Block(older.length + to - from);
  let o = 0;
  for (let n = from; n < to;) {
    const ts = newer.time(n);
    const before = older.lowerBound(ts);
    merged.pushAll(older, o, before);
    o = before < older.length && older.time(before) === ts ? before + 1 : before;
    const end = o < older.length ? Math.min(to, newer.lowerBound(older.time(o))) : to;
    merged.pushAll(newer, n, end);
    n = end;
  }
  merged.pushAll(older, o, older.length);
  return merged;
}
