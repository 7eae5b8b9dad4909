import { QualitySnapshotError } from '../quality-snapshot-error.ts';

const FEWEST = 4;
const MOST = 512;

/**
 * The smallest of the values that were seen since a position, in amortised constant time: of the values, only those are kept
 * that may still become the smallest when older ones are left behind (the monotonic queue of sliding minima). For the largest, give the values negated.
 *
 * More than 512 are kept only of a series that rises without end; then each second one goes, and the minimum is taken for
 * a little smaller than it is.
 */
export class MonotonicQueue {
  #values = new Float64Array(FEWEST);
  #positions = new Float64Array(FEWEST);
  #head = 0;
  #size = 0;

  /** The smallest value; NaN when there is none. */
  get least(): number {
    return this.#size === 0 ? Number.NaN : this.#values[this.#head] ?? Number.NaN;
  }

  /** Where the smallest value was seen last. */
  get position(): number {
    return this.#positions[this.#head] ?? Number.NaN;
  }

  get size(): number {
    return this.#size;
  }

  /** @param position no smaller than that of the value before. */
  push(value: number, position: number): void {
    const mask = this.#values.length - 1;
    while (this.#size > 0 && (this.#values[(this.#head + this.#size - 1) & mask] ?? 0) >= value) this.#size -= 1;
    if (this.#size === this.#values.length) this.#makeRoom();
    const tail = (this.#head + this.#size) & (this.#values.length - 1);
    this.#values[tail] = value;
    this.#positions[tail] = position;
    this.#size += 1;
  }

  /** Leaves the smallest value behind, and all before it. */
  shift(): void {
    this.#head = (this.#head + 1) & (this.#values.length - 1);
    this.#size -= 1;
  }

  clear(): void {
    this.#size = 0;
  }

  /** Values and positions in turn, the positions counted from the given one. */
  pack(origin: number): number[] {
    const packed: number[] = [];
    for (let place = 0; place < this.#size; place += 1) {
      const at = (this.#head + place) & (this.#values.length - 1);
      packed.push(this.#values[at] ?? 0, (this.#positions[at] ?? 0) - origin);
    }
    return packed;
  }

  /** Takes back what was packed. @throws QualitySnapshotError when it is not that. */
  unpack(test: string, packed: readonly number[], origin: number): void {
    this.#head = 0;
    this.#size = 0;
    for (let at = 0; at < packed.length; at += 2) {
      const value = packed[at] ?? Number.NaN;
      const position = (packed[at + 1] ?? Number.NaN) + origin;
      const size = this.#size;
      const inOrder = size === 0 || (value > (this.#values[size - 1] ?? 0) && position >= (this.#positions[size - 1] ?? 0));
      if (!Number.isFinite(value) || !Number.isFinite(position) || !inOrder || size === MOST) throw new QualitySnapshotError(test);
      this.push(value, position);
    }
  }

  #makeRoom(): void {
    const kept = this.pack(0);
    if (this.#values.length < MOST) {
      this.#values = new Float64Array(this.#values.length * 2);
      this.#positions = new Float64Array(this.#values.length);
    }
    const full = kept.length / 2 === MOST;
    this.#head = 0;
    this.#size = 0;
    for (let place = 0; place * 2 < kept.length; place += 1) {
      const value = kept[place * 2] ?? 0;
      const isLast = (place + 1) * 2 === kept.length;
      // The smaller of a pair stands for both, up to where the other was seen; the newest stands for itself.
      const stretch = full && place % 2 === 0 && (place + 2) * 2 < kept.length;
      if (full && place % 2 === 1 && !isLast) continue;
      this.#values[this.#size] = value;
      this.#positions[this.#size] = kept[(stretch ? place + 1 : place) * 2 + 1] ?? 0;
      this.#size += 1;
    }
  }
}
