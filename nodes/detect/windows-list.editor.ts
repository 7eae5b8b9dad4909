import { listRows } from '../editor/list-rows.ts';
import { savedValue } from '../editor/settings.ts';
import { shared, textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

/** A row of the list as it is saved. */
interface SavedWindow {
  /** 1 (Monday) to 7 (Sunday). */
  days?: unknown;
  from?: unknown;
  to?: unknown;
}

const LIST = '#holdfast-windows';
const DAYS = [1, 2, 3, 4, 5, 6, 7];
/** A Monday, to have the names of the days from. */
const MONDAY = Date.UTC(2024, 0, 1);
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

/** Rows with at least one day and two times of day. */
export function windowsProblem(node: EditorNode, rows: unknown): true | string {
  if (!Array.isArray(rows)) return shared('errors.required', { field: textsOf(node.type)('labels.maintenance') });
  for (const [index, { days, from, to }] of (rows as SavedWindow[]).entries()) {
    const texts = textsOf(node.type);
    const row = index + 1;
    if (!Array.isArray(days) || days.length === 0) return texts('errors.noDay', { row });
    for (const time of [from, to]) if (!TIME.test(textOf(time))) return texts('errors.time', { row, value: textOf(time).slice(0, 40) });
  }
  return true;
}

/** For the list as a property. */
export function usableWindows(): Validator {
  return function (value, _options) {
    return value === undefined || windowsProblem(this, value);
  };
}

/** Makes the list of the weekly windows. */
export function openWindows(node: EditorNode): void {
  const texts = textsOf(node.type);
  const changed = (): void => {
    const problem = windowsProblem(node, readWindows());
    $('#holdfast-windows-problem').text(problem === true ? '' : problem);
    RED.tray.resize();
  };
  $(LIST).editableList<SavedWindow>({
    addButton: node._('windows.add'),
    height: 'auto',
    sortable: true,
    removable: true,
    addItem(row, _index, saved) {
      addRow(texts, row, saved);
      row.on('input change', 'input', changed);
      changed();
    },
    removeItem: changed,
    sortItems: changed,
  });
  const saved = savedValue(node, 'maintenance');
  for (const one of Array.isArray(saved) ? (saved as Array<SavedWindow | null>) : []) $(LIST).editableList('addItem', { ...one });
}

/** The list as it stands in the dialog. */
export function readWindows(): SavedWindow[] {
  return listRows(LIST).map((row) => {
    const [from = '', to = ''] = row.find('input[type="text"]').toArray().map((input) => textOf($(input).val()).trim());
    const days = row.find('input[type="checkbox"]').toArray().flatMap((box, index) => ($(box).prop('checked') === true ? [index + 1] : []));
    return { days, from, to };
  });
}

function addRow(texts: ReturnType<typeof textsOf>, row: JQuery, { days = DAYS, from = '22:00', to = '23:00' }: SavedWindow): void {
  const short = new Intl.DateTimeFormat(RED.i18n.lang(), { weekday: 'short', timeZone: 'UTC' });
  const long = new Intl.DateTimeFormat(RED.i18n.lang(), { weekday: 'long', timeZone: 'UTC' });
  const boxes = DAYS.map((day) => {
    const at = MONDAY + (day - 1) * 86_400_000;
    const box = $('<input type="checkbox">').attr('aria-label', long.format(at)).prop('checked', Array.isArray(days) && days.includes(day));
    return $('<label>').append(box, $('<span aria-hidden="true">').text(short.format(at)));
  });
  const time = (name: 'from' | 'to', value: unknown): JQuery => $('<input type="text" placeholder="00:00">').attr('aria-label', texts(`windows.${name}`)).val(textOf(value));
  const times = $('<span class="holdfast-window-times">').append(time('from', from), $('<span aria-hidden="true">–</span>'), time('to', to));
  $('<div class="holdfast-window">').append($('<span class="holdfast-window-days">').append(boxes), times).appendTo(row);
}
