import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { showBatchSizeForBatches } from '../editor/batch-form.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { savedValue } from '../editor/settings.ts';
import { addTryIt } from '../editor/try-it.ts';
import { chosenBackend, numberWithin, oneOf, onOrOff, optionalText, textOf } from '../editor/validators.ts';
import { brokerAddress, brokerName, groupName, isEncrypted, showTlsForEncrypted } from './broker.editor.ts';
import { explainTemplate, topicTemplate } from './template.editor.ts';

RED.nodes.registerType('holdfast-subscriber', {
  category: 'Holdfast',
  color: '#8FBBD9',
  icon: 'subscriber.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    url: { value: 'mqtt://127.0.0.1:1883', validate: brokerAddress() },
    tls: { value: '', type: 'tls-config', validate: optionalText('tls') },
    template: { value: 'devices/{device}/telemetry', validate: topicTemplate() },
    format: { value: 'auto', validate: oneOf('format', ['auto', 'json', 'text', 'senml-json', 'senml-cbor', 'cbor', 'messagepack', 'sparkplug-b', 'line-protocol', 'csv', 'json-lines']) },
    qos: { value: '1', validate: oneOf('qos', ['0', '1']) },
    form: { value: 'single', validate: oneOf('form', ['single', 'batch']) },
    batchSize: { value: 500, validate: numberWithin('batchSize', { minimum: 1, maximum: 10_000, whole: true }) },
    takeRetained: { value: false, validate: onOrOff('takeRetained') },
    protocolVersion: { value: 'auto', validate: oneOf('protocolVersion', ['auto', '5', '3.1.1']) },
    clientId: { value: '', validate: optionalText('clientId', 200) },
    group: { value: '', validate: groupName() },
    sessionExpiry: { value: 168, validate: numberWithin('sessionExpiry', { minimum: 0, maximum: 1_000_000 }) },
    receiveMaximum: { value: 1000, validate: numberWithin('receiveMaximum', { minimum: 1, maximum: 65_535, whole: true }) },
    maximumPayload: { value: 262144, validate: numberWithin('maximumPayload', { minimum: 128, maximum: 16_777_216, whole: true }) },
    window: { value: 1000, validate: numberWithin('window', { minimum: 1, maximum: 100_000, whole: true }) },
    settleTimeout: { value: 300, validate: numberWithin('settleTimeout', { minimum: 0, maximum: 86_400 }) },
  },
  credentials: {
    username: { type: 'text' },
    password: { type: 'password' },
  },
  inputs: 0,
  outputs: 1,
  label() {
    const broker = brokerName(textOf(savedValue(this, 'url')));
    return this.name || (broker === '' ? this._('paletteLabel') : this._('label', { broker }));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'subscriber';
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
    showTlsForEncrypted();
    explainTemplate(this);
    showBatchSizeForBatches();
    addTryIt(this);
  },
  oneditsave() {
    // What the dialog does not show any more must not count.
    if (!isEncrypted(textOf($('#node-input-url').val()))) $('#node-input-tls').val('_ADD_');
  },
});
