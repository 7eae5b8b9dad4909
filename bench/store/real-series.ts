/** The public data sets that lie beside the repository: NAB, UCR, WSD and AIOps (see docs/detection.md). */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sharedData } from '../../test/support/shared-data.ts';
import { rowsOf, timeOf } from '../csv-series.ts';

export interface RealSeries {
  set: string;
  name: string;
  /** Milliseconds since the epoch, ascending, each once. */
  times: Float64Array;
  values: Float64Array;
}

const SETS = ['nab/data', 'ucr', 'wsd', 'aiops'] as const;

/** The series one after the other; none when the data is not there. */
export function* realSeries(): Generator<RealSeries> {
  for (const set of SETS) {
    const folder = sharedData(join('anomaly', set));
    if (folder === undefined) continue;
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.csv(\.gz)?$/.test(file)).toSorted();
    for (const file of files) yield { set: set.split('/')[0] ?? set, name: file.replace(/\.csv(\.gz)?$/, ''), ...readSeries(join(folder, file)) };
  }
}

function readSeries(file: string): { times: Float64Array; values: Float64Array } {
  const times: number[] = [];
  const values: number[] = [];
  for (const [time = '', value = ''] of rowsOf(file)) {
    if (value === '') continue;
    times.push(timeOf(time));
    values.push(Number(value));
  }
  return inOrder(times, values);
}

/** Some of the series have times twice, or out of order: of each the last counts, as it does in the store. */
function inOrder(times: readonly number[], values: readonly number[]): { times: Float64Array; values: Float64Array } {
  if (times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))) return { times: Float64Array.from(times), values: Float64Array.from(values) };
  const byTime = new Map(times.map((time, index) => [time, values[index] ?? NaN]));
  const sorted = Float64Array.from(byTime.keys()).sort();
  return { times: sorted, values: sorted.map((time) => byTime.get(time) ?? NaN) };
}
