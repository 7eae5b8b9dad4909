import type { Registry } from '../../registry/registry.ts';
import type { MetricInfo, ReadingValue } from '../../sample/sample.ts';
import type { Range, SeriesSummary, Store, StoredReading } from '../../store/store.ts';
import { KEPT_BYTES } from './contract-learner.ts';
import type { ContractLearner } from './contract-learner.ts';
import { KeptSamples } from './kept-samples.ts';
import type { KeptSample } from './kept-samples.ts';

/** Which of what is stored is read. */
export interface HistoryToLearn {
  /** Event times: `from` is included, `to` is not. */
  from: number;
  to: number;
  /** Only devices of this profile. */
  profile?: string;
  /** Only devices with this tag. */
  tag?: string;
}

export interface HistorySources {
  store: Pick<Store, 'range' | 'series'>;
  registry: Pick<Registry, 'devicesOf'>;
  signal: AbortSignal;
}

/** How far the reading of the history has come. */
export interface HistoryProgress {
  devices: number;
  read: number;
}

const LARGEST_PAGE = 500;
const SMALLEST_PAGE = 4;
/** Of one device, in one step: about five milliseconds of work. */
const READINGS_AT_ONCE = 10_000;

/**
 * Shows a learner the stored samples of a stretch of time, device by device, oldest first: the readings of one device at one time are one
 * sample again. It reads pages, and everything else has its turn between them. Readings that were altered are shown as they came. Of the last
 * samples that the learner keeps, each device has its share.
 *
 * @param progressed told after each device.
 */
export async function learnFromHistory(learner: ContractLearner, wanted: HistoryToLearn, { store, registry, signal }: HistorySources, progressed: (progress: HistoryProgress) => void): Promise<void> {
  const { profile, tag } = wanted;
  const limited = profile !== undefined || tag !== undefined;
  const devices = limited ? registry.devicesOf({ ...(profile !== undefined && { profile }), ...(tag !== undefined && { tag }) }) : undefined;
  const series = devices?.length === 0 ? [] : await store.series(devices);
  const byDevice = Map.groupBy(series.filter(({ newest }) => newest >= wanted.from), ({ device }) => device);
  const share = Math.ceil(learner.keep / byDevice.size);
  let read = 0;
  for (const [device, ofDevice] of byDevice) {
    const recent = new KeptSamples(share, KEPT_BYTES);
    for await (const sample of storedSamples(device, ofDevice, wanted, store, signal)) {
      learner.learn(sample);
      recent.add(sample);
    }
    for (const sample of recent.list()) learner.keepCopy(sample);
    read += 1;
    progressed({ devices: byDevice.size, read });
  }
}

/** The samples of a device, oldest first, put together from its series. */
async function* storedSamples(device: string, series: readonly SeriesSummary[], { from, to }: HistoryToLearn, store: HistorySources['store'], signal: AbortSignal): AsyncGenerator<KeptSample, void> {
  const page = Math.max(SMALLEST_PAGE, Math.min(LARGEST_PAGE, Math.floor(READINGS_AT_ONCE / series.length)));
  const readers = series.map(({ metric }) => new SeriesReader(store, { device, metric, from, to, limit: page }));
  for (;;) {
    for (const reader of readers) await reader.fill();
    await new Promise<void>((resolve) => void setImmediate(resolve));
    signal.throwIfAborted();
    // Up to there every series is known: a sample is whole.
    const known = Math.min(...readers.map((reader) => reader.knownUntil));
    for (let ts = firstOf(readers); ts < known; ts = firstOf(readers)) yield sampleAt(device, ts, readers);
    if (known === Infinity) return;
  }
}

function firstOf(readers: readonly SeriesReader[]): number {
  return readers.reduce((first, { next }) => Math.min(first, next?.ts ?? Infinity), Infinity);
}

function sampleAt(device: string, ts: number, readers: readonly SeriesReader[]): KeptSample {
  const values: Array<[string, ReadingValue]> = [];
  const units: Array<[string, MetricInfo]> = [];
  for (const reader of readers) {
    const { next } = reader;
    if (next?.ts !== ts) continue;
    reader.skip();
    values.push([reader.metric, valueOf(next)]);
    if (next.unit !== undefined) units.push([reader.metric, { unit: next.unit }]);
  }
  return { device, ts, values: Object.fromEntries(values), metrics: Object.fromEntries(units) };
}

function valueOf({ value, raw }: StoredReading): ReadingValue {
  return typeof raw === 'number' || typeof raw === 'string' || typeof raw === 'boolean' ? raw : value;
}

/** The readings of one series, in pages. */
class SeriesReader {
  readonly metric: string;
  readonly #store: HistorySources['store'];
  readonly #range: Range & { limit: number };
  #from: number;
  #page: StoredReading[] = [];
  #at = 0;
  #isDone = false;

  constructor(store: HistorySources['store'], range: Range & { limit: number }) {
    this.#store = store;
    this.#range = range;
    this.metric = range.metric;
    this.#from = range.from;
  }

  /** The time before which all its readings are at hand; Infinity when no more will come. */
  get knownUntil(): number {
    return this.#isDone ? Infinity : this.#from;
  }

  get next(): StoredReading | undefined {
    return this.#page[this.#at];
  }

  skip(): void {
    this.#at += 1;
  }

  /** Reads the next page when the one before is used up. */
  async fill(): Promise<void> {
    if (this.#isDone || this.#at < this.#page.length) return;
    this.#page = await this.#store.range({ ...this.#range, from: this.#from });
    this.#at = 0;
    const last = this.#page.at(-1);
    if (last && this.#page.length === this.#range.limit) this.#from = last.ts + 1;
    else this.#isDone = true;
  }
}
