import { hash } from 'node:crypto';
import { appendFileSync, readFileSync } from 'node:fs';

const AT_ONCE = 4_096;

/** A number that stands for one message of a device, by its bytes; two messages share one with a probability of 2^-48. */
export function keyOf(device: string, body: Uint8Array): number {
  return hash('sha256', Buffer.concat([Buffer.from(`${device} `), body]), 'buffer').readUIntBE(0, 6);
}

/** A file of the keys of all messages that were stored, handled or put into quarantine, which may be millions. */
export class KeptFile {
  readonly #path: string;
  #keys: number[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  add(key: number): void {
    if (this.#keys.push(key) >= AT_ONCE) this.flush();
  }

  flush(): void {
    appendFileSync(this.#path, new Uint8Array(Float64Array.from(this.#keys).buffer));
    this.#keys = [];
  }

  /** How often each key stands in the file. */
  static read(path: string): Map<number, number> {
    const bytes = readFileSync(path);
    const counts = new Map<number, number>();
    for (let at = 0; at < bytes.length; at += 8) {
      const key = bytes.readDoubleLE(at);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    return counts;
  }
}
