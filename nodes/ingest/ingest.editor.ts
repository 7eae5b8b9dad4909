import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { showBatchSizeForBatches } from '../editor/batch-form.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { offerFormats, SELF_CONTAINED } from '../editor/formats.ts';
import { savedValue } from '../editor/settings.ts';
import { addTryIt } from '../editor/try-it.ts';
import { chosenBackend, numberWithin, oneOf, optionalText, typedValue } from '../editor/validators.ts';

RED.nodes.registerType('holdfast-ingest', {
  category: 'Holdfast',
  color: '#8FBBD9',
  icon: 'ingest.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    device: { value: 'topic', validate: typedValue('device', 'deviceType') },
    deviceType: { value: 'msg', validate: oneOf('device', ['msg', 'flow', 'global', 'str', 'env', 'jsonata']) },
    values: { value: 'payload', validate: typedValue('values', 'valuesType') },
    valuesType: { value: 'msg', validate: oneOf('values', ['msg', 'flow', 'global', 'json', 'jsonata']) },
    ts: { value: '', validate: typedValue('ts', 'tsType', { absent: 'none' }) },
    tsType: { value: 'none', validate: oneOf('ts', ['none', 'msg', 'flow', 'global', 'jsonata']) },
    format: { value: '', validate: oneOf('format', ['', 'auto', 'json', 'json-lines', 'text', 'csv', 'line-protocol', 'senml-json', 'senml-cbor', 'cbor', 'messagepack']) },
    form: { value: 'single', validate: oneOf('form', ['single', 'batch']) },
    batchSize: { value: 500, validate: numberWithin('batchSize', { minimum: 1, maximum: 10_000, whole: true }) },
    window: { value: 1000, validate: numberWithin('window', { minimum: 1, maximum: 100_000, whole: true }) },
    settleTimeout: { value: 300, validate: numberWithin('settleTimeout', { minimum: 0, maximum: 86_400 }) },
  },
  inputs: 1,
  outputs: 3,
  label() {
    return this.name || this._('label');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'ingest';
  },
  inputLabels() {
    return this._('inputs.message');
  },
  outputLabels(index) {
    return this._(['outputs.samples', 'outputs.acknowledged', 'outputs.refused'][index] ?? '');
  },
  onadd() {
    takeOnlyBackend(this);
  },
  oneditprepare() {
    const format = $('#node-input-format');
    offerFormats(format, SELF_CONTAINED);
    format.val(String(savedValue(this, 'format')));
    prepareDialog(this);
    preselectOnlyBackend(this);
    $('#node-input-device').typedInput({ default: 'msg', types: ['msg', 'flow', 'global', 'str', 'env', 'jsonata'], typeField: '#node-input-deviceType' });
    $('#node-input-values').typedInput({ default: 'msg', types: ['msg', 'flow', 'global', 'json', 'jsonata'], typeField: '#node-input-valuesType' });
    const arrival = { value: 'none', label: this._('timeOfArrival'), hasValue: false };
    $('#node-input-ts').typedInput({ default: 'none', types: [arrival, 'msg', 'flow', 'global', 'jsonata'], typeField: '#node-input-tsType' });
    showBatchSizeForBatches();
    addTryIt(this);
  },
});
