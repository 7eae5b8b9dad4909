import type { MetricInfo } from '../../sample/sample.ts';
import type { StoredReading } from '../store.ts';

/** What a note holds of a reading. */
export type Note = Pick<StoredReading, 'unit' | 'flags' | 'raw'>;

/**
 * Unit, flags and raw value of a reading as one text, canonical, so that two readings have the same note when these are the same;
 * undefined when there are none. It is the JSON of `{ unit?, flags?, raw? }`, in this order.
 */
export function noteOf({ unit, flags, raw }: MetricInfo): string | undefined {
  const hasUnit = unit !== undefined && unit !== '';
  const hasFlags = flags !== undefined && flags.length > 0;
  if (!hasUnit && !hasFlags && raw === undefined) return undefined;
  return JSON.stringify({ ...(hasUnit && { unit }), ...(hasFlags && { flags }), ...(raw !== undefined && { raw }) });
}

export function readNote(note: string): Note {
  return JSON.parse(note) as Note;
}
