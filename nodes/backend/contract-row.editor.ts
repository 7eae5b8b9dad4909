import { iconButton } from '../editor/buttons.ts';
import { choose } from '../editor/choice.ts';
import { textsOf } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';
import { comparisonView } from './contract-comparison.editor.ts';
import { editedVersions, nextVersion, savedVersion } from './contract-versions.ts';
import type { SavedContract } from './contract-versions.ts';

export interface ContractRow {
  read(): SavedContract;
  /** Asks anew what a change would refuse, once the backend can be asked. */
  compare(): void;
  /** Takes the code editor away; to be called before the dialog closes. */
  close(): void;
}

export interface ContractRowOptions {
  changed: () => void;
  isRunning: () => boolean;
  /** The numbers that versions of a contract of this backend have or had. */
  known: (id: string) => readonly number[];
}

const DIALECTS = ['2020-12', '2019-09', 'draft-07', 'jtd'];
let editors = 0;

/** The form of one contract: its id, and behind a button its versions, with the schema of the one that is chosen. */
export function contractRow(node: EditorNode, row: JQuery, saved: SavedContract, { changed, isRunning, known }: ContractRowOptions): ContractRow {
  const texts = textsOf(node.type);
  const isNew = saved.id === undefined;
  const versions = editedVersions(saved);
  let chosen = versions.length - 1;
  let editor: CodeEditor | undefined;
  let isFilling = false;

  const id = $('<input type="text" class="holdfast-contract-id" placeholder="press-telemetry">').attr('aria-label', texts('contracts.id')).val(saved.id ?? '');
  const title = $('<input type="text" class="holdfast-contract-title">').attr({ 'aria-label': texts('contracts.title'), placeholder: texts('contracts.title') }).val(saved.title ?? '');
  const version = $('<select class="holdfast-contract-version">');
  const dialect = $('<select class="holdfast-contract-dialect">').append($('<option>').val('').text(texts('contracts.dialects.said')), DIALECTS.map((one) => $('<option>').val(one).text(texts(`contracts.dialects.${one}`))));
  const note = $('<input type="text" class="holdfast-contract-note">');
  const summary = $('<p class="holdfast-hint">');
  const comparison = comparisonView(node, isRunning);
  editors += 1;
  const code = $('<div class="node-text-editor holdfast-contract-schema" role="group">').attr({ id: `holdfast-contract-schema-${editors}`, 'aria-label': texts('contracts.schema') });

  const current = (): (typeof versions)[number] => versions[chosen] ?? { version: 1, text: '', dialect: '', note: '' };
  const compare = (): void => comparison.show(versions[chosen - 1], current());
  const tell = (): void => {
    summary.text(texts('contracts.summary', { count: versions.length, newest: textOf(versions.at(-1)?.version) }));
    changed();
  };
  const fill = (): void => {
    isFilling = true;
    version.empty().append(versions.map((one, index) => $('<option>').val(index).text(texts(index === versions.length - 1 ? 'contracts.newest' : 'contracts.number', { version: textOf(one.version) }))));
    version.val(String(chosen));
    choose(dialect, current().dialect);
    note.val(current().note);
    editor?.setValue(current().text);
    remove.prop('disabled', versions.length === 1);
    isFilling = false;
    compare();
  };

  const add = $('<button type="button" class="red-ui-button red-ui-button-small holdfast-contract-add-version">').append('<i class="fa fa-code-fork" aria-hidden="true"></i> ', $('<span>').text(texts('contracts.newVersion')));
  add.on('click', () => {
    versions.push(nextVersion(versions, known(textOf(id.val()).trim())));
    chosen = versions.length - 1;
    fill();
    tell();
    editor?.focus();
  });
  const remove = iconButton('fa-trash', texts('contracts.removeVersion'), () => {
    versions.splice(chosen, 1);
    chosen = versions.length - 1;
    fill();
    tell();
  });
  version.on('change', () => {
    chosen = Number(version.val());
    fill();
  });
  dialect.on('change', () => {
    current().dialect = textOf(dialect.val());
    compare();
  });
  note.on('input', () => void (current().note = textOf(note.val())));

  const field = (label: string, ...inputs: JQuery[]): JQuery => $('<label>').append($('<span>').text(texts(`contracts.${label}`)), ...inputs);
  const body = $('<div class="holdfast-profile-body">').append(
    $('<div class="holdfast-contract-versions">').append(field('version', version), add, remove),
    $('<div class="holdfast-fields">').append(field('dialect', dialect)),
    $('<div class="holdfast-fields">').append(field('note', note)),
    $('<h5>').text(texts('contracts.schema')),
    code,
    $('<h5>').text(texts('contracts.changes')),
    comparison.element,
  );
  const toggle = $('<button type="button" class="red-ui-button red-ui-button-small holdfast-profile-toggle">').append('<i aria-hidden="true" class="fa"></i>');
  const open = (isOpen: boolean): void => {
    body.toggle(isOpen);
    summary.toggle(!isOpen);
    toggle.attr({ 'aria-expanded': String(isOpen), 'aria-label': texts('contracts.more') }).find('i').toggleClass('fa-chevron-down', isOpen).toggleClass('fa-chevron-right', !isOpen);
    // An editor that is made out of sight has no size.
    if (isOpen && !editor) editor = openEditor();
    RED.tray.resize();
  };
  const openEditor = (): CodeEditor => {
    const opened = RED.editor.createEditor({ id: code.attr('id') ?? '', mode: 'ace/mode/json', value: current().text });
    opened.getSession().on('change', () => {
      if (isFilling) return;
      current().text = opened.getValue();
      compare();
      tell();
    });
    return opened;
  };
  toggle.on('click', () => open(body.is(':hidden')));
  $('<div class="holdfast-profile">').append($('<div class="holdfast-profile-head">').append(toggle, id, title), summary, body).appendTo(row);
  row.on('input change', 'input, select', tell);
  fill();
  tell();
  open(isNew);
  if (isNew) setTimeout(() => id.trigger('focus'));

  return {
    read: () => ({ id: textOf(id.val()).trim(), ...(textOf(title.val()).trim() !== '' && { title: textOf(title.val()).trim() }), versions: versions.map(savedVersion) }),
    compare,
    close() {
      editor?.destroy();
      editor = undefined;
    },
  };
}
