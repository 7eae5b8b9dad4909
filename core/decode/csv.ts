import type { Decoded } from './decoded.ts';
import { DecodeError, emptyPayload, tooManySamples } from './decode-error.ts';
import { type Cell, delimiterOf, type Row, rowsOf } from './csv-cells.ts';
import { excerpt, LIMITS } from './limits.ts';
import { atPlace } from './line.ts';
import { numeral } from './numeral.ts';
import { Readings } from './readings.ts';
import type { UnsafeNumber } from './unsafe-number.ts';

/** Names of a column that holds the time; the first of these that is there does, and another is a metric like any. */
const TIME_COLUMNS = ['ts', 'timestamp', 'time'];

/**
 * The samples in a CSV text (RFC 4180) whose first row names the columns, one for each further row. A column `ts`, `timestamp` or `time`, in
 * any case, is the time, `seq` the sequence number, and each other column a metric. A cell in quotes is text. Without
 * quotes it is the number that it spells, or true or false, else text; an empty one is no reading.
 *
 * @throws DecodeError that names line and column
 */
export function decodeCsv(text: string): Decoded[] {
  const rows = rowsOf(text, delimiterOf(text));
  const first = rows.next();
  if (first.value === undefined || text.trim() === '') throw emptyPayload();
  const columns = columnsOf(first.value);
  const samples: Decoded[] = [];
  for (const row of rows) {
    if (row.cells.length !== columns.names.length) {
      throw new DecodeError('syntax', `Line ${row.line} has ${row.cells.length} columns, and the first line names ${columns.names.length}. Give every line the same number of columns.`, { position: row.cells[0]?.position });
    }
    if (samples.length === LIMITS.samplesPerPayload) throw tooManySamples();
    samples.push(sampleOf(row, columns));
  }
  if (samples.length === 0) throw new DecodeError('empty', 'The payload has a line that names the columns, and no line with readings. Send at least one.');
  return samples;
}

/** Whether a text begins like a table: a row of two or more different names, and a row with as many cells. */
export function looksLikeCsv(text: string): boolean {
  try {
    const rows = rowsOf(text, delimiterOf(text));
    const header = rows.next().value;
    const row = rows.next().value;
    if (!header || !row || header.cells.length < 2 || row.cells.length !== header.cells.length) return false;
    return columnsOf(header).names.every((name) => typeof numeral(name) === 'string');
  } catch {
    return false;
  }
}

interface Columns {
  names: string[];
  time: number;
  seq: number;
}

function columnsOf(header: Row): Columns {
  const names = header.cells.map(({ text, quoted }) => (quoted ? text : text.trim()));
  const seen = new Set<string>();
  for (const [index, name] of names.entries()) {
    const position = header.cells[index]?.position;
    if (name === '') throw new DecodeError('type', `Line ${header.line}, column ${index + 1} has no name. Name every column in the first line.`, { position });
    if (seen.has(name)) throw new DecodeError('duplicate-key', `Line ${header.line}, column ${index + 1} has the name "${excerpt(name)}", which another column has. Give each a name of its own.`, { position });
    seen.add(name);
  }
  const lower = names.map((name) => (name.length > 9 ? name : name.toLowerCase()));
  const time = TIME_COLUMNS.map((name) => lower.indexOf(name)).find((index) => index !== -1) ?? -1;
  return { names, time, seq: names.indexOf('seq') };
}

function sampleOf(row: Row, { names, time, seq }: Columns): Decoded {
  const readings = new Readings('exact');
  for (const [index, cell] of row.cells.entries()) {
    if (index === time || index === seq || isEmpty(cell)) continue;
    try {
      readings.add(names[index] ?? '', readingOf(cell));
    } catch (error) {
      throw atPlace(error, `Line ${row.line}, column ${index + 1}`, cell.position);
    }
  }
  try {
    return readings.finish(timeOf(row.cells[time]), numberOf(row.cells[seq]));
  } catch (error) {
    throw atPlace(error, `Line ${row.line}`, row.cells[0]?.position ?? 0);
  }
}

function isEmpty({ text, quoted }: Cell): boolean {
  return text === '' && !quoted;
}

function readingOf({ text, quoted }: Cell): string | number | boolean | UnsafeNumber {
  if (quoted) return text;
  if (text === 'true' || text === 'false') return text === 'true';
  return numeral(text);
}

function timeOf(cell: Cell | undefined): unknown {
  if (cell === undefined || isEmpty(cell)) return undefined;
  const text = cell.text.trim();
  const value = numeral(text);
  return typeof value === 'number' ? value : text;
}

function numberOf(cell: Cell | undefined): unknown {
  return cell === undefined || isEmpty(cell) ? undefined : numeral(cell.text);
}
