import { ON_BAD } from '../../core/quality/device/alteration.ts';
import { choose } from '../editor/choice.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { listRows } from '../editor/list-rows.ts';
import { savedValue } from '../editor/settings.ts';
import { textsOf } from '../editor/texts.ts';
import { isNumberWithin, textOf } from '../editor/validators.ts';

/** A row of the list as it is saved. */
interface SavedAlteration {
  metric?: unknown;
  onBad?: unknown;
  readings?: unknown;
  seconds?: unknown;
}

const LIST = '#holdfast-quality-alterations';
const BOUNDED = ['hold', 'interpolate'];

/** Makes the list of what is to be done with bad and missing readings. */
export function openAlterations(node: EditorNode, changed: () => void): void {
  const texts = textsOf(node.type);
  $(LIST).editableList<SavedAlteration>({
    addButton: node._('alterations.add'),
    height: 'auto',
    sortable: true,
    removable: true,
    addItem(row, _index, saved) {
      const metric = $('<input type="text" class="holdfast-quality-metric">').attr({ 'aria-label': texts('tests.metric'), placeholder: texts('tests.everyMetric') }).val(textOf(saved.metric));
      const kinds = choose($('<select>').attr('aria-label', texts('alterations.onBad')).append(ON_BAD.map((one) => $('<option>').val(one).text(texts(`onBad.${one}`)))), textOf(saved.onBad ?? 'hold'));
      const number = (property: 'readings' | 'seconds', preset: number): JQuery => $('<input type="text" inputmode="decimal">').attr('aria-label', texts(`alterations.${property}`)).val(textOf(saved[property] ?? preset));
      const bounds = $('<span class="holdfast-quality-bounds">').append($('<span>').text(texts('alterations.atMost')), number('readings', 5), $('<span>').text(texts('alterations.readings')), number('seconds', 300), $('<span>').text(texts('alterations.seconds')));
      const show = (): void => void bounds.toggle(BOUNDED.includes(textOf(kinds.val())));
      kinds.on('change', show);
      show();
      suggestKnown(metric, { backend: chosenBackendId, names: 'metrics' });
      $('<div class="holdfast-quality-head">').append(metric, kinds, bounds).appendTo(row);
      row.on('input change', 'input, select', changed);
      changed();
    },
    removeItem: changed,
    sortItems: changed,
  });
  const saved = savedValue(node, 'alterations');
  for (const one of Array.isArray(saved) ? (saved as Array<SavedAlteration | null>) : []) $(LIST).editableList('addItem', { ...one });
}

/** The list as it stands in the dialog. */
export function readAlterations(): SavedAlteration[] {
  return listRows(LIST).map((row) => {
    const [metric = '', readings = '', seconds = ''] = row.find('input').toArray().map((input) => textOf($(input).val()).trim());
    const onBad = textOf(row.find('select').val());
    return BOUNDED.includes(onBad) ? { metric, onBad, readings: numberOf(readings), seconds: numberOf(seconds) } : { metric, onBad };
  });
}

function numberOf(text: string): number | string {
  return isNumberWithin(text, {}) ? Number(text) : text;
}
