import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { savedValue } from '../editor/settings.ts';
import { addTryIt } from '../editor/try-it.ts';
import { chosenBackend, numberWithin, oneOf, optionalText, textOf } from '../editor/validators.ts';
import { showRefused } from './refused.editor.ts';
import { isEncrypted, publishTopic, showWhatMatters, upstreamAddress, upstreamName } from './upstream.editor.ts';

RED.nodes.registerType('holdfast-forward', {
  category: 'Holdfast',
  color: '#E3B07F',
  icon: 'forward.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    upstream: { value: 'holdfast', validate: oneOf('upstream', ['holdfast', 'http', 'mqtt']) },
    url: { value: '', validate: upstreamAddress() },
    tls: { value: '', type: 'tls-config', validate: optionalText('tls') },
    clientId: { value: '', validate: optionalText('clientId', 200) },
    protocolVersion: { value: 'auto', validate: oneOf('protocolVersion', ['auto', '5', '3.1.1']) },
    topic: { value: 'devices/{device}/telemetry', validate: publishTopic('topic') },
    alarmTopic: { value: 'alarms/{device}', validate: publishTopic('alarmTopic') },
    payload: { value: 'sample', validate: oneOf('payload', ['sample', 'telemetry']) },
    form: { value: 'json-lines', validate: oneOf('form', ['json-lines', 'json']) },
    coding: { value: 'gzip', validate: oneOf('coding', ['none', 'gzip', 'deflate', 'zstd']) },
    timeout: { value: 30, validate: numberWithin('timeout', { minimum: 1, maximum: 600 }) },
    order: { value: 'live-first', validate: oneOf('order', ['live-first', 'in-order']) },
    liveFor: { value: 10, validate: numberWithin('liveFor', { minimum: 1, maximum: 86_400 }) },
    messagesPerSecond: { value: 0, validate: numberWithin('messagesPerSecond', { minimum: 0, maximum: 1_000_000 }) },
    bytesPerSecond: { value: 0, validate: numberWithin('bytesPerSecond', { minimum: 0, maximum: 1_000_000_000 }) },
    batchSize: { value: 500, validate: numberWithin('batchSize', { minimum: 1, maximum: 10_000, whole: true }) },
    batchWait: { value: 100, validate: numberWithin('batchWait', { minimum: 0, maximum: 60_000, whole: true }) },
    maximumSize: { value: 1000, validate: numberWithin('maximumSize', { minimum: 20, maximum: 10_000_000 }) },
    maximumAge: { value: 0, validate: numberWithin('maximumAge', { minimum: 0, maximum: 876_000 }) },
    full: { value: 'refuse', validate: oneOf('full', ['drop-oldest', 'refuse', 'thin']) },
    keepEvery: { value: 10, validate: numberWithin('keepEvery', { minimum: 2, maximum: 10_000, whole: true }) },
  },
  credentials: {
    username: { type: 'text' },
    password: { type: 'password' },
  },
  inputs: 1,
  outputs: 1,
  label() {
    const upstream = upstreamName(textOf(savedValue(this, 'url')));
    return this.name || (upstream === '' ? this._('paletteLabel') : this._('label', { upstream }));
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'forward';
  },
  inputLabels() {
    return this._('inputs.samples');
  },
  outputLabels() {
    return this._('outputs.refused');
  },
  onadd() {
    takeOnlyBackend(this);
  },
  oneditprepare() {
    prepareDialog(this);
    preselectOnlyBackend(this);
    showWhatMatters();
    addTryIt(this);
    showRefused(this);
  },
  oneditsave() {
    // What the dialog does not show any more must not count.
    if (!isEncrypted(textOf($('#node-input-url').val()))) $('#node-input-tls').val('_ADD_');
  },
});
