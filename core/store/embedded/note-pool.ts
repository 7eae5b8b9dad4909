/** Vacant numbers are marked so. */
const VACANT = '';

/**
 * The notes of pending readings, each once, under a number that fits beside a kind. Notes are shared by many readings, so that a
 * million of them with a unit cost no more memory than without; a note is forgotten with its last reading.
 */
export class NotePool {
  readonly #texts: string[] = [VACANT];
  readonly #references: number[] = [0];
  readonly #numbers = new Map<string, number>();
  readonly #vacant: number[] = [];

  /** The number of a note, from 1, held once more. */
  hold(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) {
      this.holdAgain(known);
      return known;
    }
    const number = this.#vacant.pop() ?? this.#texts.length;
    this.#texts[number] = text;
    this.#references[number] = 1;
    this.#numbers.set(text, number);
    return number;
  }

  /** Holds a note that is held already. */
  holdAgain(number: number): void {
    this.#references[number] = (this.#references[number] ?? 0) + 1;
  }

  release(number: number): void {
    const left = (this.#references[number] ?? 0) - 1;
    this.#references[number] = left;
    if (left > 0) return;
    this.#numbers.delete(this.#texts[number] ?? VACANT);
    this.#texts[number] = VACANT;
    this.#vacant.push(number);
  }

  /** Undefined for 0. */
  text(number: number): string | undefined {
    return number === 0 ? undefined : this.#texts[number];
  }
}
