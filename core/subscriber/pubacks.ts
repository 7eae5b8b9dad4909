/** What PUBACKs are written to. */
interface Line {
  readonly destroyed: boolean;
  write(bytes: Uint8Array): unknown;
}

const PUBACK = 0x40;
const LENGTH = 4;

/**
 * Writes PUBACK packets: all that are due at one moment, such as those of one commit, in a single write. A PUBACK without a
 * reason code is the same in MQTT 3.1.1 (section 3.4) and 5 (section 3.4.2.1).
 */
export class Pubacks {
  readonly #line: () => Line;
  #due: number[] = [];
  #sent = 0;

  /** @param line of the one connection on which the messages came. */
  constructor(line: () => Line) {
    this.#line = line;
  }

  /** How many were written. */
  get sent(): number {
    return this.#sent;
  }

  /** Acknowledges the message with that packet identifier, together with all others of this moment. */
  add(messageId: number): void {
    if (this.#due.length === 0) queueMicrotask(() => this.flush());
    this.#due.push(messageId);
  }

  /** Writes what is due now. */
  flush(): void {
    if (this.#due.length === 0) return;
    const due = this.#due;
    this.#due = [];
    const line = this.#line();
    if (line.destroyed) return;
    const bytes = Buffer.allocUnsafe(due.length * LENGTH);
    due.forEach((messageId, index) => bytes.writeUInt32BE(((PUBACK << 24) | (2 << 16) | messageId) >>> 0, index * LENGTH));
    line.write(bytes);
    this.#sent += due.length;
  }
}
