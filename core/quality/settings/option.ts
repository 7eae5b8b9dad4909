import { givenRecord, refuseUnknown, shownGiven } from '../../errors/given.ts';
import { ConfigError } from '../../errors/holdfast-error.ts';

/** How one option of a test is read. */
export interface Option<Value> {
  /** @throws ConfigError naming the field, the value and the cure. */
  read(value: unknown, field: string): Value;
}

export type Options = Readonly<Record<string, Option<unknown>>>;

export type OptionsOf<Spec extends Options> = { -readonly [Name in keyof Spec]?: Spec[Name] extends Option<infer Value> ? Value : never };

const MOST_ELEMENTS = 1_000;
const LONGEST_TEXT = 200;

/** What is left out, null or an empty text counts as not given. @throws ConfigError for what is no object of these options. */
export function readOptions<Spec extends Options>(spec: Spec, value: unknown, field: string): OptionsOf<Spec> {
  const names = Object.keys(spec);
  const given = givenRecord(value, field, names.length === 0 ? 'an object without members: there is nothing to set' : `an object of ${names.join(', ')}`);
  if (names.length > 0) refuseUnknown(given, names, field);
  const read: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(spec)) {
    const one = given[name];
    if (one !== undefined && one !== null && one !== '') read[name] = option.read(one, `${field}, ${name}`);
  }
  return read as OptionsOf<Spec>;
}

/** A finite number; what it may be beyond that, its test says. */
export const number: Option<number> = {
  read(value, field) {
    const read = typeof value === 'string' ? Number(value) : value;
    if (typeof read === 'number' && Number.isFinite(read)) return read;
    throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Enter a number.`);
  },
};

/** Two numbers; null or an empty text leaves a side open. */
export const span: Option<readonly [number, number]> = {
  read(value, field) {
    if (Array.isArray(value) && value.length === 2) {
      const [low, high] = value as unknown[];
      return [end(low, -Infinity, field), end(high, Infinity, field)];
    }
    throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Give the lowest and the highest value that pass, such as [0, 50].`);
  },
};

/** The first and the last of what a period counts, or two times as text or in milliseconds. */
export const timeSpan: Option<readonly [number | string, number | string]> = {
  read(value, field) {
    const [one, other] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [];
    if (isTime(one) && isTime(other)) return [one, other];
    throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Give the first and the last: two times, or such as [6, 8] with the period "month".`);
  },
};

export const numbers: Option<readonly number[]> = {
  read(value, field) {
    if (Array.isArray(value) && value.length <= MOST_ELEMENTS) return value.map((one: unknown) => number.read(one, field));
    throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Give a list of at most ${MOST_ELEMENTS} numbers, such as [-127, 85].`);
  },
};

/** Least longitude, least latitude, largest longitude, largest latitude; which of them fit, the test says. */
export const box: Option<readonly [number, number, number, number]> = {
  read(value, field) {
    const [west, south, east, north, ...more] = numbers.read(value, field);
    if (west !== undefined && south !== undefined && east !== undefined && north !== undefined && more.length === 0) return [west, south, east, north];
    throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Give least longitude, least latitude, largest longitude and largest latitude, such as [5.8, 47.2, 15.1, 55.1].`);
  },
};

export const text: Option<string> = {
  read(value, field) {
    if (typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_TEXT) return value.trim();
    throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Enter a text of at most ${LONGEST_TEXT} characters.`);
  },
};

export function oneOf<const Choice extends string>(choices: readonly Choice[]): Option<Choice> {
  return {
    read(value, field) {
      const found = choices.find((choice) => choice === value);
      if (found !== undefined) return found;
      throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Choose one of: ${choices.join(', ')}.`);
    },
  };
}

/** A list of at least one element. */
export function listOf<Element>(element: Option<Element>): Option<readonly Element[]> {
  return {
    read(value, field) {
      if (Array.isArray(value) && value.length > 0 && value.length <= MOST_ELEMENTS) return value.map((one: unknown, index) => element.read(one, `${field}, element ${index + 1}`));
      throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Give a list of 1 to ${MOST_ELEMENTS} elements.`);
    },
  };
}

function isTime(value: unknown): value is number | string {
  return typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
}

function end(value: unknown, open: number, field: string): number {
  return value === null || value === undefined || value === '' ? open : number.read(value, field);
}
