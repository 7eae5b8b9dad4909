import type { StoreCounts, StoreHealth } from '../../core/store/store.ts';
import { currentValue, savedValue } from '../editor/settings.ts';
import { shownBytes } from '../editor/shown-bytes.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';
import { requiredText, textOf } from '../editor/validators.ts';
import { retentionForm, retentionMeaning, retentionProblem } from './retention.editor.ts';
import type { RetentionForm, SavedRetention } from './retention.editor.ts';

const COUNTS = ['stored', 'duplicates', 'corrected', 'deleted', 'expired', 'dropped'] as const;

let form: RetentionForm | undefined;

/** Where readings are kept, and for how long. */
export function openStorePane(node: EditorNode): void {
  const texts = textsOf(node.type);
  const storage = $('#node-config-input-storage');
  const show = (): void => {
    $('.holdfast-when-postgres').toggle(storage.val() === 'postgresql');
    $('#holdfast-storage-meaning').text(texts(storage.val() === 'postgresql' ? 'storage.postgresqlMeaning' : 'storage.embeddedMeaning'));
    // What must be there depends on where readings are kept.
    $('#node-config-input-postgresHost').trigger('change');
    RED.tray.resize();
  };
  storage.on('change', show);

  const tell = (): void => {
    const saved = readRetention();
    const problem = retentionProblem(texts, saved);
    $('#holdfast-retention-meaning').toggleClass('holdfast-problem', problem !== true).text(problem === true ? retentionMeaning(texts, saved) : problem);
  };
  const saved = savedValue(node, 'retention');
  form = retentionForm({ texts, saved: typeof saved === 'object' && saved !== null ? saved : {}, changed: tell });
  $('#holdfast-retention').empty().append(form.element);
  show();
  tell();
}

/** How long what is kept, as the open dialog has it. */
export function readRetention(): SavedRetention {
  return form?.read() ?? {};
}

/** A retention that the server takes. */
export function usableRetention(): Validator {
  return function (value, _options) {
    return retentionProblem(textsOf(this.type), value ?? savedValue(this, 'retention'));
  };
}

/** Text that must be there when readings are kept in PostgreSQL. */
export function requiredForPostgres(property: string): Validator {
  const required = requiredText(property);
  return function (value, options) {
    return currentValue(this, 'storage') !== 'postgresql' || required.call(this, value, options);
  };
}

/** Shows how a running store is doing. */
export function showStore(node: EditorNode, health: StoreHealth, counts: StoreCounts): void {
  const texts = textsOf(node.type);
  const kind = texts(`storage.${health.kind}`);
  const bytes = health.bytes === undefined ? '' : ` ${texts('health.bytes', { bytes: shownBytes(texts, health.bytes) })}`;
  const sentence = health.available ? texts('health.available', { kind }) : texts('health.away', { kind });
  const problem = textOf(health.problem);
  const text = `${sentence}${bytes}${problem === '' ? '' : ` ${problem}`}`;
  const element = $('#holdfast-health').toggleClass('holdfast-problem', !health.available || problem !== '');
  if (element.text() !== text) element.text(text);
  const rows = COUNTS.map((count) => $('<tr>').append($('<th scope="row">').text(texts(`health.counts.${count}`)), $('<td>').text(shownNumber(counts[count]))));
  $('#holdfast-store-counts').empty().append($('<tbody>').append(rows));
}
