import type { Alias } from './payload.ts';

/** What a birth says of one metric. */
export interface Definition {
  name: string;
  alias?: Alias;
  datatype?: number;
  /** The names of the readings that it was flattened to; absent: its own name. */
  readings?: readonly string[];
}

/** The metrics that a birth announced: what aliases mean until the next one. */
export class Birth {
  readonly definitions: readonly Definition[];
  /** How much of the state's bound it takes. */
  readonly size: number;
  readonly #byName = new Map<string, Definition>();
  /** Undefined: two metrics share the alias, so that it names neither. */
  readonly #byAlias = new Map<Alias, Definition | undefined>();

  constructor(definitions: readonly Definition[]) {
    this.definitions = definitions;
    this.size = 1 + definitions.reduce((sum, { readings }) => sum + Math.max(1, readings?.length ?? 1), 0);
    for (const definition of definitions) {
      this.#byName.set(definition.name, definition);
      const { alias, name } = definition;
      if (alias === undefined) continue;
      const isFree = !this.#byAlias.has(alias) || this.#byAlias.get(alias)?.name === name;
      this.#byAlias.set(alias, isFree ? definition : undefined);
    }
  }

  named(name: string): Definition | undefined {
    return this.#byName.get(name);
  }

  aliased(alias: Alias): Definition | undefined {
    return this.#byAlias.get(alias);
  }

  /** The names of all readings it announced. */
  get readings(): string[] {
    const names = new Set<string>();
    for (const { name, readings } of this.definitions) {
      if (readings === undefined) {
        if (isReading(name)) names.add(name);
      } else {
        for (const reading of readings) names.add(reading);
      }
    }
    return [...names];
  }

  /** Whether another birth announced exactly the same: most rebirths do. */
  equals(other: Birth): boolean {
    return this.size === other.size && this.definitions.length === other.definitions.length
      && this.definitions.every((one, index) => isSame(one, other.definitions[index]));
  }
}

/** Whether a metric is a reading: `bdSeq` is state of the session, and `Node Control/…` and `Device Control/…` are there to be written. */
export function isReading(name: string): boolean {
  return name !== 'bdSeq' && !name.startsWith('Node Control/') && !name.startsWith('Device Control/');
}

function isSame(one: Definition, other: Definition | undefined): boolean {
  if (other === undefined || one.name !== other.name || one.alias !== other.alias || one.datatype !== other.datatype) return false;
  if (one.readings === undefined || other.readings === undefined) return one.readings === other.readings;
  return one.readings.length === other.readings.length && one.readings.every((name, index) => name === other.readings?.[index]);
}
