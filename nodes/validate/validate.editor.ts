import { KINDS } from '../../core/simulator/kinds.ts';
import { heightLeft, prepareDialog } from '../editor/dialog.ts';
import { shared } from '../editor/texts.ts';
import { addTryIt } from '../editor/try-it.ts';
import { currentSettings, savedValue } from '../editor/settings.ts';
import { numberWithin, optionalText, requiredText, textOf } from '../editor/validators.ts';
import { schemaOf } from './schema-example.editor.ts';

const LEAST_HEIGHT = 160;
let editor: CodeEditor | undefined;

RED.nodes.registerType('holdfast-validate', {
  category: 'Holdfast',
  color: '#8DC3A0',
  icon: 'validate.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    contract: { value: 'contract', validate: requiredText('contract', 100) },
    contractVersion: { value: 1, validate: numberWithin('contractVersion', { minimum: 1, maximum: 1_000_000, whole: true }) },
    schema: { value: '{\n  "type": "object",\n  "minProperties": 1\n}', validate: jsonSchema },
  },
  inputs: 1,
  outputs: 2,
  label() {
    return this.name || this._('label', { contract: textOf(savedValue(this, 'contract')), version: textOf(savedValue(this, 'contractVersion')) });
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'validate';
  },
  inputLabels() {
    return this._('inputs.samples');
  },
  outputLabels(index) {
    return this._(index === 0 ? 'outputs.valid' : 'outputs.refused');
  },
  oneditprepare() {
    prepareDialog(this);
    openSchemaEditor(this);
    offerExamples(this);
    addTryIt(this, () => ({ ...currentSettings(this), schema: editor?.getValue() ?? this['schema'] }));
  },
  oneditsave() {
    $('#node-input-schema').val(editor?.getValue() ?? '');
    closeSchemaEditor();
  },
  oneditcancel: closeSchemaEditor,
  oneditresize({ height }) {
    const row = $('#holdfast-schema-row');
    const around = (row.outerHeight(true) ?? 0) - ($('#holdfast-schema-editor').height() ?? 0);
    $('#holdfast-schema-editor').height(Math.max(LEAST_HEIGHT, heightLeft(height, row) - around));
    editor?.resize();
  },
});

/** JSON, and an object. Whether it is a schema, the node says with the place in it when it is deployed or tried. */
function jsonSchema(this: EditorNode, value: unknown, _options: unknown): true | string {
  const text = textOf(value ?? savedValue(this, 'schema')).trim();
  if (text === '') return shared('errors.required', { field: this._('labels.schema') });
  try {
    const schema: unknown = JSON.parse(text);
    return (typeof schema === 'object' && schema !== null && !Array.isArray(schema)) || this._('errors.notObject');
  } catch (error) {
    return this._('errors.notJson', { reason: error instanceof Error ? error.message : String(error) });
  }
}

function openSchemaEditor(node: EditorNode): void {
  const opened = RED.editor.createEditor({ id: 'holdfast-schema-editor', mode: 'ace/mode/json', value: textOf(savedValue(node, 'schema')) });
  editor = opened;
  const check = (): void => {
    const schema = opened.getValue();
    const problem = jsonSchema.call(node, schema, undefined);
    $('#holdfast-schema-problem').text(problem === true ? '' : problem);
    $('#node-input-schema').val(schema);
  };
  opened.getSession().on('change', check);
  check();

  const expand = $('#holdfast-schema-expand');
  RED.popover.tooltip(expand, node._('labels.expand'));
  expand.on('click', (event) => {
    event.preventDefault();
    RED.editor.editJSON({ title: node._('labels.schema'), value: opened.getValue(), complete: (schema) => opened.setValue(schema) });
  });
}

function closeSchemaEditor(): void {
  editor?.destroy();
  editor = undefined;
}

function offerExamples(node: EditorNode): void {
  const kinds = $('#holdfast-example-kind');
  for (const { name } of KINDS) $('<option>').val(name).text(node._(`kinds.${name}`)).appendTo(kinds);
  $('#holdfast-example').on('click', () => {
    const kind = KINDS.find(({ name }) => name === kinds.val());
    if (!kind) return;
    editor?.setValue(schemaOf(kind));
    editor?.focus();
  });
}
