import type { ReadingValue } from '../../sample/sample.ts';
import type { MetricSchema } from './flat-view.ts';

/** Values to try, so that a search always ends soon. */
const MOST = 400;
const LONGEST_TEXT = 1_100;
const FORMATS = [
  '2024-02-29T12:00:00Z', '2024-02-29', '12:00:00Z', 'P1D', 'a@b.example', 'https://holdfast.example/a', '/a', '127.0.0.1', '::1', 'holdfast.example',
  '3f2504e0-4f89-41d3-9a0c-0305e82c3301', '/a/b', '^a$',
];
const USUAL: readonly ReadingValue[] = [1, 0, -1, 0.5, 2, 1.5, 10, 100, 1_000, -1_000, 1e9, -1e9, 'a', 'abc', '', true, false, null, ...FORMATS];

/**
 * Values of a metric that are likely to tell two schemas apart: those that they name, those beside and between their bounds, texts of just
 * the lengths that they name, and a few of each type.
 */
export function candidatesOf(...schemas: readonly MetricSchema[]): ReadingValue[] {
  const named: ReadingValue[] = [];
  for (const schema of schemas) collect(schema, named);
  const numbers = [...new Set(named.filter((value) => typeof value === 'number'))].toSorted((a, b) => a - b);
  const found = new Set<ReadingValue>([...named, ...USUAL.slice(0, 3)]);
  for (const [index, number] of numbers.entries()) {
    for (const near of around(number)) found.add(near);
    const next = numbers[index + 1];
    if (next !== undefined) {
      found.add((number + next) / 2);
      found.add(Math.round((number + next) / 2));
    }
    if (Number.isInteger(number) && number >= 0 && number <= LONGEST_TEXT) {
      for (const length of [number - 1, number, number + 1]) if (length >= 0) found.add('a'.repeat(length));
    }
    // A step of the one within the bounds of the other.
    if (number > 0) for (const other of numbers.slice(0, 12)) found.add(Math.ceil(other / number) * number).add(Math.floor(other / number) * number).add((Math.floor(other / number) + 1) * number).add((Math.floor(other / number) + 2) * number);
  }
  for (const value of USUAL) found.add(value);
  return [...found].filter((value) => typeof value !== 'number' || Number.isFinite(value)).slice(0, MOST);
}

function around(number: number): number[] {
  const little = Math.max(Math.abs(number), 1) * 1e-6;
  return [number - 1, number + 1, number - little, number + little, number / 2, Math.floor(number), Math.ceil(number), number * 3].map((value) => value + 0);
}

/** Every number, and each text, truth value and null where a value is named. */
function collect(tree: unknown, found: ReadingValue[], isNamed = false): void {
  if (found.length >= MOST) return;
  if (typeof tree === 'number') found.push(tree);
  else if (isNamed && (typeof tree === 'string' || typeof tree === 'boolean' || tree === null)) found.push(tree);
  if (typeof tree !== 'object' || tree === null) return;
  for (const [keyword, inner] of Object.entries(tree)) collect(inner, found, Array.isArray(tree) ? isNamed : ['const', 'enum', 'examples', 'default'].includes(keyword));
}
