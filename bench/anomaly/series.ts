/** The labelled series of the public data sets beside the repository: what is judged, and what a judge should find. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sharedData } from '../../test/support/shared-data.ts';
import { rowsOf, timeOf } from '../csv-series.ts';
import { probationOf } from './nab.ts';
import type { Stretch } from './stretch.ts';

/** In the order in which they are run: the longest series first, so that no thread is left with one at the end. */
export const SETS = ['aiops', 'wsd', 'ucr', 'nab'] as const;
export type SetName = (typeof SETS)[number];

export interface SeriesName {
  set: SetName;
  name: string;
  /** Index of the first point that counts; what comes before is there to learn from. Of NAB: the end of the probation. */
  testFrom: number | undefined;
}

export interface LabelledSeries {
  set: SetName;
  name: string;
  /** Milliseconds since the epoch, as they stand in the file: mostly ascending. The times of UCR are the indexes, taken for seconds. */
  times: Float64Array;
  /** NaN where a value is missing. */
  values: Float64Array;
  /** Where something happened; of NAB: the windows. */
  events: readonly Stretch[];
  testFrom: number;
}

const WINDOWS = 'nab/labels/combined_windows.json';

function fileOf(path: string): string | undefined {
  return sharedData(join('anomaly', path));
}

function readJson(path: string): unknown {
  const file = fileOf(path);
  if (file === undefined) throw new Error(`The shared data file anomaly/${path} is missing.`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Whether the data set lies beside the repository. */
export function isThere(set: SetName): boolean {
  return fileOf(set === 'nab' ? WINDOWS : `${set}/manifest.json`) !== undefined;
}

/** The series of a data set, in the order of its manifest. Throws when the set is missing. */
export function seriesOf(set: SetName): SeriesName[] {
  if (set === 'nab') return Object.keys(readJson(WINDOWS) as Record<string, unknown>).map((name) => ({ set, name, testFrom: undefined }));
  const manifest = readJson(`${set}/manifest.json`) as Array<{ name: string; train: number }>;
  return manifest.map(({ name, train }) => ({ set, name, testFrom: train }));
}

/** Reads one series with its labels. Throws when it is missing. */
export function readSeries({ set, name, testFrom }: SeriesName): LabelledSeries {
  const path = set === 'nab' ? `nab/data/${name}` : `${set}/${name}.csv.gz`;
  const file = fileOf(path);
  if (file === undefined) throw new Error(`The shared data file anomaly/${path} is missing.`);
  const times: number[] = [];
  const values: number[] = [];
  const labels: boolean[] = [];
  for (const [time = '', value = '', label = ''] of rowsOf(file)) {
    times.push(timeOf(time));
    values.push(value === '' ? NaN : Number(value));
    labels.push(label === '1');
  }
  return {
    set, name,
    times: Float64Array.from(times),
    values: Float64Array.from(values),
    events: set === 'nab' ? windowsOf(name, times) : stretchesOf(labels),
    testFrom: testFrom ?? probationOf(times.length),
  };
}

/** The windows of a NAB file: from the first point to the last that lie within their times. */
function windowsOf(name: string, times: readonly number[]): Stretch[] {
  const windows = (readJson(WINDOWS) as Record<string, Array<[string, string]>>)[name] ?? [];
  return windows.map(([from, to]) => {
    const isWithin = (time: number): boolean => time >= timeOf(from) && time <= timeOf(to);
    return { first: times.findIndex(isWithin), last: times.findLastIndex(isWithin) };
  });
}

function stretchesOf(labels: readonly boolean[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (let index = 0; index < labels.length; index += 1) {
    if (!labels[index]) continue;
    const first = index;
    while (labels[index + 1]) index += 1;
    stretches.push({ first, last: index });
  }
  return stretches;
}
