/** Memory for numbers that are needed for a moment, again and again. */
export class Scratch {
  #numbers = new Float64Array(512);

  /** At least so many numbers, whatever they are; valid until the next call. */
  of(count: number): Float64Array {
    if (count > this.#numbers.length) this.#numbers = new Float64Array(Math.max(count, 2 * this.#numbers.length));
    return this.#numbers;
  }
}
