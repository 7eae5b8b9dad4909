import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { showBatchSizeForBatches } from '../editor/batch-form.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { savedValue } from '../editor/settings.ts';
import { addTryIt } from '../editor/try-it.ts';
import { chosenBackend, numberWithin, oneOf, optionalText, requiredText, textOf } from '../editor/validators.ts';

RED.nodes.registerType('holdfast-gateway', {
  category: 'Holdfast',
  color: '#8FBBD9',
  icon: 'gateway.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    host: { value: '127.0.0.1', validate: requiredText('host') },
    port: { value: 1883, validate: numberWithin('port', { minimum: 1, maximum: 65_535, whole: true }) },
    form: { value: 'single', validate: oneOf('form', ['single', 'batch']) },
    batchSize: { value: 500, validate: numberWithin('batchSize', { minimum: 1, maximum: 10_000, whole: true }) },
    window: { value: 1000, validate: numberWithin('window', { minimum: 1, maximum: 100_000, whole: true }) },
    settleTimeout: { value: 300, validate: numberWithin('settleTimeout', { minimum: 0, maximum: 86_400 }) },
    maximumPacketSize: { value: 262144, validate: numberWithin('maximumPacketSize', { minimum: 128, maximum: 16_777_216, whole: true }) },
    maximumConnections: { value: 10000, validate: numberWithin('maximumConnections', { minimum: 1, maximum: 1_000_000, whole: true }) },
  },
  inputs: 0,
  outputs: 1,
  label() {
    return this.name || labelOf(this);
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'gateway';
  },
  outputLabels() {
    return this._('outputs.samples');
  },
  onadd() {
    takeOnlyBackend(this);
  },
  oneditprepare() {
    prepareDialog(this);
    preselectOnlyBackend(this);
    showBatchSizeForBatches();
    addTryIt(this);
  },
});

/** The port tells gateways apart, unless only the server knows it. */
function labelOf(node: EditorNode): string {
  const port = textOf(savedValue(node, 'port'));
  return /^\d+$/.test(port) ? node._('label', { port }) : node._('paletteLabel');
}
