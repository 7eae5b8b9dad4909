import type { Clock } from '../clock/clock.ts';
import { beginSlice } from '../clock/slice.ts';
import type { MetricInfo, Quality, Sample } from '../sample/sample.ts';
import type { Store, StoredReading } from '../store/store.ts';
import { DeviceQuality } from './device-quality.ts';
import type { DevicePlan } from './device/plan.ts';

/** A stored reading, and what the tests of today say of it. */
export interface JudgedStoredReading {
  ts: number;
  /** As it came, where it was altered before it was stored. */
  value: number;
  q: Quality;
  flags: readonly string[];
}

/** Which readings of one device. Event times: `from` is included, `to` is not. */
export interface HistoryToJudge {
  device: string;
  metrics: readonly string[];
  from: number;
  to: number;
}

export interface HistoryJudges {
  store: Pick<Store, 'range'>;
  clock: Clock;
  plan: DevicePlan;
}

/** Of one metric; of more, the oldest are judged. */
export const MOST_JUDGED = 5_000;
const PAGE = 1_000;
const SLICE = 5;

/**
 * Judges what is stored of a device as if it came now, by settings that need not be in force: metric → readings, the oldest first. Tests of
 * clocks and of reception do not run, since nobody knows when these readings were received, nor do comparisons with other devices.
 * Everything else has its turn in between.
 */
export async function judgeHistory(wanted: HistoryToJudge, judges: HistoryJudges): Promise<Map<string, JudgedStoredReading[]>> {
  const found = new Map<string, JudgedStoredReading[]>();
  const places = new Map<string, Map<string, number>>();
  await replayHistory(wanted, judges, (judged) => note(judged, found, places));
  return found;
}

/** Judges what is stored in the same manner, and tells of each sample. @returns the device as it is afterwards. */
export async function replayHistory(wanted: HistoryToJudge, { store, clock, plan }: HistoryJudges, tell: (judged: Sample) => void = () => undefined): Promise<DeviceQuality> {
  const samples = await storedSamples(wanted, store);
  const quality = new DeviceQuality(undefined, (error) => {
    throw error;
  });
  let isOver = beginSlice(clock, SLICE);
  for (const sample of samples) {
    const { sample: judged, revised } = quality.judge(sample, plan);
    for (const one of revised) tell(one);
    tell(judged);
    if (!isOver()) continue;
    await new Promise<void>((resolve) => void setImmediate(resolve));
    isOver = beginSlice(clock, SLICE);
  }
  return quality;
}

/** Revised samples take the place of what was noted of them. */
function note({ id, ts, values, metrics }: Sample, found: Map<string, JudgedStoredReading[]>, places: Map<string, Map<string, number>>): void {
  for (const metric in values) {
    const info: MetricInfo = metrics?.[metric] ?? {};
    const value = 'raw' in info ? info.raw : values[metric];
    if (typeof value !== 'number') continue;
    const readings = found.get(metric) ?? [];
    const byId = places.get(metric) ?? new Map<string, number>();
    found.set(metric, readings);
    places.set(metric, byId);
    const reading = { ts, value, q: info.q ?? 2, flags: info.flags ?? [] };
    const place = byId.get(id);
    if (place !== undefined) readings[place] = reading;
    else byId.set(id, readings.push(reading) - 1);
  }
}

async function storedSamples({ device, metrics, from, to }: HistoryToJudge, store: HistoryJudges['store']): Promise<Sample[]> {
  const byTime = new Map<number, Sample>();
  for (const metric of metrics) {
    let read = 0;
    for (let start = from; start < to && read < MOST_JUDGED;) {
      const page: StoredReading[] = await store.range({ device, metric, from: start, to, limit: Math.min(PAGE, MOST_JUDGED - read) });
      for (const reading of page) sampleAt(byTime, device, reading.ts).values[metric] = asItCame(reading);
      read += page.length;
      const last = page.at(-1);
      if (!last || page.length < Math.min(PAGE, MOST_JUDGED)) break;
      start = last.ts + 1;
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
  }
  return [...byTime.values()].sort((a, b) => a.ts - b.ts);
}

function sampleAt(byTime: Map<number, Sample>, device: string, ts: number): Sample {
  const known = byTime.get(ts);
  if (known) return known;
  const sample: Sample = { id: String(ts), device, ts, received: ts, tsSource: 'server', src: { via: 'flow' }, values: {} };
  byTime.set(ts, sample);
  return sample;
}

function asItCame({ value, raw }: StoredReading): StoredReading['value'] {
  return typeof raw === 'number' ? raw : value;
}
