import type { Decoded } from './decoded.ts';
import { emptyPayload } from './decode-error.ts';
import { numeral } from './numeral.ts';
import { Readings } from './readings.ts';

/**
 * One reading, `value`, of a text that is nothing else: the number that it spells, or the text itself. White space around it does not count.
 *
 * @throws DecodeError
 */
export function decodeText(text: string): Decoded[] {
  const trimmed = text.trim();
  if (trimmed === '') throw emptyPayload();
  const readings = new Readings('exact');
  readings.add('value', numeral(trimmed));
  return [readings.finish(undefined, undefined)];
}
