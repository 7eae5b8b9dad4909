import { iconButton, unseen } from '../editor/buttons.ts';
import { choose } from '../editor/choice.ts';
import { textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';
import { qualityButton } from './quality-button.editor.ts';
import type { QualityButton } from './quality-button.editor.ts';
import { ownRetention, retentionForm } from './retention.editor.ts';
import type { RetentionForm, SavedRetention } from './retention.editor.ts';

/** As it is saved. */
export type Metrics = Record<string, { type?: string; unit?: string; retention?: SavedRetention; quality?: unknown }>;

export interface MetricTable {
  readonly element: JQuery;
  /** What the rows say; rows without a name count as none. `repeated`: a name that stands there twice. */
  read(): { metrics: Metrics; repeated: string | undefined };
}

const RETENTION = 'holdfast-retention-form';
const QUALITY = 'holdfast-quality-button';
const QUALITY_EXAMPLE = { gross_range_test: { suspectSpan: [0, 90], failSpan: [-40, 130] }, spike_test: { suspectThreshold: 5 } };
const TYPES = ['number', 'integer', 'boolean', 'string'];

/** The metrics of one profile, as a small table that grows by a button. */
export function metricTable(node: EditorNode, saved: Metrics, changed: () => void): MetricTable {
  const texts = textsOf(node.type);
  const rows = $('<tbody>');
  const titles = ['name', 'type', 'unit'].map((column) => $('<th scope="col">').text(texts(`metrics.${column}`)));
  const table = $('<table class="holdfast-metrics">').append($('<thead>').append($('<tr>').append(titles, $('<th scope="col">').append(unseen(texts('metrics.actions'))))), rows);

  const addRow = (name = '', { type = '', unit = '', retention, quality }: Metrics[string] = {}): JQuery => {
    const types = $('<select>').attr('aria-label', texts('metrics.type')).append(['', ...TYPES].map((one) => $('<option>').val(one).text(texts(`metrics.types.${one === '' ? 'any' : one}`))));
    const form = retentionForm({ texts, saved: retention ?? {}, inherits: true, changed });
    const kept = $('<tr class="holdfast-metric-kept">').append($('<td colspan="4">').append($('<p class="holdfast-hint">').text(texts('retention.ofMetricHint')), form.element));
    const howLong = iconButton('fa-clock-o', texts('retention.ofMetric'), () => show(kept.is(':hidden')));
    const tests = qualityButton(texts('metrics.quality'), quality, QUALITY_EXAMPLE, changed);
    const show = (isShown: boolean): void => {
      kept.toggle(isShown);
      howLong.attr('aria-expanded', String(isShown));
      RED.tray.resize();
    };
    const row = $('<tr>').append(
      $('<td>').append($('<input type="text" class="holdfast-metric-name">').attr({ 'aria-label': texts('metrics.name'), placeholder: 'temperature' }).val(name)),
      $('<td>').append(choose(types, type)),
      $('<td>').append($('<input type="text" class="holdfast-metric-unit">').attr({ 'aria-label': texts('metrics.unit'), placeholder: 'Cel' }).val(unit)),
      $('<td>').append(tests.element, howLong, iconButton('fa-times', texts('metrics.remove'), () => {
        row.add(kept).remove();
        table.toggle(rows.children().length > 0);
        changed();
      })),
    );
    row.data(RETENTION, form).data(QUALITY, tests);
    table.show();
    rows.append(row, kept);
    show(retention !== undefined);
    return row;
  };
  const add = $('<button type="button" class="red-ui-button red-ui-button-small">').append('<i class="fa fa-plus" aria-hidden="true"></i> ', $('<span>').text(texts('metrics.add')));
  add.on('click', () => {
    addRow().find('input').first().trigger('focus');
    RED.tray.resize();
  });
  table.hide();
  // An imported flow may hold anything; the validator says what of it cannot be.
  for (const [name, metric] of Object.entries(saved ?? {}) as Array<[string, Metrics[string] | null]>) addRow(name, metric ?? {});
  rows.on('input change', 'input, select', changed);

  return {
    element: $('<div>').append(table, add),
    read() {
      const found = rows.children(':not(.holdfast-metric-kept)').toArray().map((row) => {
        const form = $(row).data(RETENTION) as RetentionForm | undefined;
        const tests = $(row).data(QUALITY) as QualityButton | undefined;
        const [name = '', unit = ''] = $(row).find('input').toArray().map((input) => textOf($(input).val()).trim());
        const type = textOf($(row).find('select').val());
        return { name, metric: { ...(type !== '' && { type }), ...(unit !== '' && { unit }), ...(form && ownRetention(form.read())), ...tests?.read() } };
      }).filter(({ name, metric }) => name !== '' || Object.keys(metric).length > 0);
      const names = found.map(({ name }) => name);
      return { metrics: Object.fromEntries(found.map(({ name, metric }) => [name, metric])), repeated: names.find((name, index) => names.indexOf(name) < index) };
    },
  };
}
