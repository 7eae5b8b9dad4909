import { KINDS } from '../../core/simulator/kinds.ts';
import { listRows } from '../editor/list-rows.ts';
import { savedValue } from '../editor/settings.ts';
import { shared, shownNumber } from '../editor/texts.ts';
import { isNumberWithin, numberSentence } from '../editor/validators.ts';

const MOST_DEVICES = 1_000;
const COUNT = { minimum: 0, maximum: MOST_DEVICES, whole: true };
const LIST = '#holdfast-fleet';

/** One row of the list, as it is saved. */
interface Group {
  kind: string;
  count: number;
}

/** Rows of a known kind and a count each, with at least one device and not too many. */
export function fleetProblem(node: EditorNode, groups: unknown): true | string {
  if (!Array.isArray(groups)) return shared('errors.required', { field: node._('labels.fleet') });
  let devices = 0;
  for (const [index, { kind, count }] of (groups as Group[]).entries()) {
    if (!KINDS.some(({ name }) => name === kind)) return node._('errors.kind', { row: index + 1, kind: String(kind) });
    if (!isNumberWithin(count, COUNT)) return numberSentence(node._('labels.countInRow', { row: index + 1 }), count, COUNT);
    devices += Number(count);
  }
  if (devices === 0) return node._('errors.noDevices');
  return devices <= MOST_DEVICES || node._('errors.tooManyDevices', { devices: shownNumber(devices), maximum: shownNumber(MOST_DEVICES) });
}

/** How many devices the rows make together. */
export function deviceCount(fleet: unknown): number {
  return Array.isArray(fleet) ? (fleet as Group[]).reduce((sum, { count }) => sum + Number(count), 0) : 0;
}

/** Makes the list of rows in the dialog. */
export function openFleetList(node: EditorNode): void {
  const show = (): void => {
    const groups = readFleetList();
    const problem = fleetProblem(node, groups);
    $('#holdfast-fleet-summary').toggleClass('holdfast-problem', problem !== true).text(problem === true ? node._('fleetSummary', { devices: shownNumber(deviceCount(groups)) }) : problem);
  };
  $(LIST).editableList<Partial<Group>>({
    addButton: node._('addRow'),
    sortable: true,
    removable: true,
    addItem(row, _index, group) {
      addRow(node, row, group, show);
      show();
    },
    removeItem: show,
    sortItems: show,
  });
  const saved = savedValue(node, 'fleet');
  const groups = Array.isArray(saved) ? (saved as Group[]) : [];
  for (const group of groups) $(LIST).editableList('addItem', { ...group });
  show();
}

/** The rows as they stand in the dialog. */
export function readFleetList(): Group[] {
  return listRows(LIST).map((row) => {
    const count = String(row.find('input').val()).trim();
    return { kind: String(row.find('select').val()), count: count === '' ? Number.NaN : Number(count) };
  });
}

function addRow(node: EditorNode, row: JQuery, group: Partial<Group>, changed: () => void): void {
  const { kind = KINDS[0]?.name ?? '', count = 1 } = group;
  const kinds = $('<select>').attr('aria-label', node._('labels.kind'));
  for (const { name } of KINDS) $('<option>').val(name).text(node._(`kinds.${name}`)).appendTo(kinds);
  const counted = $('<input type="text" inputmode="numeric">').attr('aria-label', node._('labels.count')).val(String(count));
  counted.on('input change', () => counted.toggleClass('input-error', !isNumberWithin(counted.val(), COUNT)));
  kinds.val(kind);
  kinds.add(counted).on('input change', changed);
  $('<div class="holdfast-fleet-row">').append(counted, $('<span aria-hidden="true">×</span>'), kinds).appendTo(row);
}
