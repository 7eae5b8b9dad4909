import { DecodeError } from './decode-error.ts';
import { excerpt, LIMITS } from './limits.ts';

/** One cell of a CSV text. */
export interface Cell {
  text: string;
  quoted: boolean;
  /** Index of its first character, quote included. */
  position: number;
}

export interface Row {
  cells: Cell[];
  /** The line on which it begins, counted from 1. */
  line: number;
}

const DELIMITERS = [',', ';', '\t'] as const;

/** What parts the cells: a comma, or a semicolon or a tab where the first line has no comma outside of quotes. */
export function delimiterOf(text: string): string {
  const seen = new Set<string>();
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '"') quoted = !quoted;
    else if (character === '\n' && !quoted) break;
    else if (!quoted && (character === ',' || character === ';' || character === '\t')) seen.add(character);
  }
  return DELIMITERS.find((delimiter) => seen.has(delimiter)) ?? ',';
}

/**
 * The rows of a CSV text (RFC 4180), one by one; lines end in CRLF or LF, and empty lines are skipped.
 *
 * @throws DecodeError that names line, column and position
 */
export function* rowsOf(text: string, delimiter: string): Generator<Row, undefined> {
  let at = 0;
  let line = 1;
  let row: Row = { cells: [], line };
  while (at < text.length || row.cells.length > 0) {
    const start = at;
    const quoted = text[at] === '"';
    let content: string;
    if (quoted) {
      const end = endOfQuoted(text, at);
      if (end === undefined) throw wrong(row, start, 'has no closing quote');
      const inside = text.slice(at + 1, end);
      content = inside.includes('"') ? inside.replaceAll('""', '"') : inside;
      at = end + 1;
      for (let found = inside.indexOf('\n'); found !== -1; found = inside.indexOf('\n', found + 1)) line += 1;
    } else {
      while (at < text.length && text[at] !== delimiter && text[at] !== '\n' && text[at] !== '"') at += 1;
      if (text[at] === '"') throw wrong(row, at, 'has a quote in the middle. Put the whole cell in quotes, and double each quote in it');
      content = text.slice(start, text[at] !== delimiter && text[at - 1] === '\r' && at > start ? at - 1 : at);
    }
    const isRow = content !== '' || quoted || text[at] === delimiter || row.cells.length > 0;
    if (isRow) row.cells.push({ text: content, quoted, position: start });
    if (row.cells.length > LIMITS.metricsPerSample + 2) throw new DecodeError('too-many', `Line ${row.line} has more than ${LIMITS.metricsPerSample} columns. Split the table.`, { position: start });
    if (text[at] === delimiter) {
      at += 1;
      continue;
    }
    if (quoted && text[at] === '\r') at += 1;
    if (at < text.length && text[at] !== '\n') throw wrong(row, at, `goes on with "${excerpt(text[at] ?? '')}" after its closing quote`, 0);
    at += 1;
    line += 1;
    if (row.cells.length > 0) yield row;
    row = { cells: [], line };
  }
}

function endOfQuoted(text: string, opening: number): number | undefined {
  for (let at = text.indexOf('"', opening + 1); at !== -1; at = text.indexOf('"', at + 2)) {
    if (text[at + 1] !== '"') return at;
  }
  return undefined;
}

function wrong(row: Row, position: number, what: string, next = 1): DecodeError {
  return new DecodeError('syntax', `Line ${row.line}, column ${row.cells.length + next} ${what}, at position ${position}.`, { position });
}
