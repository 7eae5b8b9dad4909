import { canonical } from './json.ts';
import type { Resource } from './library.ts';

/** What a keyword asked for and did not get. */
export interface Broken {
  readonly keyword: string;
  /** What the keyword says: a limit, the types, the values. */
  readonly wanted: unknown;
}

/** One broken rule: where in the value, what was there, and the name of a member that is missing or too many. */
export interface Finding extends Broken {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly member?: string | undefined;
}

/** The work for one check went beyond its bound. `isEndless`: the schema leads back to itself without end. */
export class Exhausted extends Error {
  readonly isEndless: boolean;

  constructor(isEndless: boolean) {
    super('the check took too many steps');
    this.isEndless = isEndless;
  }
}

/** Levels of schemas within schemas; each takes a few frames of the stack. */
const DEEPEST_CHECK = 600;
const MOST_FINDINGS = 20;

/** One check under way: the work left, the resources it came through, and what was found when that is asked for. */
export class Run {
  /** Resources from the outermost to the one it is in: the dynamic scope. */
  readonly scope: Resource[] = [];
  readonly path: string[] = [];
  /** Set while reasons are asked for; else a check stops at the first broken rule. */
  findings: Finding[] | undefined;
  /** How many rules were found broken, beyond those kept too. */
  found = 0;
  #steps = 0;
  #depth = 0;
  readonly #mostSteps: number;

  constructor(mostSteps: number) {
    this.#mostSteps = mostSteps;
  }

  /** Begins anew, to be used for the next check. */
  begin(findings: Finding[] | undefined): void {
    this.scope.length = 0;
    this.path.length = 0;
    this.findings = findings;
    this.found = 0;
    this.#steps = 0;
    this.#depth = 0;
  }

  /** Counts work, one step at least. Throws Exhausted beyond the bound. */
  spend(steps: number): void {
    // A whole number is counted without allocating.
    this.#steps += 1 + Math.trunc(steps);
    if (this.#steps > this.#mostSteps) throw new Exhausted(false);
  }

  /** Goes into a schema. Throws Exhausted beyond the bounds. */
  enter(resource: Resource): void {
    this.#steps += 1;
    this.#depth += 1;
    if (this.#steps > this.#mostSteps) throw new Exhausted(false);
    if (this.#depth > DEEPEST_CHECK) throw new Exhausted(true);
    this.scope.push(resource);
  }

  leave(): void {
    this.#depth -= 1;
    this.scope.pop();
  }

  /** Notes a broken rule, if reasons are asked for; always false. */
  fail(broken: Broken, value: unknown, member?: string): false {
    if (this.findings) {
      this.found += 1;
      if (this.findings.length < MOST_FINDINGS) this.findings.push({ ...broken, path: [...this.path], value, member });
    }
    return false;
  }
}

/** The text by which a value is compared with others, counted as work. */
export function keyOf(value: unknown, run: Run): string {
  const key = canonical(value);
  run.spend(key.length / 16);
  return key;
}
