import { runHistory } from '../../core/history/run-history.ts';
import type { HistoryQuery } from '../../core/history/query.ts';
import type { BucketRow, GapRow, HistoryBlock, ReadingRow } from '../../core/history/result.ts';
import type { HistorySource } from '../../core/history/source.ts';
import type { PreviewAnswer } from './preview-answer.ts';

/** What a dialog can show at a time, and what a browser draws at once. */
const MOST_ROWS = 20_000;
const MOST_DEVICES = 8;
const MOST_SERIES = 48;
const MOST_BUCKETS = 500;
const TIMEOUT = 10_000;

/** The beginning of what a question comes to: some devices and rows. Runs for ten seconds at most. */
export async function preview(asked: HistoryQuery, source: HistorySource, signal: AbortSignal): Promise<PreviewAnswer> {
  const { clock } = source;
  const began = clock.now();
  const query = limited(asked);
  const answer = runHistory(query, { ...source, signal, timeout: TIMEOUT });
  const series = new Map<string, { device: string; metric: string; unit: string; readings: Array<ReadingRow | GapRow>; buckets: BucketRow[] }>();
  const devices = new Set<string>();
  let cut = false;
  let rows = 0;
  for await (const block of answer) {
    const key = JSON.stringify([block.device, block.metric]);
    devices.add(block.device);
    cut = (!series.has(key) && series.size === MOST_SERIES) || devices.size > MOST_DEVICES;
    if (cut) break;
    const one = series.get(key) ?? { device: block.device, metric: block.metric, unit: block.unit ?? '', readings: [], buckets: [] };
    series.set(key, one);
    take(one, block);
    rows += block.rows.length;
  }
  const { kind, from, to, timeZone, aggregates } = query;
  return {
    kind, from, to, timeZone, rows, series: [...series.values()],
    aggregates: kind === 'aggregate' ? aggregates : [],
    milliseconds: Math.round(clock.now() - began),
    cut: cut || (answer.next !== undefined && query.limit < asked.limit) || query.grid !== asked.grid,
    notices: answer.notices.filter(({ code }) => code !== 'limited' || query.limit === asked.limit).map(({ message }) => message),
  };
}

function limited(query: HistoryQuery): HistoryQuery {
  const { grid } = query;
  return { ...query, limit: Math.min(query.limit, MOST_ROWS), grid: 'points' in grid && grid.points > MOST_BUCKETS ? { points: MOST_BUCKETS } : grid };
}

function take(series: { readings: Array<ReadingRow | GapRow>; buckets: BucketRow[] }, block: HistoryBlock): void {
  if (block.kind === 'buckets') series.buckets.push(...block.rows);
  else series.readings.push(...block.rows);
}
