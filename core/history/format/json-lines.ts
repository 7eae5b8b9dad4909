import type { HistoryQuery } from '../query.ts';
import type { HistoryAnswer, HistoryBlock } from '../result.ts';
import { timeZone } from '../time/time-zone.ts';
import type { TimeZone } from '../time/time-zone.ts';
import { flatRows } from './flat-row.ts';

/**
 * An answer as JSON lines, in parts: an object a row, see `FlatRow`; then one `{"notice":{…}}` for each notice, and `{"next":"…"}` when it was cut at its limit.
 */
export async function* jsonLinesOf(answer: HistoryAnswer, query: HistoryQuery): AsyncGenerator<string, void> {
  const zone = timeZone(query.timeZone);
  for await (const block of answer) yield jsonLines(block, zone);
  for (const notice of answer.notices) yield `${JSON.stringify({ notice })}\n`;
  if (answer.next !== undefined) yield `${JSON.stringify({ next: answer.next })}\n`;
}

/** The rows of a block as JSON lines. */
export function jsonLines(block: HistoryBlock, zone: TimeZone): string {
  return flatRows(block, zone).map((row) => `${JSON.stringify(row)}\n`).join('');
}
