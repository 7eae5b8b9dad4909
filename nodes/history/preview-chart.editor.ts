import type { Aggregate } from '../../core/history/query.ts';
import type { ReadingValue } from '../../core/sample/sample.ts';
import { numberOf } from '../../core/store/bucket.ts';
import type { Chart, ChartPoint } from '../editor/chart.ts';
import type { PreviewAnswer, PreviewSeries } from './preview-answer.ts';

const WITH_BAND: readonly Aggregate[] = ['mean', 'median', 'timeWeighted', 'first', 'last', 'p95'];

/** A panel for each metric, with a line for each device that has numbers there. Texts cannot be drawn. */
export function chartsOf({ series, aggregates, from, to, timeZone }: PreviewAnswer): Chart[] {
  const line = aggregates.find((name) => name !== 'min' && name !== 'max') ?? aggregates[0] ?? 'mean';
  const hasBand = WITH_BAND.includes(line) && aggregates.includes('min') && aggregates.includes('max');
  const devices = [...new Set(series.map(({ device }) => device))];
  const panels = new Map<string, PreviewSeries[]>();
  for (const one of series) panels.set(one.metric, [...(panels.get(one.metric) ?? []), one]);
  return [...panels].flatMap(([metric, members]) => {
    const drawn = members.map((one) => ({ name: one.device, colour: devices.indexOf(one.device), points: pointsOf(one, line, hasBand) })).filter(({ points }) => points.some(({ value }) => value !== null));
    if (drawn.length === 0) return [];
    return [{ title: aggregates.length > 0 && members.some(({ buckets }) => buckets.length > 0) ? `${metric} (${line})` : metric, unit: members[0]?.unit ?? '', series: drawn, from, to, timeZone }];
  });
}

function pointsOf({ readings, buckets }: PreviewSeries, line: Aggregate, hasBand: boolean): ChartPoint[] {
  const raw = readings.map(({ ts, value }) => ({ ts, value: heightOf(value) }));
  const reckoned = buckets.map(({ ts, end, values }) => ({ ts, end, value: heightOf(values[line]), ...(hasBand && { low: heightOf(values.min), high: heightOf(values.max) }) }));
  // A preview may be asked with the newest first.
  return [...raw, ...reckoned].sort((one, other) => one.ts - other.ts);
}

function heightOf(value: ReadingValue = null): number | null {
  return numberOf(value) ?? null;
}
