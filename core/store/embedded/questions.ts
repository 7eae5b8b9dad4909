import { QUALITY } from '../../sample/sample.ts';
import type { LatestQuery, LatestReading, Range, SeriesSummary, StoredReading } from '../store.ts';
import type { ChunkTable } from './chunk-table.ts';
import type { Corrections } from './corrections.ts';
import { NewestReader } from './newest-reader.ts';
import type { Pending } from './pending.ts';
import { readRange } from './read-range.ts';
import type { DeviceSeries, SeriesIndex } from './series/series-index.ts';
import { compareTexts } from './series/text-order.ts';

export interface QuestionsOptions {
  index: SeriesIndex;
  pending: Pending;
  chunks: ChunkTable;
  corrections: Corrections;
}

const DEFAULT_LIMIT = 10_000;

/** Answers what is asked of readings, from chunks and from what is pending. */
export class Questions {
  readonly #index: SeriesIndex;
  readonly #pending: Pending;
  readonly #chunks: ChunkTable;
  readonly #corrections: Corrections;
  readonly #newest: NewestReader;

  constructor({ index, pending, chunks, corrections }: QuestionsOptions) {
    this.#index = index;
    this.#pending = pending;
    this.#chunks = chunks;
    this.#corrections = corrections;
    this.#newest = new NewestReader(pending, chunks);
  }

  range({ device, metric, from, to, limit = DEFAULT_LIMIT, minimumQuality = QUALITY.missing }: Range): StoredReading[] {
    const series = this.#index.find(device, metric);
    return series === undefined ? [] : readRange(this.#chunks.range(series, from, to), this.#pending.read(series, from, to), { from, to, limit, minimumQuality });
  }

  superseded({ device, metric, from, to, limit = DEFAULT_LIMIT, minimumQuality = QUALITY.missing }: Range): StoredReading[] {
    const series = this.#index.find(device, metric);
    return series === undefined ? [] : this.#corrections.range(series, { from, to, limit, minimumQuality });
  }

  latest(device: string): Record<string, StoredReading> {
    const readings: Array<[string, StoredReading]> = [];
    for (const series of this.#index.of(device)) {
      const reading = this.#newest.read(series, Infinity, QUALITY.missing);
      if (reading) readings.push([series.metric, reading]);
    }
    return Object.fromEntries(readings);
  }

  latestOf({ devices, metrics, at = Infinity, minimumQuality = QUALITY.missing }: LatestQuery): LatestReading[] {
    const wanted = metrics && new Set(metrics.map((metric) => metric.toWellFormed()));
    const readings: LatestReading[] = [];
    for (const { device, series } of this.#devices(devices)) {
      for (const each of series) {
        if (wanted && !wanted.has(each.metric)) continue;
        const reading = this.#newest.read(each, at, minimumQuality);
        if (reading) readings.push({ device, metric: each.metric, reading });
      }
    }
    return readings;
  }

  series(devices?: readonly string[]): SeriesSummary[] {
    return this.#devices(devices).flatMap(({ device, series }) => series.map(({ metric, count, newest }) => ({ device, metric, readings: count, newest })));
  }

  devices(): string[] {
    return this.#index.devices.map(({ device }) => device);
  }

  metrics(): string[] {
    return [...new Set(this.#index.devices.flatMap(({ series }) => series.map(({ metric }) => metric)))].sort(compareTexts);
  }

  count(device?: string): number {
    let count = 0;
    for (const series of device === undefined ? this.#index.byId : this.#index.of(device)) count += series?.count ?? 0;
    return count;
  }

  /** Those that are named and known, each once, or all; in order. */
  #devices(names?: readonly string[]): readonly DeviceSeries[] {
    if (!names) return this.#index.devices;
    return [...new Set(names.map((name) => name.toWellFormed()))].toSorted(compareTexts).flatMap((name) => this.#index.findDevice(name) ?? []);
  }
}
