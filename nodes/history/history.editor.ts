import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { currentValue, savedValue } from '../editor/settings.ts';
import { chosenBackend, numberWithin, oneOf, optionalText, textOf } from '../editor/validators.ts';
import { openAggregates, readAggregates } from './aggregates.editor.ts';
import { openPeriod } from './period.editor.ts';
import { openPreview } from './preview.editor.ts';
import { askable, chosenAggregates, numberWhen, rowsPerMessage } from './question.editor.ts';

RED.nodes.registerType('holdfast-history', {
  category: 'Holdfast',
  color: '#E3B07F',
  icon: 'history.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    kind: { value: 'aggregate', validate: oneOf('kind', ['aggregate', 'raw', 'latest', 'at']) },
    devices: { value: '', validate: askable('devices') },
    profile: { value: '', validate: askable('profile') },
    tag: { value: '', validate: askable('tag') },
    metrics: { value: '', validate: askable('metrics') },
    from: { value: '-24h', validate: askable('from') },
    to: { value: '', validate: askable('to') },
    at: { value: '', validate: askable('at') },
    timeZone: { value: '', validate: askable('timeZone') },
    aggregates: { value: ['mean', 'min', 'max'], validate: chosenAggregates() },
    grid: { value: 'points', validate: oneOf('grid', ['points', 'every']) },
    points: { value: 200, validate: numberWhen('points', (node) => currentValue(node, 'kind') === 'aggregate' && currentValue(node, 'grid') === 'points', { minimum: 1, maximum: 20_000, whole: true }) },
    every: { value: '1 hour', validate: askable('every') },
    fill: { value: 'null', validate: oneOf('fill', ['null', 'none', 'previous', 'linear', 'number']) },
    fillNumber: { value: 0, validate: numberWhen('fillNumber', (node) => currentValue(node, 'kind') === 'aggregate' && currentValue(node, 'fill') === 'number', {}) },
    resets: { value: 'signed', validate: oneOf('resets', ['signed', 'from-zero']) },
    gapAfter: { value: 'auto', validate: askable('gapAfter') },
    minimumQuality: { value: 'suspect', validate: oneOf('minimumQuality', ['good', 'unknown', 'suspect', 'bad', 'missing']) },
    order: { value: 'oldest', validate: oneOf('order', ['oldest', 'newest']) },
    limit: { value: 10_000, validate: numberWithin('limit', { minimum: 1, maximum: 10_000_000, whole: true }) },
    output: { value: 'chart', validate: oneOf('output', ['chart', 'series', 'table', 'csv', 'json-lines']) },
    rowsPerMessage: { value: 0, validate: rowsPerMessage(2, 100_000, 100_000) },
  },
  inputs: 1,
  outputs: 1,
  label() {
    return this.name || this._(`label.${textOf(savedValue(this, 'kind'))}`);
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'history';
  },
  inputLabels() {
    return this._('inputs.question');
  },
  outputLabels() {
    return this._('outputs.answer');
  },
  onadd() {
    takeOnlyBackend(this);
  },
  oneditprepare() {
    prepareDialog(this);
    preselectOnlyBackend(this);
    for (const names of ['devices', 'metrics'] as const) suggestKnown($(`#node-input-${names}`), { backend: chosenBackendId, names, list: true });
    suggestKnown($('#node-input-profile'), { backend: chosenBackendId, names: 'profiles' });
    suggestKnown($('#node-input-tag'), { backend: chosenBackendId, names: 'tags' });
    openAggregates(this, () => showFields(this));
    openPeriod(this);
    for (const property of ['kind', 'grid', 'fill', 'output']) $(`#node-input-${property}`).on('change', () => showFields(this));
    // What one of them may be depends on the other.
    $('#node-input-from').on('change', () => void $('#node-input-to').trigger('change'));
    $('#node-input-limit, #node-input-output').on('change', () => void $('#node-input-rowsPerMessage').trigger('change'));
    showFields(this);
    openPreview(this, () => ({ aggregates: readAggregates() }));
  },
  oneditsave() {
    this['aggregates'] = readAggregates();
  },
});

/** Only what matters to the question as it stands is shown. */
function showFields(node: EditorNode): void {
  const kind = textOf(currentValue(node, 'kind'));
  const isAggregate = kind === 'aggregate';
  $('.holdfast-when-aggregate').toggle(isAggregate);
  $('.holdfast-when-range').toggle(isAggregate || kind === 'raw');
  $('.holdfast-when-at').toggle(kind === 'at');
  $('.holdfast-when-custom').toggle((isAggregate || kind === 'raw') && $('#holdfast-period').val() === 'custom');
  $('.holdfast-when-change').toggle(isAggregate && readAggregates().some((name) => name === 'delta' || name === 'rate'));
  $('#node-input-points').toggle(currentValue(node, 'grid') === 'points');
  $('#node-input-every').toggle(currentValue(node, 'grid') === 'every');
  $('#node-input-fillNumber').toggle(currentValue(node, 'fill') === 'number');
  $('#holdfast-kind-meaning').text(node._(`kindMeaning.${kind}`));
  $('#holdfast-output-meaning').text(node._(`outputMeaning.${textOf(currentValue(node, 'output'))}`));
  RED.tray.resize();
}
