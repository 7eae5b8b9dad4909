import { colourOf, drawPanel } from './chart-drawing.ts';
import type { Chart, ChartPoint, Drawing } from './chart-drawing.ts';
import { CHART_RULES } from './chart-style.ts';
import { addStyle } from './style.ts';
import { shared, shownNumber } from './texts.ts';

export type { Chart, ChartMark, ChartPoint, ChartSeries } from './chart-drawing.ts';

const LEAST_WIDTH = 240;

export interface ChartOptions {
  /** In pixels. */
  height: number;
  /** Says how values are read; once is enough where there are several charts. */
  hint?: boolean;
}

/**
 * A line chart of one or more series over time, with a band from low to high where there is one, gaps as gaps, and the values at a time
 * below it: under the pointer, or chosen with the arrow keys, Home, End, Page Up and Page Down. It takes the width that it is given.
 */
export function lineChart(chart: Chart, { height, hint = true }: ChartOptions): JQuery {
  addStyle('holdfast-chart-style', CHART_RULES);
  const times = timesOf(chart);
  const caption = $('<figcaption>').text(chart.title).append(chart.unit === '' ? '' : $('<span>').text(` ${chart.unit}`));
  const svg = $(document.createElementNS('http://www.w3.org/2000/svg', 'svg')) as unknown as JQuery;
  svg.attr({ height, tabindex: 0, role: 'slider', 'aria-label': shared('chart.label', { title: chart.title }), 'aria-valuemin': 0, 'aria-valuemax': Math.max(0, times.length - 1) });
  const readout = $('<p class="holdfast-readout">');
  const legend = $('<ul class="holdfast-legend">').append(chart.series.map((series, index) => $('<li>').addClass(`holdfast-series-${colourOf(series, index)}`)));
  const figure = $('<figure class="holdfast-chart">').append(caption, svg, readout, legend);

  let drawing: Drawing | undefined;
  let at: number | undefined;
  const draw = (): void => {
    const width = Math.max(LEAST_WIDTH, Math.floor(svg[0]?.getBoundingClientRect().width ?? 0));
    drawing = drawPanel(chart, width, height);
    svg.attr('viewBox', `0 0 ${width} ${height}`).html(`${drawing.svg}<line class="holdfast-cursor" visibility="hidden" y1="${drawing.top}" y2="${drawing.bottom}"/>`);
    point();
  };
  const point = (): void => {
    const ts = at === undefined ? undefined : times[at];
    const found = ts === undefined ? undefined : chart.series.map(({ points }) => pointAt(points, ts));
    const shown = found?.find((one) => one !== undefined);
    const cursor = svg.find('.holdfast-cursor').attr('visibility', shown ? 'visible' : 'hidden');
    if (shown && drawing) cursor.attr({ x1: drawing.x(shown), x2: drawing.x(shown) });
    const time = shown ? timeOf(shown, chart) : hint ? shared('chart.hint') : '';
    const values = chart.series.map(({ name }, index) => (found ? `${name}: ${valueOf(found[index], chart.unit)}` : name));
    readout.text(time);
    legend.children().each((index, item) => void $(item).text(values[index] ?? ''));
    svg.attr({ 'aria-valuenow': at ?? 0, 'aria-valuetext': found ? [time, ...values].join('; ') : shared('chart.hint') });
  };
  const move = (to: number | undefined): void => {
    at = to === undefined ? undefined : Math.min(Math.max(to, 0), times.length - 1);
    point();
  };

  svg.on('pointermove', (event) => {
    const left = svg[0]?.getBoundingClientRect().left ?? 0;
    move(nearest(times, (ts) => drawing?.x({ ts, value: null }) ?? 0, (event.clientX ?? 0) - left));
  });
  svg.on('pointerleave blur', () => move(undefined));
  svg.on('focus', () => move(at ?? times.length - 1));
  svg.on('keydown', (event) => {
    const page = Math.ceil(times.length / 10);
    const to = { ArrowLeft: (at ?? 0) - 1, ArrowRight: (at ?? -1) + 1, PageUp: (at ?? 0) - page, PageDown: (at ?? 0) + page, Home: 0, End: times.length - 1 }[event.key];
    if (to === undefined || times.length === 0) return;
    event.preventDefault();
    move(to);
  });
  const [element] = figure.toArray();
  if (element) new ResizeObserver(draw).observe(element);
  draw();
  return figure;
}

/** All times at which some series has a point. */
function timesOf({ series }: Chart): number[] {
  return [...new Set(series.flatMap(({ points }) => points.map(({ ts }) => ts)))].sort((one, other) => one - other);
}

function nearest(times: readonly number[], x: (ts: number) => number, wanted: number): number | undefined {
  let best: number | undefined;
  let least = Infinity;
  for (const [index, ts] of times.entries()) {
    const distance = Math.abs(x(ts) - wanted);
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

function pointAt(points: readonly ChartPoint[], ts: number): ChartPoint | undefined {
  return points.find((point) => point.ts === ts);
}

function timeOf({ ts, end }: ChartPoint, { timeZone }: Chart): string {
  const format = new Intl.DateTimeFormat(RED.i18n.lang(), { timeZone, dateStyle: 'medium', timeStyle: 'medium' });
  return end === undefined ? format.format(ts) : format.formatRange(ts, end);
}

function valueOf(point: ChartPoint | undefined, unit: string): string {
  if (!point || point.value === null) return shared('chart.nothing');
  const value = `${shownNumber(point.value)}${unit === '' ? '' : ` ${unit}`}`;
  const { low, high } = point;
  return typeof low === 'number' && typeof high === 'number' ? shared('chart.within', { value, low: shownNumber(low), high: shownNumber(high) }) : value;
}
