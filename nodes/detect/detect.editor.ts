import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { currentValue, savedValue } from '../editor/settings.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';
import { addTryIt } from '../editor/try-it.ts';
import { chosenBackend, isNumberWithin, numberSentence, numberWithin, oneOf, optionalText } from '../editor/validators.ts';

const THRESHOLD = { minimum: 1, maximum: 1_000 };
const LONGEST_MEMORY = 100_000;
/** What a person can picture: an oil temperature. */
const EXAMPLE = { usual: 70, spread: 1 };

RED.nodes.registerType('holdfast-detect', {
  category: 'Holdfast',
  color: '#8DC3A0',
  icon: 'detect.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    metrics: { value: '', validate: optionalText('metrics') },
    threshold: { value: 6, validate: numberWithin('threshold', THRESHOLD) },
    memory: { value: 200, validate: numberWithin('memory', { minimum: 10, maximum: LONGEST_MEMORY, whole: true }) },
    warmUp: { value: 30, validate: withinMemory },
    minimumQuality: { value: 'good', validate: oneOf('minimumQuality', ['good', 'unknown', 'suspect', 'bad', 'missing']) },
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
    return this._?.('paletteLabel') ?? 'detect';
  },
  inputLabels() {
    return this._('inputs.samples');
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
    suggestKnown($('#node-input-metrics'), { backend: chosenBackendId, names: 'metrics', list: true });
    explainThreshold(this);
    addTryIt(this);
  },
});

/** More readings to learn from than are remembered could never come. */
function withinMemory(this: EditorNode, value: unknown, _options: unknown): true | string {
  const memory = currentValue(this, 'memory');
  const maximum = isNumberWithin(memory, { minimum: 10, maximum: LONGEST_MEMORY }) ? Number(memory) : LONGEST_MEMORY;
  const limits = { minimum: 5, maximum, whole: true };
  return isNumberWithin(value ?? savedValue(this, 'warmUp'), limits) || numberSentence(textsOf(this.type)('labels.warmUp'), value, limits);
}

function explainThreshold(node: EditorNode): void {
  const input = $('#node-input-threshold');
  const explain = (): void => {
    const threshold = input.val();
    const meaning = isNumberWithin(threshold, THRESHOLD) ? example(node, Number(threshold)) : '';
    $('#holdfast-threshold-meaning').text(meaning);
  };
  input.on('input change', explain);
  explain();
}

function example(node: EditorNode, threshold: number): string {
  const { usual, spread } = EXAMPLE;
  const shownLimits = { low: shownNumber(usual - threshold * spread), high: shownNumber(usual + threshold * spread) };
  return node._('thresholdMeaning', { threshold: shownNumber(threshold), usual, spread, ...shownLimits });
}
