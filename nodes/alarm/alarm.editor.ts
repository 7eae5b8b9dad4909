import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { currentValue, savedValue } from '../editor/settings.ts';
import { addTryIt } from '../editor/try-it.ts';
import { chosenBackend, isNumberWithin, numberSentence, numberWithin, oneOf, optionalText, requiredText, textOf } from '../editor/validators.ts';
import { limitsCross, rulePicture, ruleSentence } from './rule.editor.ts';
import type { Rule } from './rule.editor.ts';

const DELAY = { minimum: 0, maximum: 2_592_000 };

RED.nodes.registerType('holdfast-alarm', {
  category: 'Holdfast',
  color: '#E3B07F',
  icon: 'alarm.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    alarm: { value: 'Alarm', validate: requiredText('alarm', 100) },
    watch: { value: 'metric', validate: oneOf('watch', ['metric', 'anomaly']) },
    metric: { value: 'temperature', validate: metricIfWatched },
    direction: { value: 'above', validate: oneOf('direction', ['above', 'below']) },
    raiseLimit: { value: 90, validate: numberWithin('raiseLimit') },
    clearLimit: { value: 85, validate: clearOnSafeSide },
    onDelay: { value: 0, validate: numberWithin('onDelay', DELAY) },
    offDelay: { value: 0, validate: numberWithin('offDelay', DELAY) },
    severity: { value: 'high', validate: oneOf('severity', ['low', 'medium', 'high', 'critical']) },
    minimumQuality: { value: 'suspect', validate: oneOf('minimumQuality', ['good', 'unknown', 'suspect', 'bad', 'missing']) },
  },
  inputs: 1,
  outputs: 1,
  label() {
    return this.name || textOf(savedValue(this, 'alarm')) || this._('paletteLabel');
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'alarm';
  },
  inputLabels() {
    return this._('inputs.samples');
  },
  outputLabels() {
    return this._('outputs.alarms');
  },
  onadd() {
    takeOnlyBackend(this);
  },
  oneditprepare() {
    prepareDialog(this);
    preselectOnlyBackend(this);
    suggestKnown($('#node-input-metric'), { backend: chosenBackendId, names: 'metrics' });
    showRule(this);
    addTryIt(this);
  },
});

function metricIfWatched(this: EditorNode, value: unknown, options: unknown): true | string {
  return currentValue(this, 'watch') === 'anomaly' || requiredText('metric').call(this, value, options);
}

function clearOnSafeSide(this: EditorNode, given: unknown, _options: unknown): true | string {
  if (currentValue(this, 'watch') === 'anomaly') return true;
  const value = given ?? savedValue(this, 'clearLimit');
  if (!isNumberWithin(value, {})) return numberSentence(this._('labels.clearLimit'), value, {});
  const limits = { direction: textOf(currentValue(this, 'direction')), raiseLimit: currentValue(this, 'raiseLimit'), clearLimit: value };
  if (!limitsCross(limits)) return true;
  return this._(limits.direction === 'below' ? 'errors.clearTooLow' : 'errors.clearTooHigh', { clear: textOf(value), raise: textOf(limits.raiseLimit) });
}

function showRule(node: EditorNode): void {
  const properties = ['watch', 'metric', 'direction', 'raiseLimit', 'clearLimit', 'onDelay', 'offDelay'] as const;
  const show = (): void => {
    const rule = Object.fromEntries(properties.map((property) => [property, currentValue(node, property)])) as unknown as Rule;
    const anomaly = rule.watch === 'anomaly';
    $('.holdfast-when-metric').toggle(!anomaly);
    $('.holdfast-when-anomaly').toggle(anomaly);
    $('#node-input-metric').attr('placeholder', anomaly ? node._('placeholders.anyMetric') : 'temperature');
    $('#holdfast-clear-side').text(node._(rule.direction === 'below' ? 'clearSide.below' : 'clearSide.above'));
    const text = (key: string, values?: TextValues): string => node._(key, values);
    const crossed = !anomaly && limitsCross(rule);
    const sentence = crossed ? clearOnSafeSide.call(node, rule.clearLimit, undefined) : ruleSentence({ ...rule, metric: rule.metric.trim() }, text);
    $('#holdfast-rule').html(crossed ? '' : rulePicture(rule, text)).append($('<p>').toggleClass('holdfast-problem', crossed).text(sentence));
  };
  for (const property of properties) $(`#node-input-${property}`).on('input change', show);
  show();
}
