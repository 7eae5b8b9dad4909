const SMALLEST = 1 << 10;
/** Beyond this share of its slots an open-addressing table becomes slow (Knuth, TAOCP 3, 6.4). */
const LOAD = 0.6;

/** A set of whole numbers from 1 to 2^53, 8 to 27 bytes each: for millions of them, where a Set would take 40 and more. */
export class NumberSet {
  #slots = new Float64Array(SMALLEST);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(number: number): boolean {
    return this.#slots[this.#find(number)] === number;
  }

  add(number: number): void {
    const slot = this.#find(number);
    if (this.#slots[slot] === number) return;
    this.#slots[slot] = number;
    this.#size += 1;
    if (this.#size > LOAD * this.#slots.length) this.#grow();
  }

  /** The slot that holds the number, or the free one where it would go. Linear probing; the numbers are hashes already. */
  #find(number: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = number % 0x1_0000_0000 & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot];
      if (found === number || found === 0) return slot;
    }
  }

  #grow(): void {
    const old = this.#slots;
    this.#slots = new Float64Array(2 * old.length);
    for (const number of old) if (number !== 0) this.#slots[this.#find(number)] = number;
  }
}
