import { ConfigError } from '../../errors/holdfast-error.ts';
import { show } from '../qartod/options.ts';

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
  const given = record(value, field, `an object of ${Object.keys(spec).join(', ') || 'nothing'}`);
  const read: Record<string, unknown> = {};
  for (const [name, one] of Object.entries(given)) {
    const option = Object.hasOwn(spec, name) ? spec[name] : undefined;
    if (!option) throw new ConfigError(field, `${field}, has ${show(name)}, which is not known. ${Object.keys(spec).length === 0 ? 'It takes no options.' : `Use ${Object.keys(spec).join(', ')}.`}`);
    if (one !== undefined && one !== null && one !== '') read[name] = option.read(one, `${field}, ${name}`);
  }
  return read as OptionsOf<Spec>;
}

/** The fields of an object. @throws ConfigError when it is none. */
export function record(value: unknown, field: string, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new ConfigError(field, `${field}, is ${show(value)}. Give ${what}.`);
}

/** A finite number; what it may be beyond that, its test says. */
export const number: Option<number> = {
  read(value, field) {
    const read = typeof value === 'string' ? Number(value) : value;
    if (typeof read === 'number' && Number.isFinite(read)) return read;
    throw new ConfigError(field, `${field}, is ${show(value)}. Enter a number.`);
  },
};

/** Two numbers; null or an empty text leaves a side open. */
export const span: Option<readonly [number, number]> = {
  read(value, field) {
    if (Array.isArray(value) && value.length === 2) {
      const [low, high] = value as unknown[];
      return [end(low, -Infinity, field), end(high, Infinity, field)];
    }
    throw new ConfigError(field, `${field}, is ${show(value)}. Give the lowest and the highest value that pass, such as [0, 50].`);
  },
};

export const numbers: Option<readonly number[]> = {
  read(value, field) {
    if (Array.isArray(value) && value.length <= MOST_ELEMENTS) return value.map((one: unknown) => number.read(one, field));
    throw new ConfigError(field, `${field}, is ${show(value)}. Give a list of at most ${MOST_ELEMENTS} numbers, such as [-127, 85].`);
  },
};

export const text: Option<string> = {
  read(value, field) {
    if (typeof value === 'string' && value.trim() !== '' && value.length <= LONGEST_TEXT) return value.trim();
    throw new ConfigError(field, `${field}, is ${show(value)}. Enter a text of at most ${LONGEST_TEXT} characters.`);
  },
};

export function oneOf<const Choice extends string>(choices: readonly Choice[]): Option<Choice> {
  return {
    read(value, field) {
      const found = choices.find((choice) => choice === value);
      if (found !== undefined) return found;
      throw new ConfigError(field, `${field}, is ${show(value)}. Choose one of: ${choices.join(', ')}.`);
    },
  };
}

/** A list of at least one element. */
export function listOf<Element>(element: Option<Element>): Option<readonly Element[]> {
  return {
    read(value, field) {
      if (Array.isArray(value) && value.length > 0 && value.length <= MOST_ELEMENTS) return value.map((one: unknown, index) => element.read(one, `${field}, element ${index + 1}`));
      throw new ConfigError(field, `${field}, is ${show(value)}. Give a list of 1 to ${MOST_ELEMENTS} elements.`);
    },
  };
}

function end(value: unknown, open: number, field: string): number {
  return value === null || value === undefined || value === '' ? open : number.read(value, field);
}
