import type { States } from './contract-drift.ts';

const CAPACITY = 10_000;

/** States for a node without a backend: they are gone with the node. Bounded; the one that came first goes first. */
export class MemoryStates<Value> implements States<Value> {
  readonly #values = new Map<string, Value>();
  readonly #begin: () => Value;

  constructor(begin: () => Value) {
    this.#begin = begin;
  }

  get(name: string): Value {
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const value = this.#begin();
    this.#values.set(name, value);
    if (this.#values.size > CAPACITY) {
      const oldest = this.#values.keys().next();
      if (oldest.done !== true) this.#values.delete(oldest.value);
    }
    return value;
  }

  changed(): void {
    // There is nowhere to keep it.
  }
}
