import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { currentSettings, currentValue } from '../editor/settings.ts';
import { addTryIt } from '../editor/try-it.ts';
import { chosenBackend, numberWithin, oneOf, optionalText, textOf } from '../editor/validators.ts';
import { BAND_KINDS, bandsProblem, openBands, readBands } from './bands.editor.ts';

const MODES = ['every', 'change', 'interval'];

RED.nodes.registerType('holdfast-store', {
  category: 'Holdfast',
  color: '#E3B07F',
  icon: 'store.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    mode: { value: 'every', validate: oneOf('mode', MODES) },
    band: { value: 0, validate: inMode('change', numberWithin('band', { minimum: 0 })) },
    bandKind: { value: 'absolute', validate: inMode('change', oneOf('bandKind', BAND_KINDS)) },
    bands: { value: [], validate: bandsUsable },
    longestSilence: { value: 900, validate: inMode('change', numberWithin('longestSilence', { minimum: 0, maximum: 31_536_000 })) },
    interval: { value: 60, validate: inMode('interval', numberWithin('interval', { minimum: 1, maximum: 86_400 })) },
    keep: { value: 'last', validate: inMode('interval', oneOf('keep', ['last', 'extremes'])) },
  },
  inputs: 1,
  outputs: 1,
  label() {
    return this.name || this._('label');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'store';
  },
  inputLabels() {
    return this._('inputs.samples');
  },
  outputLabels() {
    return this._('outputs.stored');
  },
  onadd() {
    takeOnlyBackend(this);
  },
  oneditprepare() {
    prepareDialog(this);
    preselectOnlyBackend(this);
    showMode(this);
    addTryIt(this, () => ({ ...currentSettings(this), bands: readBands() }));
  },
  oneditsave() {
    this['bands'] = readBands();
  },
});

/** What belongs to another mode is out of sight, and may be whatever it is. */
function inMode(mode: string, validator: Validator): Validator {
  return function (value, options) {
    return textOf(currentValue(this, 'mode')) !== mode || validator.call(this, value, options);
  };
}

function bandsUsable(this: EditorNode, value: unknown, _options: unknown): true | string {
  return bandsProblem(this, value);
}

function showMode(node: EditorNode): void {
  const show = (): void => {
    const mode = textOf(currentValue(node, 'mode'));
    for (const one of MODES) $(`.holdfast-mode-${one}`).toggle(one === mode);
    const problem = bandsProblem(node, readBands());
    $('#holdfast-bands-problem').text(problem === true ? '' : problem);
    RED.tray.resize();
  };
  openBands(node, show);
  $('#node-input-mode').on('change', () => {
    // A fault of a mode that is not chosen is none.
    for (const property of ['band', 'longestSilence', 'interval']) $(`#node-input-${property}`).trigger('change');
    show();
  });
  show();
}
