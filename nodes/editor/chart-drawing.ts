import { linearScale, timeTicks } from './chart-scale.ts';
import type { Scale } from './chart-scale.ts';

/** What stands at one time, or in the time from `ts` to `end`. */
export interface ChartPoint {
  readonly ts: number;
  readonly end?: number;
  /** Null: there is nothing here, and no line leads over it. */
  readonly value: number | null;
  readonly low?: number | null;
  readonly high?: number | null;
}

export interface ChartSeries {
  readonly name: string;
  /** Which of the eight colours; the same one in several charts lets a series be known again. Default: by its place. */
  readonly colour?: number;
  /** In the order of time. */
  readonly points: readonly ChartPoint[];
}

/** A stretch of time that stands out. */
export interface ChartMark {
  readonly from: number;
  readonly to: number;
}

/** One panel: what has one axis. Times are milliseconds since the epoch. */
export interface Chart {
  readonly title: string;
  readonly unit: string;
  readonly series: readonly ChartSeries[];
  readonly from: number;
  readonly to: number;
  readonly timeZone: string;
  readonly marks?: readonly ChartMark[];
}

/** A drawn panel, and where a time stands in it. */
export interface Drawing {
  readonly svg: string;
  /** In pixels from the left. */
  x(point: ChartPoint): number;
  /** In pixels from the top. */
  y(value: number): number;
  readonly top: number;
  readonly bottom: number;
}

const COLOURS = 8;

/** Edges in pixels. */
interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

const MARGIN = { top: 8, right: 12, bottom: 22, left: 48 };
const TICK_WIDTH = 76;
const HALF_LABEL = 34;
const TICK_HEIGHT = 34;
const LEAST_MARK = 3;
const MARK_BAR = 4;
/** The radius of a point without neighbours. */
const DOT = 2.5;

/** Draws a panel of this size in pixels. */
export function drawPanel(chart: Chart, width: number, height: number): Drawing {
  const [left, right, top, bottom] = [MARGIN.left, width - MARGIN.right, MARGIN.top, height - MARGIN.bottom];
  const span = chart.to - chart.from || 1;
  const xOf = (ts: number): number => left + ((Math.min(Math.max(ts, chart.from), chart.to) - chart.from) / span) * (right - left);
  const x = ({ ts, end = ts }: ChartPoint): number => xOf((Math.max(ts, chart.from) + Math.min(end, chart.to)) / 2);
  const values = chart.series.flatMap(({ points }) => points.flatMap(({ value, low, high }) => [value, low, high].filter((one) => typeof one === 'number')));
  const y = linearScale(minimum(values), maximum(values), bottom, top, Math.max(2, Math.floor((bottom - top) / TICK_HEIGHT)));
  const parts = [
    ...y.ticks.map((tick) => valueTick(tick, y, left, right)),
    ...timeAxis(chart, xOf, { left, right, top, bottom }),
    ...(chart.marks ?? []).map((mark) => markOf(mark, xOf, top, bottom)),
    ...chart.series.map((series, index) => seriesMarkup(series, colourOf(series, index), x, y)),
  ];
  return { svg: parts.join(''), x, y, top, bottom };
}

/** The number of a series' colour, from 0. */
export function colourOf({ colour }: ChartSeries, index: number): number {
  return (colour ?? index) % COLOURS;
}

function valueTick(tick: number, y: Scale, left: number, right: number): string {
  const at = pixel(y(tick));
  return `<line class="holdfast-grid" x1="${left}" x2="${right}" y1="${at}" y2="${at}"/><text x="${left - 6}" y="${at + 4}" text-anchor="end">${escaped(shortNumber(tick))}</text>`;
}

/** A number that has room beside the axis. */
function shortNumber(value: number): string {
  const size = Math.abs(value);
  const notation = size >= 100_000 ? 'compact' : size > 0 && size < 0.001 ? 'scientific' : 'standard';
  return new Intl.NumberFormat(RED.i18n.lang(), { notation, maximumSignificantDigits: 6 }).format(value);
}

function timeAxis({ from, to, timeZone }: Chart, xOf: (ts: number) => number, { left, right, top, bottom }: Box): string[] {
  const ticks = timeTicks(from, to, timeZone, Math.max(1, Math.floor((right - left) / TICK_WIDTH)));
  const language = RED.i18n.lang();
  const step = (ticks[1]?.ts ?? to) - (ticks[0]?.ts ?? from);
  const ofDay = new Intl.DateTimeFormat(language, { timeZone, ...(to - from > YEAR ? { year: 'numeric', month: 'short' } : { day: 'numeric', month: 'short' }) });
  const ofTime = new Intl.DateTimeFormat(language, { timeZone, hour: '2-digit', minute: '2-digit', ...(step < MINUTE && { second: '2-digit' }), ...(step < SECOND && { fractionalSecondDigits: 3 as const }) });
  return ticks.map(({ ts, major }) => {
    const at = pixel(xOf(ts));
    // A text that would reach out of the picture ends where the axis does.
    const isLast = at + HALF_LABEL > right + MARGIN.right;
    return `<line class="holdfast-grid${major ? ' holdfast-major' : ''}" x1="${at}" x2="${at}" y1="${top}" y2="${bottom}"/><text x="${isLast ? right + MARGIN.right : at}" y="${bottom + 16}" text-anchor="${isLast ? 'end' : 'middle'}">${escaped((major ? ofDay : ofTime).format(ts))}</text>`;
  });
}

/** Behind the lines, with a bar at the top that shows also where a mark is as narrow as a line. */
function markOf({ from, to }: ChartMark, xOf: (ts: number) => number, top: number, bottom: number): string {
  const width = Math.max(xOf(to) - xOf(from), LEAST_MARK);
  const left = pixel((xOf(from) + xOf(to)) / 2 - width / 2);
  return `<g class="holdfast-mark"><rect x="${left}" y="${top}" width="${pixel(width)}" height="${bottom - top}"/><rect class="holdfast-mark-bar" x="${left}" y="${top}" width="${pixel(width)}" height="${MARK_BAR}"/></g>`;
}

const SECOND = 1_000;
const MINUTE = 60_000;
const YEAR = 400 * 86_400_000;

function seriesMarkup({ points }: ChartSeries, colour: number, x: (point: ChartPoint) => number, y: (value: number) => number): string {
  const runs = runsOf(points);
  const band = runs.flatMap((run) => bandOf(run, x, y)).join('');
  const line = runs.map((run) => run.map((point, index) => `${index === 0 ? 'M' : 'L'}${pixel(x(point))},${pixel(y(point.value))}`).join('')).join('');
  // A reading between two gaps has no line to be seen by.
  const dots = runs.flatMap(([only, next]) => (only && !next ? [`<circle cx="${pixel(x(only))}" cy="${pixel(y(only.value))}" r="${DOT}"/>`] : [])).join('');
  return `<g class="holdfast-series holdfast-series-${colour}">${band === '' ? '' : `<path class="holdfast-band" d="${band}"/>`}<path class="holdfast-line" d="${line}"/>${dots}</g>`;
}

type Drawn = ChartPoint & { readonly value: number };

/** Points that follow each other without a gap. */
function runsOf(points: readonly ChartPoint[]): Drawn[][] {
  const runs: Drawn[][] = [];
  let run: Drawn[] = [];
  for (const point of points) {
    if (isDrawn(point)) {
      if (run.length === 0) runs.push(run);
      run.push(point);
    } else {
      run = [];
    }
  }
  return runs;
}

function isDrawn(point: ChartPoint): point is Drawn {
  return point.value !== null;
}

function bandOf(run: readonly Drawn[], x: (point: ChartPoint) => number, y: (value: number) => number): string[] {
  const edge = (points: readonly Drawn[], side: 'low' | 'high'): string[] => points.flatMap((point) => {
    const value = point[side];
    return typeof value === 'number' ? [`${pixel(x(point))},${pixel(y(value))}`] : [];
  });
  const [high, low] = [edge(run, 'high'), edge([...run].reverse(), 'low')];
  return high.length > 1 && low.length > 1 ? [`M${[...high, ...low].join('L')}Z`] : [];
}

function minimum(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value), values[0] ?? 0);
}

function maximum(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value), values[0] ?? 1);
}

function pixel(value: number): number {
  return Math.round(value * 10) / 10;
}

/** A text within markup. */
export function escaped(text: string): string {
  return $('<i>').text(text).html().replaceAll('"', '&quot;');
}
