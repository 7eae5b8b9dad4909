import { iconButton, unseen } from '../editor/buttons.ts';
import { choose } from '../editor/choice.ts';
import { textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

/** As it is saved. */
export type Metrics = Record<string, { type?: string; unit?: string }>;

export interface MetricTable {
  readonly element: JQuery;
  /** What the rows say; rows without a name count as none. `repeated`: a name that stands there twice. */
  read(): { metrics: Metrics; repeated: string | undefined };
}

const TYPES = ['number', 'integer', 'boolean', 'string'];

/** The metrics of one profile, as a small table that grows by a button. */
export function metricTable(node: EditorNode, saved: Metrics, changed: () => void): MetricTable {
  const texts = textsOf(node.type);
  const rows = $('<tbody>');
  const titles = ['name', 'type', 'unit'].map((column) => $('<th scope="col">').text(texts(`metrics.${column}`)));
  const table = $('<table class="holdfast-metrics">').append($('<thead>').append($('<tr>').append(titles, $('<th scope="col">').append(unseen(texts('metrics.actions'))))), rows);

  const addRow = (name = '', { type = '', unit = '' } = {}): JQuery => {
    const types = $('<select>').attr('aria-label', texts('metrics.type')).append(['', ...TYPES].map((one) => $('<option>').val(one).text(texts(`metrics.types.${one === '' ? 'any' : one}`))));
    const row = $('<tr>').append(
      $('<td>').append($('<input type="text" class="holdfast-metric-name">').attr({ 'aria-label': texts('metrics.name'), placeholder: 'temperature' }).val(name)),
      $('<td>').append(choose(types, type)),
      $('<td>').append($('<input type="text" class="holdfast-metric-unit">').attr({ 'aria-label': texts('metrics.unit'), placeholder: 'Cel' }).val(unit)),
      $('<td>').append(iconButton('fa-times', texts('metrics.remove'), () => {
        row.remove();
        table.toggle(rows.children().length > 0);
        changed();
      })),
    );
    table.show();
    return row.appendTo(rows);
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
      const found = rows.children().toArray().map((row) => {
        const [name = '', unit = ''] = $(row).find('input').toArray().map((input) => textOf($(input).val()).trim());
        const type = textOf($(row).find('select').val());
        return { name, metric: { ...(type !== '' && { type }), ...(unit !== '' && { unit }) } };
      }).filter(({ name, metric }) => name !== '' || Object.keys(metric).length > 0);
      const names = found.map(({ name }) => name);
      return { metrics: Object.fromEntries(found.map(({ name, metric }) => [name, metric])), repeated: names.find((name, index) => names.indexOf(name) < index) };
    },
  };
}
