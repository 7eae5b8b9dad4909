import type { HistoryQuery } from '../query.ts';
import type { HistoryAnswer } from '../result.ts';
import { isoTime, timeZone } from '../time/time-zone.ts';
import { flatRows, qualityName } from './flat-row.ts';

/**
 * An answer as one JSON document, in parts: `query`, what the question came to; `rows`, see `FlatRow`; `notices`; and `next` when it was cut at its
 * limit. It is well-formed only when it has come to its end.
 */
export async function* jsonOf(answer: HistoryAnswer, query: HistoryQuery): AsyncGenerator<string, void> {
  const zone = timeZone(query.timeZone);
  const { kind, from, to, at, minimumQuality } = query;
  const time = kind === 'raw' || kind === 'aggregate' ? { from: isoTime(from, zone), to: isoTime(to, zone) } : kind === 'at' ? { at: isoTime(at, zone) } : {};
  let separator = '';
  const beginning = `{"query":${JSON.stringify({ kind, ...time, timeZone: query.timeZone, minimumQuality: qualityName(minimumQuality) })},"rows":[`;
  for await (const block of answer) {
    // The beginning goes out with the first rows: until then, an error can still be answered as one.
    const rows = flatRows(block, zone).map((row) => JSON.stringify(row)).join(',\n');
    yield `${separator === '' ? beginning : separator}${rows}`;
    separator = ',\n';
  }
  const end = { notices: answer.notices, ...(answer.next !== undefined && { next: answer.next }) };
  yield `${separator === '' ? beginning : ''}],${JSON.stringify(end).slice(1)}\n`;
}
