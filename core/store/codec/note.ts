import type { MetricInfo } from '../../sample/sample.ts';
import type { StoredReading } from '../store.ts';

/** What a note holds of a reading. */
export type Note = Pick<StoredReading, 'unit' | 'flags' | 'raw' | 'tests'>;

/**
 * Unit, flags, raw value and quality tests of a reading as one text, canonical, so that two readings have the same note when these are the
 * same; undefined when there are none. It is the JSON of `{ unit?, flags?, raw?, tests? }`, in this order, the tests by name.
 */
export function noteOf({ unit, flags, raw, tests }: MetricInfo): string | undefined {
  const hasUnit = unit !== undefined && unit !== '';
  const hasFlags = flags !== undefined && flags.length > 0;
  const names = tests === undefined ? [] : Object.keys(tests);
  if (!hasUnit && !hasFlags && raw === undefined && names.length === 0) return undefined;
  return JSON.stringify({ ...(hasUnit && { unit }), ...(hasFlags && { flags }), ...(raw !== undefined && { raw }), ...(names.length > 0 && { tests: inOrder(tests, names) }) });
}

function inOrder(tests: MetricInfo['tests'], names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(names.toSorted().map((name) => [name, tests?.[name]]));
}

/** Notes that were read, by their text: most readings of a store share a few. */
const known = new Map<string, Note>();
const MOST_KNOWN = 1_000;
const LONGEST_KNOWN = 256;

export function readNote(note: string): Note {
  const { unit, flags, raw, tests } = known.get(note) ?? parseNote(note);
  // Whoever gets a reading may change its flags.
  return { ...(unit !== undefined && { unit }), ...(flags && { flags: [...flags] }), ...(raw !== undefined && { raw }), ...(tests && { tests: { ...tests } }) };
}

function parseNote(text: string): Note {
  const note = JSON.parse(text) as Note;
  if (note.raw !== undefined || text.length > LONGEST_KNOWN) return note;
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(text, note);
  return note;
}
