import { QualitySnapshotError } from '../quality-snapshot-error.ts';

const FEWEST = 2;
const MOST = 512;

/**
 * The smallest of the values that were seen since a position, in amortised constant time: of the values, only those are kept
 * that may still become the smallest when older ones are left behind (the monotonic queue of sliding minima). For the largest, give the values negated.
 *
 * More than 512 are kept only of a series that rises without end; then each second one goes, and the minimum is taken for
 * a little smaller than it is.
 */
export class MonotonicQueue {
  /** Values and positions in turn, round and round. */
  #pairs = numbersFor(FEWEST);
  #head = 0;
  #size = 0;

  /** The smallest value; NaN when there is none. */
  get least(): number {
    return this.#size === 0 ? Number.NaN : this.#pairs[this.#head * 2] ?? Number.NaN;
  }

  /** Where the smallest value was seen last. */
  get position(): number {
    return this.#pairs[this.#head * 2 + 1] ?? Number.NaN;
  }

  get size(): number {
    return this.#size;
  }

  /** @param position no smaller than that of the value before. */
  push(value: number, position: number): void {
    const mask = this.#pairs.length / 2 - 1;
    while (this.#size > 0 && (this.#pairs[((this.#head + this.#size - 1) & mask) * 2] ?? 0) >= value) this.#size -= 1;
    if (this.#size > mask) this.#makeRoom();
    this.#append(value, position);
  }

  /** Leaves the smallest value behind, and all before it. */
  shift(): void {
    this.#head = (this.#head + 1) & (this.#pairs.length / 2 - 1);
    this.#size -= 1;
  }

  clear(): void {
    this.#size = 0;
  }

  /** Values and positions in turn, the positions counted from the given one. */
  pack(origin: number): number[] {
    const packed: number[] = [];
    for (let place = 0; place < this.#size; place += 1) {
      const at = ((this.#head + place) & (this.#pairs.length / 2 - 1)) * 2;
      packed.push(this.#pairs[at] ?? 0, (this.#pairs[at + 1] ?? 0) - origin);
    }
    return packed;
  }

  /** Takes back what was packed. @throws QualitySnapshotError when it is not that. */
  unpack(test: string, packed: readonly number[], origin: number): void {
    this.#head = 0;
    this.#size = 0;
    let last = Number.NEGATIVE_INFINITY;
    let lastPosition = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < packed.length; at += 2) {
      const value = packed[at] ?? Number.NaN;
      const position = (packed[at + 1] ?? Number.NaN) + origin;
      const inOrder = value > last && position >= lastPosition;
      if (!Number.isFinite(value) || !Number.isFinite(position) || !inOrder || this.#size === MOST) throw new QualitySnapshotError(test);
      this.push(value, position);
      last = value;
      lastPosition = position;
    }
  }

  #append(value: number, position: number): void {
    const tail = ((this.#head + this.#size) & (this.#pairs.length / 2 - 1)) * 2;
    this.#pairs[tail] = value;
    this.#pairs[tail + 1] = position;
    this.#size += 1;
  }

  #makeRoom(): void {
    const kept = this.pack(0);
    const isFull = this.#size === MOST;
    if (!isFull) this.#pairs = numbersFor(this.#size * 2);
    this.#head = 0;
    this.#size = 0;
    for (let at = 0; at < kept.length; at += 2) {
      // The smaller of a pair stands for both, up to where the other was seen; the newest stands for itself.
      const standsForTwo = isFull && at + 4 < kept.length;
      this.#append(kept[at] ?? 0, kept[standsForTwo ? at + 3 : at + 1] ?? 0);
      if (standsForTwo) at += 2;
    }
  }
}

function numbersFor(pairs: number): number[] {
  return new Array<number>(pairs * 2).fill(Number.NaN);
}
