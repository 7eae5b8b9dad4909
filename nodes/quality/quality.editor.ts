import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { currentSettings } from '../editor/settings.ts';
import { addStyle } from '../editor/style.ts';
import { openTabs } from '../editor/tabs.ts';
import { addTryIt } from '../editor/try-it.ts';
import { chosenBackend, numberWithin, onOrOff, oneOf, optionalText, textOf } from '../editor/validators.ts';
import { openAlterations, readAlterations } from './alterations-list.editor.ts';
import { rowsProblem, usableRows } from './problems.editor.ts';
import { QUALITY_RULES } from './style.editor.ts';
import { openStored } from './stored.editor.ts';
import { openTests, readTests } from './tests-list.editor.ts';

const OUTPUTS = { one: 2, split: 4 };
const OUTPUT_NAMES = ['samples', 'revised', 'suspect', 'bad'];

RED.nodes.registerType('holdfast-quality', {
  category: 'Holdfast',
  color: '#8DC3A0',
  icon: 'quality.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    wiring: { value: 'one', validate: oneOf('wiring', ['one', 'split']) },
    outputs: { value: 2, validate: numberWithin('wiring', { minimum: 1, maximum: 4, whole: true }) },
    usesProfiles: { value: true, validate: onOrOff('usesProfiles') },
    usesDefaults: { value: true, validate: onOrOff('usesDefaults') },
    tests: { value: [], validate: usableRows('tests') },
    alterations: { value: [], validate: usableRows('alterations') },
  },
  inputs: 1,
  outputs: 4,
  label() {
    return this.name || this._('label');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'quality';
  },
  inputLabels() {
    return this._('inputs.samples');
  },
  outputLabels(index) {
    const name = OUTPUT_NAMES[index] ?? 'samples';
    return this._(`outputs.${name === 'samples' && this['wiring'] === 'split' ? 'good' : name}`);
  },
  onadd() {
    takeOnlyBackend(this);
  },
  oneditprepare() {
    addStyle('holdfast-quality-style', QUALITY_RULES);
    prepareDialog(this);
    preselectOnlyBackend(this);
    openTabs('holdfast-quality-tabs', ['tests', 'stored'].map((name) => ({ id: `holdfast-pane-${name}`, label: this._(`tabs.${name}`) })));
    showWiring(this);
    const settings = (): Record<string, unknown> => ({ ...currentSettings(this), tests: readTests(), alterations: readAlterations() });
    openTests(this, () => tell(this, 'tests', readTests()));
    openAlterations(this, () => tell(this, 'alterations', readAlterations()));
    openStored(this, settings);
    addTryIt(this, settings);
  },
  oneditsave() {
    this['tests'] = readTests();
    this['alterations'] = readAlterations();
  },
});

function showWiring(node: EditorNode): void {
  const wiring = $('#node-input-wiring');
  const show = (): void => {
    const chosen = textOf(wiring.val()) === 'split' ? 'split' : 'one';
    $('#node-input-outputs').val(OUTPUTS[chosen]);
    $('#holdfast-wiring-meaning').text(node._(`wiringMeaning.${chosen}`));
  };
  wiring.on('change', show);
  show();
}

function tell(node: EditorNode, list: 'tests' | 'alterations', rows: unknown): void {
  const problem = rowsProblem(node, list, rows);
  $(`#holdfast-quality-${list}-problem`).text(problem === true ? '' : problem);
  RED.tray.resize();
}
