import type { Dialect } from '../../core/contract/index.ts';
import { isObject } from '../../core/contract/json-schema/json.ts';

/** One value and whether the schema holds for it. */
export interface SuiteTest { description: string; data: unknown; valid: boolean }
/** A schema with its tests. */
export interface SuiteGroup { description: string; schema: unknown; tests: SuiteTest[]; dialect?: Dialect }

/** A test file that is not of a known shape. */
export class ShapeError extends Error {}

/**
 * The groups of a parsed test file: a list of `{description, schema, tests: [{description, data, valid}]}`, one such object, or, as JSON Type Definition's suite
 * has it, an object of `{schema, instance, errors}` by name.
 */
export function groupsOf(file: unknown): SuiteGroup[] {
  if (Array.isArray(file)) return file.map(groupOf);
  if (!isObject(file)) throw new ShapeError('The file is neither a list of schemas with tests, nor an object.');
  if ('tests' in file) return [groupOf(file)];
  return Object.entries(file).map(([description, entry]) => {
    if (!isObject(entry) || !('schema' in entry) || !Array.isArray(entry['errors'])) throw new ShapeError(`"${description}" has no schema, instance and errors.`);
    return { description, schema: entry['schema'], dialect: 'jtd', tests: [{ description, data: entry['instance'], valid: entry['errors'].length === 0 }] };
  });
}

function groupOf(group: unknown): SuiteGroup {
  if (!isObject(group) || !('schema' in group) || !Array.isArray(group['tests'])) throw new ShapeError('A part of the file has no schema with tests.');
  return { description: String(group['description'] ?? ''), schema: group['schema'], tests: group['tests'].map(testOf) };
}

function testOf(test: unknown): SuiteTest {
  if (!isObject(test) || !('data' in test) || typeof test['valid'] !== 'boolean') throw new ShapeError('A test has no data, or does not say whether it is valid.');
  return { description: String(test['description'] ?? ''), data: test['data'], valid: test['valid'] };
}

const NAMED: ReadonlyArray<readonly [name: RegExp, dialect: Dialect | 'other']> = [
  [/^draft-?0?7(?:[-_.]|$)/, 'draft-07'],
  [/^(?:draft-?2019-09(?:[-_.]|$)|2019-09$)/, '2019-09'],
  [/^(?:draft-?2020-12(?:[-_.]|$)|2020-12$)/, '2020-12'],
  [/^jtd(?:[-_.]|$)/, 'jtd'],
  [/^(?:draft-?(?:\d|next)|v1$)/, 'other'],
];

/** What the name of a folder or file says about the tests in it: the dialect, `other` for a draft that is not run, undefined for no draft's name. */
export function dialectNamed(name: string): Dialect | 'other' | undefined {
  return NAMED.find(([form]) => form.test(name))?.[1];
}
