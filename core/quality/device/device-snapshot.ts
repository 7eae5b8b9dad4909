import { samplesOf, toBatchMessage } from '../../sample/message.ts';
import type { ReadingValue, Sample } from '../../sample/sample.ts';
import { QualitySnapshotError } from '../quality-snapshot-error.ts';
import { MOST_INTERPOLATED } from './alteration.ts';
import { MetricQuality } from './metric-quality.ts';
import type { RetainedReading } from './metric-quality.ts';
import type { Order } from './order.ts';
import type { DevicePlan, Neighbour, SampleTest } from './plan.ts';
import type { RecentVerdicts } from './recent-verdicts.ts';
import { RetainedSample } from './retained-sample.ts';

/** A device may invent metric names: of those beyond this many only the sample is judged. */
export const METRICS_PER_DEVICE = 200;

/** What a device remembers. */
export interface DeviceMemory {
  readonly order: Order;
  readonly sampleTests: readonly SampleTest[];
  readonly metrics: Map<string, MetricQuality>;
  readonly recent: RecentVerdicts;
}

/** A test as a snapshot names it, once for all metrics that it judges with the same settings. */
interface Keeping {
  readonly name: string;
  readonly signature: string;
}

/** What a device remembers, as plain JSON. A sample that several metrics wait for stands in it once. */
export function snapshotDevice(plan: DevicePlan, { order, sampleTests, metrics, recent }: DeviceMemory): unknown {
  const retained: RetainedSample[] = [];
  const reading = ({ ts, value, retained: sample }: RetainedReading): unknown[] => [ts, value, placeOf(retained, sample)];
  const names: string[] = [];
  const named = (plans: readonly Keeping[], snapshots: readonly unknown[]): unknown[] => snapshots.flatMap((snapshot, index) => {
    const test = plans[index];
    return test ? [[placeOf(names, nameOf(test)), snapshot]] : [];
  });
  const metricsKept: unknown = Object.fromEntries(Array.from(metrics, ([metric, quality]) => {
    const { memory } = quality;
    return [metric, {
      o: quality.order.snapshot(),
      t: named([...quality.plan.tests, ...quality.plan.comparing], quality.snapshots()),
      ...(!Number.isNaN(memory.lastNumber) && { n: memory.lastNumber }),
      ...(memory.good && { g: [memory.good.ts, memory.good.value, memory.held] }),
      ...(memory.waiting && { w: [...reading(memory.waiting), memory.waiting.verdict.digits] }),
      ...(memory.gap.length > 0 && { i: memory.gap.map(reading) }),
    }];
  }));
  return { v: 1, o: order.snapshot(), t: named(plan.sampleTests, sampleTests.map((test) => test.snapshot())), k: names, m: metricsKept, r: recent.snapshot(), s: retained.map(({ sample }) => sample) };
}

/**
 * Fills the memory of a device from a snapshot. Tests whose settings are others now begin anew.
 *
 * @param problem told of a test whose part is damaged; that one begins anew, too.
 * @throws QualitySnapshotError when it is no snapshot of a device at all.
 */
export function restoreDevice(plan: DevicePlan, memory: DeviceMemory, snapshot: unknown, problem: (error: unknown) => void): void {
  const { v, o, t, k, m, r, s } = fields(snapshot);
  if (v !== 1) throw new QualitySnapshotError('device');
  const retained = readSamples(s).map((sample) => new RetainedSample(sample));
  const names: readonly unknown[] = Array.isArray(k) ? k : [];
  memory.order.restore(o);
  restoreTests(plan.sampleTests, (index, test) => memory.sampleTests[index]?.restore(test), t, names, problem);
  for (const [metric, kept] of Object.entries(fields(m)).slice(0, METRICS_PER_DEVICE)) {
    const quality = new MetricQuality(plan.of(metric));
    restoreMetric(quality, fields(kept), retained, names, problem);
    memory.metrics.set(metric, quality);
  }
  memory.recent.restore(r);
}

/** The latest number of a metric of a device that has not been heard since the start. */
export function latestInSnapshot(snapshot: unknown, metric: string): Neighbour | undefined {
  const metrics = fields(fields(snapshot)['m']);
  const { o, n } = fields(Object.hasOwn(metrics, metric) ? metrics[metric] : undefined);
  const ts: unknown = Array.isArray(o) ? o[0] : undefined;
  return typeof ts === 'number' && typeof n === 'number' ? { ts, value: n } : undefined;
}

function restoreMetric(quality: MetricQuality, { o, t, n, g, w, i }: Record<string, unknown>, retained: readonly RetainedSample[], names: readonly unknown[], problem: (error: unknown) => void): void {
  const { memory, plan } = quality;
  quality.order.restore(o);
  restoreTests([...plan.tests, ...plan.comparing], (index, test) => quality.restore(index, test), t, names, problem);
  if (typeof n === 'number') memory.lastNumber = n;
  if (Array.isArray(g) && typeof g[0] === 'number' && typeof g[1] === 'number') {
    memory.good = { ts: g[0], value: g[1] };
    memory.held = typeof g[2] === 'number' ? g[2] : 0;
  }
  const waiting = readReading(w, retained);
  const flags = plan.verdicts.flagsOf(Array.isArray(w) ? w[3] : undefined);
  if (waiting && plan.isDelayed && flags) memory.waiting = { ...waiting, verdict: plan.verdicts.of(flags) };
  if (!Array.isArray(i) || plan.alteration?.onBad !== 'interpolate') return;
  memory.gap = i.slice(0, MOST_INTERPOLATED).flatMap((one) => readReading(one, retained) ?? []);
}

function restoreTests(plans: readonly Keeping[], restore: (index: number, snapshot: unknown) => void, snapshots: unknown, names: readonly unknown[], problem: (error: unknown) => void): void {
  if (!Array.isArray(snapshots)) return;
  const kept = new Map(snapshots.filter((one): one is [number, unknown] => Array.isArray(one) && typeof one[0] === 'number').map(([place, one]) => [names[place], one]));
  for (const [index, plan] of plans.entries()) {
    const name = nameOf(plan);
    if (!kept.has(name)) continue;
    try {
      restore(index, kept.get(name));
    } catch (error) {
      problem(error);
    }
  }
}

function nameOf({ name, signature }: Keeping): string {
  return `${name} ${signature}`;
}

/** Where it stands in the list, to which it is added when it does not. */
function placeOf<Item>(list: Item[], item: Item): number {
  const place = list.indexOf(item);
  return place >= 0 ? place : list.push(item) - 1;
}

function readReading(kept: unknown, retained: readonly RetainedSample[]): RetainedReading | undefined {
  if (!Array.isArray(kept)) return undefined;
  const [ts, value, place] = kept as unknown[];
  const sample = typeof place === 'number' ? retained[place] : undefined;
  if (!sample || typeof ts !== 'number' || !isValue(value)) return undefined;
  return { ts, value, retained: sample };
}

function readSamples(kept: unknown): Sample[] {
  if (!Array.isArray(kept)) return [];
  return samplesOf({ ...toBatchMessage([]), payload: kept }).samples;
}

function fields(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function isValue(value: unknown): value is ReadingValue {
  return value === null || ['number', 'string', 'boolean'].includes(typeof value);
}
