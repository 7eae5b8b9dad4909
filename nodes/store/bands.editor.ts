import { choose } from '../editor/choice.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { listRows } from '../editor/list-rows.ts';
import { currentValue, savedValue } from '../editor/settings.ts';
import { addStyle } from '../editor/style.ts';
import { isNumberWithin, numberSentence, textOf } from '../editor/validators.ts';

/** A row of the list as it is saved. */
interface SavedBand {
  metric?: unknown;
  band?: unknown;
  bandKind?: unknown;
}

const LIST = '#holdfast-bands';
const RULES = `
.holdfast-form .form-row .holdfast-band { display: flex; align-items: center; gap: 8px; }
.holdfast-form .form-row .holdfast-band > input[type="text"] { flex: 0 1 80px; min-width: 50px; width: auto; }
.holdfast-form .form-row .holdfast-band > input.holdfast-band-metric { flex: 1 1 90px; }
.holdfast-form .form-row .holdfast-band > select { flex: 1 1 130px; min-width: 0; width: auto; }
`;
export const BAND_KINDS = ['absolute', 'percent'];

/** Makes the list of metrics that have a band of their own. */
export function openBands(node: EditorNode, changed: () => void): void {
  addStyle('holdfast-bands-style', RULES);
  $(LIST).editableList<SavedBand>({
    addButton: node._('bands.add'),
    height: 'auto',
    sortable: true,
    removable: true,
    addItem(row, _index, saved) {
      const metric = $('<input type="text" class="holdfast-band-metric">').attr({ 'aria-label': node._('bands.metric'), placeholder: 'temperature' }).val(textOf(saved.metric));
      const band = $('<input type="text" inputmode="decimal" class="holdfast-band-width">').attr('aria-label', node._('labels.band')).val(textOf(saved.band ?? 0));
      const kinds = $('<select>').attr('aria-label', node._('labels.bandKind')).append(BAND_KINDS.map((kind) => $('<option>').val(kind).text(node._(`bandKind.${kind}`))));
      $('<div class="holdfast-band">').append(metric, band, choose(kinds, textOf(saved.bandKind ?? 'absolute'))).appendTo(row);
      suggestKnown(metric, { backend: chosenBackendId, names: 'metrics' });
      row.on('input change', 'input, select', changed);
      changed();
    },
    removeItem: changed,
    sortItems: changed,
  });
  const saved = savedValue(node, 'bands');
  for (const band of Array.isArray(saved) ? (saved as Array<SavedBand | null>) : []) $(LIST).editableList('addItem', { ...band });
}

/** The list as it stands in the dialog. What is no number is kept as it was typed, for the validator to name it. */
export function readBands(): SavedBand[] {
  return listRows(LIST).map((row) => {
    const [metric, band] = row.find('input').toArray().map((input) => textOf($(input).val()).trim());
    return { metric, band: isNumberWithin(band, {}) ? Number(band) : band, bandKind: textOf(row.find('select').val()) };
  });
}

/** True, or a sentence that names the first row that cannot be used. */
export function bandsProblem(node: EditorNode, saved: unknown): true | string {
  if (textOf(currentValue(node, 'mode')) !== 'change') return true;
  const seen = new Set<string>();
  for (const [index, row] of (Array.isArray(saved) ? (saved as Array<SavedBand | null>) : []).entries()) {
    const { metric, band, bandKind = 'absolute' } = row ?? {};
    const name = textOf(metric).trim();
    if (name === '') return node._('bands.problems.noMetric', { row: index + 1 });
    if (seen.has(name)) return node._('bands.problems.sameMetric', { row: index + 1, metric: name });
    if (!isNumberWithin(band, { minimum: 0 })) return numberSentence(node._('bands.problems.row', { row: index + 1 }), band, {});
    if (!BAND_KINDS.includes(textOf(bandKind))) return node._('bands.problems.kind', { row: index + 1 });
    seen.add(name);
  }
  return true;
}
