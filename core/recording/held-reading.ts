import { exactValue, readExactValue } from '../sample/exact-value.ts';
import { judgedTime } from '../sample/judged-time.ts';
import { QUALITY } from '../sample/sample.ts';
import type { MetricInfo, Quality, ReadingValue, Sample } from '../sample/sample.ts';
import { isQuality } from '../store/codec/kind.ts';
import { noteOf, readNote } from '../store/codec/note.ts';

/** One reading of a metric, as a rule remembers it. */
export interface HeldReading {
  ts: number;
  received: number;
  value: ReadingValue;
  quality: Quality;
  /** Unit, flags and raw value as one text; see core/store/codec/note.ts. */
  note: string | undefined;
}

/** A held reading, and which metric it is of. */
export interface DueReading extends HeldReading {
  metric: string;
}

/** What a rule remembers has to fit into the state of a device many times: longer texts are stored at once, whatever the rule. */
const MAXIMUM_TEXT = 1_000;
/** Event times beyond what a Date can hold are the store's to refuse. */
const MAXIMUM_TIME = 8.64e15;

/** The reading of a metric of a sample; undefined when it is one that no rule can hold, and that goes to the store as it is. */
export function heldReading({ ts, received, values, metrics }: Sample, metric: string): HeldReading | undefined {
  const value = values[metric];
  const info = metrics?.[metric] ?? {};
  if (!Number.isInteger(ts) || Math.abs(ts) > MAXIMUM_TIME || !isHoldable(value) || metric === '__proto__') return undefined;
  const quality = info.q ?? (value === null ? QUALITY.missing : QUALITY.unknown);
  if (!isQuality(quality)) return undefined;
  const note = noteOf(info);
  return note !== undefined && note.length > MAXIMUM_TEXT ? undefined : { ts, received, value, quality, note };
}

/** The time by which a held reading is judged: see judgedTime. */
export function timeOf(reading: HeldReading): number {
  return judgedTime(reading);
}

/** Plain JSON that gives the reading back exactly. */
export function snapshotOf({ ts, received, value, quality, note }: HeldReading): unknown[] {
  return [ts, received, exactValue(value), quality, note ?? null];
}

/** What `snapshotOf` was given; undefined when it is damaged. */
export function readSnapshot(snapshot: unknown): HeldReading | undefined {
  if (!Array.isArray(snapshot)) return undefined;
  const [ts, received, given, quality, note] = snapshot as unknown[];
  const value = readExactValue(given);
  if (typeof ts !== 'number' || typeof received !== 'number' || value === undefined || !isQuality(quality)) return undefined;
  return { ts, received, value, quality, note: typeof note === 'string' ? note : undefined };
}

/** Samples of these readings of a device, for the store: one for each time. */
export function samplesOfReadings(device: string, readings: readonly DueReading[]): Sample[] {
  const samples = new Map<string, Sample>();
  for (const { metric, ts, received, value, quality, note } of readings) {
    const key = `${ts} ${received}`;
    let sample = samples.get(key);
    if (!sample) samples.set(key, (sample = { id: `${device}/${ts}`, device, ts, received, tsSource: 'device', src: { via: 'flow' }, values: {}, metrics: {} }));
    sample.values[metric] = value;
    const info: MetricInfo = { q: quality };
    const { unit, flags, raw, tests } = note === undefined ? {} : readNote(note);
    if (unit !== undefined) info.unit = unit;
    if (flags !== undefined) info.flags = [...flags];
    if (raw !== undefined) info.raw = raw;
    if (tests !== undefined) info.tests = { ...tests };
    (sample.metrics ??= {})[metric] = info;
  }
  return [...samples.values()];
}

function isHoldable(value: unknown): value is ReadingValue {
  if (typeof value === 'string') return value.length <= MAXIMUM_TEXT;
  return value === null || typeof value === 'number' || typeof value === 'boolean';
}
