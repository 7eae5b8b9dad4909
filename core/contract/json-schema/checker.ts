import type { SchemaNode } from './node.ts';
import { Exhausted, Run } from './run.ts';
import type { Broken, Finding } from './run.ts';

/** What a check found: at most twenty broken rules, and how many there are. */
export interface Findings { readonly kept: readonly Finding[]; readonly found: number }

const ENDLESS: Broken = { keyword: '$ref', wanted: 'endless' };
const TOO_MUCH: Broken = { keyword: 'limit', wanted: 'steps' };

/** Checks values by a compiled schema. Never throws: a check that would go on too long ends, as one that does not hold. */
export class Checker {
  readonly #root: SchemaNode;
  readonly #run: Run;

  /** `mostSteps`: schemas looked at for one value; a million are some ten milliseconds. */
  constructor(root: SchemaNode, mostSteps: number) {
    this.#root = root;
    this.#run = new Run(mostSteps);
  }

  /** Allocates nothing, but for schemas with `unevaluated…` and members that are objects. */
  holds(value: unknown): boolean {
    this.#run.begin(undefined);
    try {
      return this.#root.check(value, this.#run, undefined);
    } catch (error) {
      if (isBeyondBounds(error)) return false;
      throw error;
    }
  }

  findings(value: unknown): Findings {
    const kept: Finding[] = [];
    this.#run.begin(kept);
    try {
      this.#root.check(value, this.#run, undefined);
      return { kept, found: this.#run.found };
    } catch (error) {
      if (!isBeyondBounds(error)) throw error;
      const broken = error instanceof Exhausted && !error.isEndless ? TOO_MUCH : ENDLESS;
      return { kept: [{ ...broken, path: [], value }], found: 1 };
    }
  }
}

function isBeyondBounds(error: unknown): boolean {
  return error instanceof Exhausted || error instanceof RangeError;
}
