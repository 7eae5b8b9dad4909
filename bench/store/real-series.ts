/** The public data sets that lie beside the repository: NAB, UCR, WSD and AIOps (see docs/detection.md). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sharedData } from '../../test/support/shared-data.ts';

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
  const bytes = readFileSync(file);
  const lines = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8').split('\n').slice(1);
  const byTime = new Map<number, number>();
  for (const line of lines) {
    const [time = '', value = ''] = line.split(',');
    if (value !== '') byTime.set(timeOf(time), Number(value));
  }
  const times = Float64Array.from(byTime.keys()).sort();
  return { times, values: times.map((time) => byTime.get(time) ?? NaN) };
}

/** Seconds since the epoch, or a date and a time, UTC. */
function timeOf(text: string): number {
  return /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(`${text.replace(' ', 'T')}Z`);
}
