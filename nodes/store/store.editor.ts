import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { addTryIt } from '../editor/try-it.ts';
import { chosenBackend, optionalText } from '../editor/validators.ts';

RED.nodes.registerType('holdfast-store', {
  category: 'Holdfast',
  color: '#E3B07F',
  icon: 'store.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
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
    addTryIt(this);
  },
});
