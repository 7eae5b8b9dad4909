import { csvCell } from '../history/format/csv.ts';
import type { Store, StoredReading } from '../store/store.ts';
import { lineOf } from './reading-line.ts';

/** Which readings are exported; what is left out restricts nothing. */
export interface ExportSelection {
  devices?: readonly string[];
  metrics?: readonly string[];
  /** Included, milliseconds since the epoch. */
  from?: number;
  /** Not included. */
  to?: number;
}

export type ExportFormat = 'json-lines' | 'csv';

const PAGE = 5_000;
/** All times that a reading can have. */
const [EARLIEST, LATEST] = [-8.64e15, 8.64e15 + 1];
const COLUMNS = ['device', 'metric', 'ts', 'time', 'value', 'quality', 'unit', 'flags', 'raw', 'tests'];

/**
 * The readings of a store as text, in parts, by device and metric and in order of time. JSON lines are exact (see `lineOf`) and can be
 * imported again; CSV (RFC 4180) is for spreadsheets. Superseded readings and rollups are not in it.
 *
 * @param told how many readings went out with the parts so far.
 */
export async function* exportReadings(store: Store, selection: ExportSelection, format: ExportFormat, told: (readings: number) => void = () => undefined): AsyncGenerator<string> {
  const { devices, metrics, from = EARLIEST, to = LATEST } = selection;
  const write = format === 'csv' ? csvLineOf : (device: string, metric: string, reading: StoredReading): string => `${lineOf(device, metric, reading)}\n`;
  let readings = 0;
  if (format === 'csv') yield `${COLUMNS.join(',')}\r\n`;
  for (const { device, metric } of await store.series(devices)) {
    if (metrics && !metrics.includes(metric)) continue;
    for (let next = from; next < to;) {
      const page = await store.range({ device, metric, from: next, to, limit: PAGE });
      if (page.length > 0) yield page.map((reading) => write(device, metric, reading)).join('');
      told((readings += page.length));
      next = page.length < PAGE ? to : (page.at(-1)?.ts ?? to) + 1;
    }
  }
}

function csvLineOf(device: string, metric: string, { ts, value, quality, unit, flags, raw, tests }: StoredReading): string {
  const cells = [device, metric, ts, new Date(ts).toISOString(), value, quality, unit, flags?.join(' '), raw === undefined ? undefined : JSON.stringify(raw), tests && testsText(tests)];
  return `${cells.map(csvCell).join(',')}\r\n`;
}

/** As `spike_test=3 gap_test=1`: what a spreadsheet can search. */
function testsText(tests: NonNullable<StoredReading['tests']>): string {
  return Object.entries(tests).map(([name, flag]) => `${name}=${flag}`).join(' ');
}
