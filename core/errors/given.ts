import { ConfigError } from './holdfast-error.ts';

/*
 * What every reader of a setting asks of what it is given, by a person or an imported flow.
 */

/** The members of an object. @throws ConfigError when it is none; `what` is what to give. */
export function givenRecord(value: unknown, field: string, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Give ${what}.`);
}

/** @throws ConfigError for a member that is none of these. */
export function refuseUnknown(given: Record<string, unknown>, names: readonly string[], field: string): void {
  const other = Object.keys(given).find((name) => !names.includes(name));
  if (other !== undefined) throw new ConfigError(field, `${field}, has ${shownGiven(other)}, which is not known. Use ${names.join(', ')}.`);
}

/** A value as a sentence about a setting shows it. */
export function shownGiven(value: unknown): string {
  if (value === undefined) return 'missing';
  if (typeof value === 'string') return `"${value.slice(0, 40)}"`;
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : `of type ${typeof value}`;
}

/** What a list in the settings is of. */
export interface GivenList<Item> {
  /** What the setting is called, and one of it: `profiles`, `profile`. */
  field: string;
  one: string;
  maximum: number;
  read: (element: unknown, field: string) => Item;
  /** By which property they are told apart, and what it is. */
  key: string;
  keyOf: (item: Item) => string;
}

/** A list in which each has a name of its own. @throws ConfigError naming the row, the value and the cure. */
export function readGivenList<Item>(value: unknown, { field, one, maximum, read, key, keyOf }: GivenList<Item>): Item[] {
  if (!Array.isArray(value)) throw new ConfigError(field, `The ${field} are not a list. Give a list, with one object for each ${one}.`);
  if (value.length > maximum) throw new ConfigError(field, `There are ${value.length} ${field}. Use at most ${maximum}.`);
  const taken = new Set<string>();
  return value.map((element: unknown, index) => {
    const row = `${field}, row ${index + 1}`;
    const item = read(element, row);
    const name = keyOf(item);
    if (taken.has(name)) throw new ConfigError(`${row}, ${key}`, `${row}, ${key}, is "${name}", which another ${one} has already. Give each ${one} one of its own.`);
    taken.add(name);
    return item;
  });
}
