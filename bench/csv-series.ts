/** How the files of the public data sets are read. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** The cells of each line of a CSV file after its head; a file that ends in .gz is unpacked. */
export function* rowsOf(file: string): Generator<readonly string[]> {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('latin1');
  for (let at = text.indexOf('\n') + 1; at < text.length;) {
    const end = text.indexOf('\n', at) < 0 ? text.length : text.indexOf('\n', at);
    yield text.slice(at, end).trimEnd().split(',');
    at = end + 1;
  }
}

/** Seconds since the epoch, or a date and a time, UTC, into milliseconds since the epoch. */
export function timeOf(text: string): number {
  const seconds = Number(text);
  return Number.isNaN(seconds) ? Date.parse(`${text.replace(' ', 'T')}Z`) : seconds * 1_000;
}
