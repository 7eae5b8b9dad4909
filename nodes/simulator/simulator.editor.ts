import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { heightLeft, prepareDialog } from '../editor/dialog.ts';
import { savedValue } from '../editor/settings.ts';
import { shownNumber } from '../editor/texts.ts';
import { chosenBackend, numberWithin, onOrOff, optionalText, requiredText } from '../editor/validators.ts';
import { deviceCount, fleetProblem, openFleetList, readFleetList } from './fleet.editor.ts';
import { pastProblem } from './past.editor.ts';

const LEAST_HEIGHT = 120;

RED.nodes.registerType('holdfast-simulator', {
  category: 'Holdfast',
  color: '#8FBBD9',
  icon: 'simulator.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 2 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    url: { value: 'mqtt://127.0.0.1:1883', validate: requiredText('url') },
    fleet: { value: [{ kind: 'press', count: 4 }], validate: validFleet },
    interval: { value: 1, validate: numberWithin('interval', { minimum: 0.01, maximum: 3_600 }) },
    seed: { value: 1, validate: numberWithin('seed', { minimum: 0, maximum: 4_294_967_295, whole: true }) },
    randomFaults: { value: false, validate: onOrOff('randomFaults') },
    randomFaultMinutes: { value: 5, validate: numberWithin('randomFaultMinutes', { minimum: 0.1, maximum: 10_000 }) },
    pastDays: { value: 0, validate: validPast },
  },
  inputs: 1,
  outputs: 1,
  label() {
    return this.name || this._('label', { devices: shownNumber(deviceCount(savedValue(this, 'fleet'))) });
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : '';
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'simulator';
  },
  inputLabels() {
    return this._('inputs.faults');
  },
  outputLabels() {
    return this._('outputs.faults');
  },
  onadd() {
    takeOnlyBackend(this);
  },
  oneditprepare() {
    prepareDialog(this);
    preselectOnlyBackend(this);
    openFleetList(this);
    const faults = $('#node-input-randomFaults');
    const show = (): void => void $('.holdfast-when-faults').toggle(faults.is(':checked'));
    faults.on('change', show);
    show();
  },
  oneditsave() {
    this['fleet'] = readFleetList();
  },
  oneditresize({ height }) {
    const row = $('#holdfast-fleet-row');
    const list = row.find('.red-ui-editableList-container').height() ?? 0;
    const around = (row.outerHeight(true) ?? 0) - list;
    $('#holdfast-fleet').editableList('height', Math.max(LEAST_HEIGHT, heightLeft(height, row) - around));
  },
});

function validFleet(this: EditorNode, value: unknown, _options: unknown): true | string {
  return fleetProblem(this, value ?? savedValue(this, 'fleet'));
}

function validPast(this: EditorNode, value: unknown, _options: unknown): true | string {
  return pastProblem(this, value ?? savedValue(this, 'pastDays'));
}
