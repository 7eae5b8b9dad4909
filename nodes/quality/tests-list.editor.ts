import { choose } from '../editor/choice.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { listRows } from '../editor/list-rows.ts';
import { textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';
import { savedValue } from '../editor/settings.ts';
import { fieldInput } from './field-input.editor.ts';
import type { FieldInput } from './field-input.editor.ts';
import { SAMPLE_TEST_NAMES, TEST_FIELDS } from './test-fields.ts';

/** A row of the list as it is saved. */
export interface SavedTest {
  metric?: unknown;
  test?: unknown;
  off?: unknown;
  options?: unknown;
}

interface RowForm {
  read(): SavedTest;
}

const LIST = '#holdfast-quality-tests';
const FORM = 'holdfast-test-row';
const FIRST_TEST = 'gross_range_test';

/** Makes the list of tests. */
export function openTests(node: EditorNode, changed: () => void): void {
  $(LIST).editableList<SavedTest>({
    addButton: node._('tests.add'),
    height: 'auto',
    sortable: true,
    removable: true,
    addItem(row, _index, saved) {
      row.data(FORM, testRow(node, row, saved, changed));
      changed();
    },
    removeItem: changed,
    sortItems: changed,
  });
  const saved = savedValue(node, 'tests');
  for (const test of Array.isArray(saved) ? (saved as Array<SavedTest | null>) : []) $(LIST).editableList('addItem', { ...test });
}

/** Adds a test, in place of the one of the same name for the same metric. */
export function takeTest(test: SavedTest): void {
  const items = listRows(LIST);
  const former = items.find((row) => {
    const saved = (row.data(FORM) as RowForm).read();
    return saved.test === test.test && textOf(saved.metric) === textOf(test.metric);
  });
  if (former) $(LIST).editableList('removeItem', former.data('data') as object);
  $(LIST).editableList('addItem', test);
}

/** The list as it stands in the dialog. What is no number is kept as it was typed, for the validator to name it. */
export function readTests(): SavedTest[] {
  return listRows(LIST).map((row) => (row.data(FORM) as RowForm).read());
}

function testRow(node: EditorNode, row: JQuery, saved: SavedTest, changed: () => void): RowForm {
  const texts = textsOf(node.type);
  const group = (title: string, names: readonly string[]): JQuery => $('<optgroup>').attr('label', texts(title)).append(names.map((name) => $('<option>').val(name).text(texts(`testNames.${name}`))));
  const ofMetrics = Object.keys(TEST_FIELDS).filter((name) => !SAMPLE_TEST_NAMES.includes(name));
  const tests = $('<select class="holdfast-quality-test">').attr('aria-label', texts('tests.test')).append(group('tests.ofMetrics', ofMetrics), group('tests.ofSamples', SAMPLE_TEST_NAMES));
  const metric = $('<input type="text" class="holdfast-quality-metric">').attr({ 'aria-label': texts('tests.metric'), placeholder: texts('tests.everyMetric') }).val(textOf(saved.metric));
  const runs = $('<select class="holdfast-quality-runs">').attr('aria-label', texts('tests.runs')).append(['on', 'off'].map((one) => $('<option>').val(one).text(texts(`tests.${one}`))));
  const form = $('<div class="holdfast-quality-fields">');
  const hint = $('<p class="holdfast-hint">');
  let fields: FieldInput[] = [];

  choose(tests, textOf(saved.test ?? FIRST_TEST));
  runs.val(saved.off === true ? 'off' : 'on');
  suggestKnown(metric, { backend: chosenBackendId, names: 'metrics' });
  const show = (options: unknown): void => {
    const test = textOf(tests.val());
    const given: Record<string, unknown> = typeof options === 'object' && options !== null ? { ...options } : {};
    fields = (TEST_FIELDS[test] ?? []).map((field) => fieldInput(node, field, given[field.option], changed));
    form.empty().append(fields.map(({ element }) => element)).toggle(runs.val() === 'on' && fields.length > 0);
    hint.text(runs.val() === 'off' ? texts('tests.offHint') : texts(`testHints.${test}`));
    metric.toggle(!SAMPLE_TEST_NAMES.includes(test));
    RED.tray.resize();
  };
  const options = (): Record<string, unknown> => Object.fromEntries(fields.flatMap(({ option, read }) => {
    const value = read();
    return value === undefined ? [] : [[option, value]];
  }));
  tests.on('change', () => show({}));
  runs.on('change', () => show(options()));
  show(saved.options);
  $('<div class="holdfast-quality-row">').append($('<div class="holdfast-quality-head">').append(metric, tests, runs), form, hint).appendTo(row);
  row.on('input change', 'input, select', changed);
  return {
    read() {
      const test = textOf(tests.val());
      const name = SAMPLE_TEST_NAMES.includes(test) ? '' : textOf(metric.val()).trim();
      return runs.val() === 'off' ? { metric: name, test, off: true } : { metric: name, test, options: options() };
    },
  };
}
