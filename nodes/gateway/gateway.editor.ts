import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { showBatchSizeForBatches } from '../editor/batch-form.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { addTryIt } from '../editor/try-it.ts';
import { chosenBackend, numberWithin, oneOf, optionalText, requiredText } from '../editor/validators.ts';
import { explainLimits, saveVersion } from './limits.editor.ts';
import { certificate, listenerPort, openListeners, portsOf, savePorts } from './ports.editor.ts';

RED.nodes.registerType('holdfast-gateway', {
  category: 'Holdfast',
  color: '#8FBBD9',
  icon: 'gateway.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 2 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    host: { value: '127.0.0.1', validate: requiredText('host') },
    port: { value: 1883, validate: listenerPort('port') },
    mqttsPort: { value: 0, validate: listenerPort('mqttsPort') },
    wsPort: { value: 0, validate: listenerPort('wsPort') },
    wssPort: { value: 0, validate: listenerPort('wssPort') },
    httpPort: { value: 0, validate: listenerPort('httpPort') },
    httpsPort: { value: 0, validate: listenerPort('httpsPort') },
    coapPort: { value: 0, validate: listenerPort('coapPort') },
    tls: { value: '', type: 'tls-config', validate: certificate() },
    form: { value: 'single', validate: oneOf('form', ['single', 'batch']) },
    batchSize: { value: 500, validate: numberWithin('batchSize', { minimum: 1, maximum: 10_000, whole: true }) },
    window: { value: 1000, validate: numberWithin('window', { minimum: 1, maximum: 100_000, whole: true }) },
    settleTimeout: { value: 300, validate: numberWithin('settleTimeout', { minimum: 0, maximum: 86_400 }) },
    maximumPacketSize: { value: 262144, validate: numberWithin('maximumPacketSize', { minimum: 128, maximum: 16_777_216, whole: true }) },
    maximumConnections: { value: 10000, validate: numberWithin('maximumConnections', { minimum: 1, maximum: 1_000_000, whole: true }) },
    messagesPerSecond: { value: 1000, validate: numberWithin('messagesPerSecond', { minimum: 0, maximum: 1_000_000 }) },
    bytesPerSecond: { value: 0, validate: numberWithin('bytesPerSecond', { minimum: 0, maximum: 1_000_000_000 }) },
    burst: { value: 10, validate: numberWithin('burst', { minimum: 0.1, maximum: 3_600 }) },
    over: { value: 'refuse', validate: oneOf('over', ['refuse', 'conflate', 'quarantine']) },
  },
  inputs: 0,
  outputs: 1,
  label() {
    const ports = portsOf(this);
    return this.name || (ports === '' ? this._('paletteLabel') : this._('label', { ports }));
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
    openListeners(this);
    explainLimits(this);
    showBatchSizeForBatches();
    addTryIt(this);
  },
  oneditsave() {
    savePorts();
    saveVersion(this);
  },
});
