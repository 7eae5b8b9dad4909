import { exactValue, readExactValue } from '../sample/exact-value.ts';
import type { MetricInfo, Sample } from '../sample/sample.ts';
import { areTests, isQuality } from '../store/codec/kind.ts';
import type { StoredReading } from '../store/store.ts';

/**
 * One reading as a line of JSON, exact: `{"device":…,"metric":…,"ts":…,"value":…,"quality":…,"unit":…,"flags":…,"raw":…,"tests":…}`; the last
 * four where there are any. A number that JSON has no spelling for, or would not give back, is `{"number":"NaN"}`,
 * `{"number":"Infinity"}`, `{"number":"-Infinity"}` or `{"number":"-0"}`. A whole number beyond 2^53 is the text that it was stored
 * as, and text that is no valid Unicode has its lone surrogates as `\ud800`.
 */
export function lineOf(device: string, metric: string, { ts, value, quality, unit, flags, raw, tests }: StoredReading): string {
  return JSON.stringify({ device, metric, ts, value: exactValue(value), quality, ...(unit !== undefined && { unit }), ...(flags !== undefined && { flags }), ...(raw !== undefined && { raw }), ...(tests !== undefined && { tests }) });
}

/**
 * The sample of a line that `lineOf` made. It counts as received when it was taken, so that a reading which has been corrected since
 * the export does not come back.
 *
 * @throws Error that says in a few words what is wrong with the line.
 */
export function sampleOfLine(line: string): Sample {
  const { device, metric, ts, value: given, quality, unit, flags, raw, tests } = objectOf(line);
  if (!isName(device)) throw new Error('"device" is no text');
  if (!isName(metric)) throw new Error('"metric" is no text');
  if (metric === '__proto__') throw new Error('"metric" is __proto__');
  if (typeof ts !== 'number' || !Number.isInteger(ts) || Math.abs(ts) > 8.64e15) throw new Error('"ts" is not a whole number of milliseconds');
  const value = readExactValue(given);
  if (value === undefined) throw new Error('"value" is neither a number, a text, true, false nor null');
  if (!isQuality(quality)) throw new Error('"quality" is not 1, 2, 3, 4 or 9');
  if (unit !== undefined && typeof unit !== 'string') throw new Error('"unit" is no text');
  if (flags !== undefined && !isTexts(flags)) throw new Error('"flags" is no list of texts');
  if (tests !== undefined && !areTests(tests)) throw new Error('"tests" is no object of names with 1, 2, 3, 4 or 9');
  const info: MetricInfo = { q: quality, ...(unit !== undefined && { unit }), ...(flags !== undefined && { flags }), ...(raw !== undefined && { raw }), ...(tests !== undefined && { tests }) };
  return { id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'flow' }, values: { [metric]: value }, metrics: { [metric]: info } };
}

function objectOf(line: string): Record<string, unknown> {
  let read: unknown;
  try {
    read = JSON.parse(line);
  } catch {
    throw new Error('it is not JSON');
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw new Error('it is no JSON object');
  return read as Record<string, unknown>;
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 10_000;
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}
