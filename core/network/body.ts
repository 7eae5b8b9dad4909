/** The bytes of a body as they arrive. Pieces of a byte each cost no more memory than one large piece. */
export class Body {
  #bytes: Uint8Array = NOTHING;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** What the body holds of memory, in bytes. */
  get held(): number {
    return this.#bytes.length;
  }

  /** What it will hold of memory with a piece of so many bytes more. */
  heldWith(more: number): number {
    const length = this.#length + more;
    return length <= this.#bytes.length ? this.#bytes.length : this.#length === 0 ? more : Math.max(length, 2 * this.#bytes.length);
  }

  add(piece: Uint8Array): void {
    if (this.#length === 0) {
      this.#bytes = piece;
      this.#length = piece.length;
      return;
    }
    const held = this.heldWith(piece.length);
    if (held > this.#bytes.length) {
      const larger = new Uint8Array(held);
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(piece, this.#length);
    this.#length += piece.length;
  }

  /** Whether these bytes stand at this place. */
  holds(from: number, piece: Uint8Array): boolean {
    return from + piece.length <= this.#length && Buffer.compare(this.#bytes.subarray(from, from + piece.length), piece) === 0;
  }

  get bytes(): Uint8Array {
    return this.#length === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#length);
  }
}

const NOTHING = new Uint8Array();
