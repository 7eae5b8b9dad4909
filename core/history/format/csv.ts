import type { ReadingValue } from '../../sample/sample.ts';
import type { HistoryQuery } from '../query.ts';
import type { HistoryBlock } from '../result.ts';
import { timeZone } from '../time/time-zone.ts';
import type { TimeZone } from '../time/time-zone.ts';
import { flatRows } from './flat-row.ts';

/**
 * What makes a spreadsheet reckon in place of show (OWASP, CSV injection). One that divides cells at semicolons or tabs, or heeds no quotes inside of
 * a cell, finds a beginning also there.
 */
const FORMULA = /(^|[;\t\r\n])([\p{Zs}"']*[=+\-@＝＋－＠])/gu;
/** Integers beyond 2^53 are texts, so that no digit is lost; they are numbers all the same. */
const INTEGER = /^-\d+$/;
const NEEDS_QUOTES = /[",\r\n]|^ | $|^$/;

/** One cell (RFC 4180). Numbers stay numbers; a text that a spreadsheet would take for a formula gets an apostrophe in front; null is an empty cell, an empty text `""`. */
export function csvCell(value: ReadingValue | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (typeof value === 'boolean') return String(value);
  const safe = INTEGER.test(value) ? value : value.replaceAll(FORMULA, "$1'$2");
  return NEEDS_QUOTES.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The names of the columns: those of a reading, or of a bucket with the aggregates asked for. */
export function csvColumns({ kind, aggregates }: HistoryQuery): string[] {
  return kind === 'aggregate' ? ['time', 'end', 'device', 'metric', 'unit', ...aggregates, 'gap', 'rollup'] : ['time', 'device', 'metric', 'value', 'unit', 'quality', 'flags', 'gap'];
}

/** An answer as CSV (RFC 4180), in parts: the header comes with the first lines, so that until then an error can still be answered as one. */
export async function* csvOf(answer: AsyncIterable<HistoryBlock>, query: HistoryQuery): AsyncGenerator<string, void> {
  const columns = csvColumns(query);
  const zone = timeZone(query.timeZone);
  let header = csvHeader(columns);
  for await (const block of answer) {
    yield header + csvLines(block, columns, zone);
    header = '';
  }
  if (header !== '') yield header;
}

/** The line that comes before all others. */
export function csvHeader(columns: readonly string[]): string {
  return `${columns.join(',')}\r\n`;
}

/** The rows of a block as lines of CSV, without a header. */
export function csvLines(block: HistoryBlock, columns: readonly string[], zone: TimeZone): string {
  return flatRows(block, zone).map((row) => `${columns.map((column) => csvCell(cellOf(row[column]))).join(',')}\r\n`).join('');
}

function cellOf(value: unknown): ReadingValue | undefined {
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' || value === null ? value : undefined;
}
