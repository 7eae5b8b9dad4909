const FIRST_ROOM = 16;

/**
 * Numbers in order, for the median of all but one of them: a binary search and one move of memory for each change, which is faster than
 * two heaps up to many thousands of numbers.
 */
export class SortedValues {
  #values = new Float64Array(FIRST_ROOM);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(value: number): void {
    if (this.#size === this.#values.length) {
      const larger = new Float64Array(2 * this.#size);
      larger.set(this.#values);
      this.#values = larger;
    }
    const place = this.#placeOf(value);
    this.#values.copyWithin(place + 1, place, this.#size);
    this.#values[place] = value;
    this.#size += 1;
  }

  /** Takes away one number that is among them. */
  remove(value: number): void {
    const place = this.#placeOf(value);
    this.#values.copyWithin(place, place + 1, this.#size);
    this.#size -= 1;
  }

  /** The median of all, or of all but one of them; NaN of none. Of an even count it is the mean of the two in the middle. */
  median(without?: number): number {
    const hole = without === undefined ? this.#size : this.#placeOf(without);
    const count = without === undefined ? this.#size : this.#size - 1;
    if (count === 0) return Number.NaN;
    const upper = this.#at(count >> 1, hole);
    return count % 2 === 1 ? upper : (this.#at((count >> 1) - 1, hole) + upper) / 2;
  }

  clear(): void {
    this.#size = 0;
  }

  #at(rank: number, hole: number): number {
    return this.#values[rank < hole ? rank : rank + 1] ?? Number.NaN;
  }

  /** Of the first number that is not smaller. */
  #placeOf(value: number): number {
    let low = 0;
    let high = this.#size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#values[middle] ?? 0) < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
