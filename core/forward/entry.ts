import type { AlarmMessage } from '../alarm/alarm-message.ts';
import type { Sample } from '../sample/sample.ts';

export type EntryKind = 'reading' | 'alarm';

/** One sample or alarm on its way, in the words in which it travels. */
export interface Entry {
  readonly kind: EntryKind;
  readonly device: string;
  /** That of the sample, or of the alarm's change. */
  readonly id: string;
  /** Event time, ms since the epoch. Together with `id` it names the entry. */
  readonly ts: number;
  /** It was backfill when it came. */
  readonly historical: boolean;
  /** One JSON object in UTF-8, as docs/forward.md describes it. */
  readonly line: Uint8Array;
}

/** What travels of a sample: its id, time, number, readings, and what is known of them. What belongs to this machine stays here. */
export function entryOfSample({ id, device, ts, tsSource, seq, historical, values, metrics }: Sample): Entry {
  const line: Record<string, unknown> = { device, id, ts };
  if (tsSource === 'server') line['tsSource'] = tsSource;
  if (seq !== undefined) line['seq'] = seq;
  line['values'] = values;
  if (metrics !== undefined) line['metrics'] = metrics;
  if (historical === true) line['historical'] = true;
  return { kind: 'reading', device, id, ts, historical: historical === true, line: Buffer.from(JSON.stringify(line)) };
}

export function entryOfAlarm({ payload, iot: { id, device, ts, historical } }: AlarmMessage): Entry {
  const line: Record<string, unknown> = { kind: 'alarm', device, id, ts, alarm: payload };
  if (historical === true) line['historical'] = true;
  return { kind: 'alarm', device, id, ts, historical: historical === true, line: Buffer.from(JSON.stringify(line)) };
}

/**
 * The entry that a line is of.
 *
 * @throws SyntaxError or TypeError for a line that no entry has.
 */
export function entryOfLine(line: Uint8Array): Entry {
  const { kind, device, id, ts, historical } = JSON.parse(Buffer.from(line).toString()) as Partial<Entry>;
  if (typeof device !== 'string' || typeof id !== 'string' || typeof ts !== 'number') throw new TypeError('The line names no device, id or time.');
  return { kind: kind === 'alarm' ? 'alarm' : 'reading', device, id, ts, historical: historical === true, line };
}

const HISTORICAL = Buffer.from(',"historical":true}');

/** The line of an entry that has waited so long that it is backfill by now. */
export function historicalLine({ historical, line }: Pick<Entry, 'historical' | 'line'>): Uint8Array {
  return historical ? line : Buffer.concat([line.subarray(0, -1), HISTORICAL]);
}
