import type { LatestReading } from '../store/store.ts';
import { aggregateRows } from './buckets/aggregate.ts';
import { bucketEdges } from './buckets/bucket-edges.ts';
import { HistoryLimitError } from './history-error.ts';
import { MAXIMUM_SERIES } from './query.ts';
import { rawRows, rowOf } from './readings/raw.ts';
import type { HistoryBlock } from './result.ts';
import { breathe, whileWaiting } from './task.ts';
import type { Series, Task } from './task.ts';

/** Devices whose newest readings are asked for at once. */
const DEVICES_AT_ONCE = 100;

/** The answer to a question, in the order of device and metric, without its limit: in blocks of at most some thousand rows, none of them empty. */
export async function* blocksOf(task: Task): AsyncGenerator<HistoryBlock, void> {
  const devices = await devicesOf(task);
  if (task.query.kind === 'latest' || task.query.kind === 'at') yield* newest(task, devices);
  else yield* perSeries(task, devices);
}

async function* newest(task: Task, devices: readonly string[]): AsyncGenerator<HistoryBlock, void> {
  const { query: { kind, at, metrics, minimumQuality, position }, source: { store }, signal } = task;
  const asked = { ...(metrics && { metrics }), ...(kind === 'at' && { at }), minimumQuality };
  for (let index = 0; index < devices.length; index += DEVICES_AT_ONCE) {
    const found = await whileWaiting(store.latestOf({ ...asked, devices: devices.slice(index, index + DEVICES_AT_ONCE) }), signal);
    for (const { device, metric, reading } of found.toSorted(inOrder)) {
      if (position && inOrder({ device, metric }, position) < 0) continue;
      yield { device, metric, ...(reading.unit !== undefined && { unit: reading.unit }), kind: 'readings', rows: [rowOf(reading)] };
    }
    await breathe(signal);
  }
}

async function* perSeries(task: Task, devices: readonly string[]): AsyncGenerator<HistoryBlock, void> {
  const { query, signal } = task;
  const { position } = query;
  const all = await seriesOf(task, devices);
  const edges = query.kind === 'aggregate' ? await bucketEdges(query, signal) : [];
  const units = new Units(task);
  for (const series of all) {
    if (position && inOrder(series, position) < 0) continue;
    const resumed = position && inOrder(series, position) === 0 ? position.ts : undefined;
    const named = { ...series, ...(await units.of(series)) };
    if (query.kind === 'raw') {
      for await (const rows of rawRows(task, series, resumed)) yield { ...named, kind: 'readings', rows };
    } else {
      const rows = await aggregateRows(task, series, edges);
      const owed = resumed === undefined ? rows : rows.filter(({ ts }) => (query.order === 'newest' ? ts <= resumed : ts >= resumed));
      if (owed.length > 0) yield { ...named, kind: 'buckets', rows: owed };
    }
    await breathe(signal);
  }
}

/** The ids that are asked about, in order. */
async function devicesOf({ query: { devices }, source: { store, registry }, signal }: Task): Promise<string[]> {
  const { ids, profile, tag } = devices;
  if (profile !== undefined || tag !== undefined) return registry.devicesOf(devices);
  return [...(ids ?? (await whileWaiting(store.devices(), signal)))].toSorted();
}

async function seriesOf({ query: { metrics }, source: { store }, signal }: Task, devices: readonly string[]): Promise<Series[]> {
  const wanted = metrics && new Set(metrics);
  const found: Series[] = [];
  for (let index = 0; index < devices.length; index += DEVICES_AT_ONCE) {
    for (const { device, metric } of await whileWaiting(store.series(devices.slice(index, index + DEVICES_AT_ONCE)), signal)) if (wanted?.has(metric) ?? true) found.push({ device, metric });
    if (found.length > MAXIMUM_SERIES) throw new HistoryLimitError('devices', `The question is about more than ${MAXIMUM_SERIES} series, a metric of a device each. Name fewer devices or metrics.`);
    await breathe(signal);
  }
  return found.toSorted(inOrder);
}

/** The unit of each series, a device at a time. */
class Units {
  readonly #task: Task;
  #device: string | undefined;
  #units: ReadonlyMap<string, string | undefined> = new Map();

  constructor(task: Task) {
    this.#task = task;
  }

  async of({ device, metric }: Series): Promise<{ unit?: string }> {
    if (device !== this.#device) {
      const { source: { store }, signal } = this.#task;
      this.#units = new Map(Object.entries(await whileWaiting(store.latest(device), signal)).map(([name, { unit }]) => [name, unit]));
      this.#device = device;
    }
    const unit = this.#units.get(metric);
    return unit === undefined ? {} : { unit };
  }
}

/** By device and then by metric, the same with every store, whatever its collation. */
function inOrder(a: Pick<LatestReading, 'device' | 'metric'>, b: Pick<LatestReading, 'device' | 'metric'>): number {
  return compare(a.device, b.device) || compare(a.metric, b.metric);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
