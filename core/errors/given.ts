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
