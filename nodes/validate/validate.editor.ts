import { KINDS } from '../../core/simulator/kinds.ts';
import { takeOnlyBackend } from '../editor/backend-choice.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { openTabs } from '../editor/tabs.ts';
import { addTryIt } from '../editor/try-it.ts';
import { currentSettings } from '../editor/settings.ts';
import { oneOf, optionalText } from '../editor/validators.ts';
import { contractLabel, neededBackend, openContractChoice, textFor, versionFor } from './contract-choice.editor.ts';
import { openDrifts } from './drift.editor.ts';
import { openLearn, saveTaken } from './learn.editor.ts';
import { schemaOf } from './schema-example.editor.ts';
import { closeSchemaEditor, editedSchema, focusSchema, jsonSchema, openSchemaEditor, putSchema, resizeSchemaEditor } from './schema-editor.editor.ts';

/** What the properties of a node mean since it can have its contract elsewhere. */
const VERSION = 2;
const LEAST_HEIGHT = 160;

RED.nodes.registerType('holdfast-validate', {
  category: 'Holdfast',
  color: '#8DC3A0',
  icon: 'validate.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 2 },
    source: { value: 'here', validate: oneOf('source', ['here', 'contract', 'profile']) },
    backend: { value: '', type: 'holdfast-backend', required: false, validate: neededBackend() },
    contract: { value: 'contract', validate: textFor('here', 'contract') },
    contractVersion: { value: 1, validate: versionFor('here', 'contractVersion') },
    schema: { value: '{\n  "type": "object",\n  "minProperties": 1\n}', validate: jsonSchema() },
    dialect: { value: '', validate: oneOf('dialect', ['', 'draft-07', '2019-09', '2020-12', 'jtd']) },
    contractId: { value: '', validate: textFor('contract', 'contractId') },
    versionChoice: { value: 'newest', validate: oneOf('versionChoice', ['newest', 'fixed']) },
    fixedVersion: { value: 1, validate: versionFor('contract', 'fixedVersion') },
    outcome: { value: 'refuse', validate: oneOf('outcome', ['accept', 'coerce', 'quarantine', 'refuse']) },
  },
  inputs: 1,
  outputs: 3,
  label() {
    return this.name || contractLabel(this);
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
    return this._(`outputs.${['valid', 'refused', 'drift'][index] ?? 'valid'}`);
  },
  onadd() {
    takeOnlyBackend(this);
  },
  oneditprepare() {
    prepareDialog(this);
    openTabs('holdfast-validate-tabs', ['contract', 'learn', 'drift'].map((name) => ({ id: `holdfast-pane-${name}`, label: this._(`tabs.${name}`) })));
    openSchemaEditor(this);
    openContractChoice(this);
    offerExamples(this);
    openLearn(this);
    openDrifts(this);
    addTryIt(this, () => ({ ...currentSettings(this), version: VERSION, schema: editedSchema(this) }));
  },
  oneditsave() {
    $('#node-input-schema').val(editedSchema(this));
    this['version'] = VERSION;
    closeSchemaEditor();
    return saveTaken();
  },
  oneditcancel: closeSchemaEditor,
  oneditresize({ height }) {
    const form = $('#dialog-form .holdfast-form');
    const editor = $('#holdfast-schema-editor').height() ?? 0;
    resizeSchemaEditor(Math.max(LEAST_HEIGHT, editor + height - (form.outerHeight(true) ?? 0)));
  },
});

function offerExamples(node: EditorNode): void {
  const kinds = $('#holdfast-example-kind');
  for (const { name } of KINDS) $('<option>').val(name).text(node._(`kinds.${name}`)).appendTo(kinds);
  $('#holdfast-example').on('click', () => {
    const kind = KINDS.find(({ name }) => name === kinds.val());
    if (!kind) return;
    putSchema(schemaOf(kind));
    focusSchema();
  });
}
