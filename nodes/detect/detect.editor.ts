import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { currentSettings, currentValue } from '../editor/settings.ts';
import { addStyle } from '../editor/style.ts';
import { openTabs } from '../editor/tabs.ts';
import { textsOf } from '../editor/texts.ts';
import { addTryIt } from '../editor/try-it.ts';
import { chosenBackend, numberWithin, onOrOff, oneOf, optionalText, textOf } from '../editor/validators.ts';
import { fromVersion1 } from './migrate.ts';
import { closeStored, openStored } from './stored.editor.ts';
import { DETECT_RULES } from './style.editor.ts';
import { openWindows, readWindows, usableWindows } from './windows-list.editor.ts';

const VERSION = 2;
const MEMORY = { minimum: 1, maximum: 65_536 };

RED.nodes.registerType('holdfast-detect', {
  category: 'Holdfast',
  color: '#8DC3A0',
  icon: 'detect.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 2 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    metrics: { value: '', validate: optionalText('metrics') },
    sensitivity: { value: 5, validate: numberWithin('sensitivity', { minimum: 1, maximum: 9, whole: true }) },
    minimumQuality: { value: 'good', validate: oneOf('minimumQuality', ['good', 'unknown', 'suspect', 'bad', 'missing']) },
    memory: { value: 64, validate: memoryInMebibytes },
    together: { value: true, validate: onOrOff('together') },
    peers: { value: 'none', validate: oneOf('peers', ['none', 'tag', 'profile']) },
    peerGroups: { value: '', validate: groupsWhereNeeded },
    maintenance: { value: [], validate: usableWindows() },
    timeZone: { value: '', validate: knownTimeZone },
    threshold: { value: '' },
  },
  inputs: 1,
  outputs: 2,
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
  outputLabels(index) {
    return this._(`outputs.${index === 1 ? 'episodes' : 'samples'}`);
  },
  onadd() {
    takeOnlyBackend(this);
  },
  oneditprepare() {
    addStyle('holdfast-detect-style', DETECT_RULES);
    prepareDialog(this);
    showOlderVersion(this);
    preselectOnlyBackend(this);
    openTabs('holdfast-detect-tabs', ['unusual', 'maintenance'].map((name) => ({ id: `holdfast-pane-${name}`, label: this._(`tabs.${name}`) })));
    suggestKnown($('#node-input-metrics'), { backend: chosenBackendId, names: 'metrics', list: true });
    showPeers(this);
    openWindows(this);
    const settings = (): Record<string, unknown> => ({ ...currentSettings(this), version: VERSION, maintenance: readWindows() });
    openStored(this, settings);
    addTryIt(this, settings);
  },
  oneditsave() {
    closeStored();
    this['version'] = VERSION;
    this['threshold'] = '';
    this['maintenance'] = readWindows();
  },
  oneditcancel: closeStored,
});

/** What a node of version 1 comes to stands in the dialog, and is saved with Done. */
function showOlderVersion(node: EditorNode): void {
  if (!isOlder(node)) return;
  const { sensitivity, memory } = fromVersion1({ threshold: node['threshold'] });
  $('#node-input-sensitivity').val(textOf(sensitivity));
  $('#node-input-memory').val(textOf(memory));
}

function isOlder(node: EditorNode): boolean {
  return Number(node['version'] ?? 1) < VERSION;
}

/** Version 1 counted it in readings. */
function memoryInMebibytes(this: EditorNode, value: unknown, options: unknown): true | string {
  return (isOlder(this) && value === this['memory']) || numberWithin('memory', MEMORY).call(this, value, options);
}

function groupsWhereNeeded(this: EditorNode, value: unknown, options: unknown): true | string {
  const peers = textOf(currentValue(this, 'peers') ?? 'none');
  if (peers !== 'none' && textOf(value).trim() === '') return textsOf(this.type)(`errors.noGroup.${peers}`);
  return optionalText('peerGroups').call(this, value, options);
}

function knownTimeZone(this: EditorNode, value: unknown, _options: unknown): true | string {
  const name = textOf(value).trim();
  try {
    new Intl.DateTimeFormat('en', name === '' ? {} : { timeZone: name }).format();
    return true;
  } catch {
    return textsOf(this.type)('errors.timeZone', { value: name.slice(0, 40) });
  }
}

function showPeers(node: EditorNode): void {
  const [peers, groups] = [$('#node-input-peers'), $('#node-input-peerGroups')];
  const isOf = (chosen: 'tag' | 'profile'): boolean => peers.val() === chosen;
  suggestKnown(groups, { backend: () => (isOf('tag') ? chosenBackendId() : ''), names: 'tags', list: true });
  const show = (): void => {
    groups.trigger('change').closest('.form-row').toggle(isOf('tag') || isOf('profile'));
    $('#holdfast-peer-groups-hint').text(node._(`groupsHint.${isOf('profile') ? 'profile' : 'tag'}`));
    RED.tray.resize();
  };
  peers.on('change', show);
  show();
}
