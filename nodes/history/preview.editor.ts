import { ask, sentence } from '../editor/ask.ts';
import { lineChart } from '../editor/chart.ts';
import { currentSettings } from '../editor/settings.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import type { PreviewAnswer } from './preview-answer.ts';
import { chartsOf } from './preview-chart.editor.ts';

const HEIGHT_OF_ONE = 220;
const HEIGHT = 140;
const MOST_ROWS = 500;

/** Asks with the settings as they stand in the dialog, and draws what is answered. `more`: settings that no input holds. */
export function openPreview(node: EditorNode, more: () => Record<string, unknown>): void {
  const texts = textsOf(node.type);
  const button = $('#holdfast-preview-button');
  const element = $('#holdfast-preview');
  button.on('click', () => {
    button.prop('disabled', true);
    void ask<PreviewAnswer>('POST', `holdfast-history/${node.id}/preview`, { ...currentSettings(node), ...more() })
      .then((answer) => show(element, texts, answer), (error: unknown) => element.empty().append($('<p class="holdfast-problem">').text(sentence(error))))
      .finally(() => {
        button.prop('disabled', false);
        RED.tray.resize();
        element[0]?.scrollIntoView({ block: 'nearest' });
      });
  });
}

function show(element: JQuery, texts: Texts, answer: PreviewAnswer): void {
  const isOfTime = answer.kind === 'raw' || answer.kind === 'aggregate';
  const time = new Intl.DateTimeFormat(RED.i18n.lang(), { timeZone: answer.timeZone, dateStyle: 'medium', timeStyle: 'short' });
  const counts = { rows: shownNumber(answer.rows), series: shownNumber(answer.series.length), milliseconds: shownNumber(answer.milliseconds), zone: answer.timeZone };
  const summary = answer.rows === 0 ? texts('preview.none') : texts(isOfTime ? 'preview.summary' : 'preview.summaryLatest', { ...counts, period: time.formatRange(answer.from, answer.to) });
  element.empty().append($('<p class="holdfast-summary">').text(summary));
  if (answer.cut) element.append($('<p class="holdfast-hint">').text(texts('preview.cut')));
  element.append(answer.notices.map((notice) => $('<p class="holdfast-hint">').text(notice)));
  if (answer.rows === 0) return;
  // In the page before they are drawn: a chart takes the width that it finds.
  const charts = isOfTime ? chartsOf(answer) : [];
  const panels = $('<div>').appendTo(element);
  for (const [index, chart] of charts.entries()) panels.append(lineChart(chart, { height: charts.length === 1 ? HEIGHT_OF_ONE : HEIGHT, hint: index === 0 }));
  const details = $('<details class="holdfast-more">').prop('open', charts.length === 0).append($('<summary>').text(texts('preview.asTable')), tableOf(texts, answer));
  element.append(details.on('toggle', () => RED.tray.resize()));
}

interface TableRow {
  device: string;
  metric: string;
  ts: number;
  values: unknown[];
}

function tableOf(texts: Texts, { series, aggregates, timeZone }: PreviewAnswer): JQuery {
  const time = new Intl.DateTimeFormat(RED.i18n.lang(), { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const rows = series.flatMap(({ device, metric, readings, buckets }): TableRow[] => [
    ...readings.map(({ ts, value }) => ({ device, metric, ts, values: [value] })),
    ...buckets.map(({ ts, values }) => ({ device, metric, ts, values: aggregates.map((name) => values[name]) })),
  ]);
  const ofBuckets = series.some(({ buckets }) => buckets.length > 0);
  const titles = [texts('preview.time'), texts('preview.device'), texts('preview.metric'), ...(ofBuckets ? aggregates.map((name) => texts(`aggregates.${name}`)) : [texts('preview.value')])];
  const body = rows.slice(0, MOST_ROWS).map(({ device, metric, ts, values }) => $('<tr>').append([time.format(ts), device, metric, ...values.map(shown)].map((text) => $('<td>').text(text))));
  const table = $('<table class="holdfast-readings">').append($('<thead>').append($('<tr>').append(titles.map((title) => $('<th scope="col">').text(title)))), $('<tbody>').append(body));
  const rest = rows.length > MOST_ROWS ? $('<p class="holdfast-hint">').text(texts('preview.moreRows', { rows: shownNumber(rows.length - MOST_ROWS) })) : '';
  return $('<div class="holdfast-scroll" tabindex="0">').attr('aria-label', texts('preview.asTable')).append(table, rest);
}

function shown(value: unknown): string {
  if (typeof value === 'number') return shownNumber(value);
  return typeof value === 'string' || typeof value === 'boolean' ? String(value) : '–';
}
