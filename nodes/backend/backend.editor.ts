import type { StoreCounts, StoreHealth } from '../../core/store/store.ts';
import { ask, sentence } from '../editor/ask.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { openQuarantineList } from '../editor/quarantine/list.ts';
import { repeatWhileOpen } from '../editor/repeat.ts';
import { savedValue } from '../editor/settings.ts';
import { openTabs } from '../editor/tabs.ts';
import { shownNumber } from '../editor/texts.ts';
import { numberWithin, oneOf, optionalText, requiredText, textOf } from '../editor/validators.ts';
import { openBackups } from './backups.editor.ts';
import { usableContracts } from './contract-problem.editor.ts';
import { checkContracts, closeContracts, openContracts, readContractList } from './contracts.editor.ts';
import { openDeletion } from './deletion.editor.ts';
import { openLedger } from './ledger.editor.ts';
import { openPrincipals } from './principals.editor.ts';
import { usableProfiles } from './profile-problem.editor.ts';
import { openProfiles, profileNames, readProfileList } from './profiles.editor.ts';
import { openQuarantinedDevices } from './quarantined-devices.editor.ts';
import { openStorePane, readRetention, requiredForPostgres, showStore, usableRetention } from './store.editor.ts';

interface State {
  health: StoreHealth;
  counts: StoreCounts;
  unsettled: Record<string, number>;
  quarantined: number;
  /** Null while the database is away. */
  readings: number | null;
}

const REFRESH = 2_000;

RED.nodes.registerType('holdfast-backend', {
  category: 'config',
  color: '#B9C0C7',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    directory: { value: 'holdfast', validate: requiredText('directory') },
    contracts: { value: [], validate: usableContracts() },
    profiles: { value: [], validate: usableProfiles() },
    inboxSize: { value: 1024, validate: numberWithin('inboxSize', { minimum: 1, maximum: 1_048_576 }) },
    inboxAge: { value: 0, validate: numberWithin('inboxAge', { minimum: 0, maximum: 87_600 }) },
    quarantineEntries: { value: 100_000, validate: numberWithin('quarantineEntries', { minimum: 1, maximum: 1_000_000, whole: true }) },
    quarantineSize: { value: 256, validate: numberWithin('quarantineSize', { minimum: 1, maximum: 1_048_576 }) },
    quarantineAge: { value: 0, validate: numberWithin('quarantineAge', { minimum: 0, maximum: 36_525 }) },
    storage: { value: 'embedded', validate: oneOf('storage', ['embedded', 'postgresql']) },
    postgresHost: { value: '', validate: requiredForPostgres('postgresHost') },
    postgresPort: { value: 5432, validate: numberWithin('postgresPort', { minimum: 1, maximum: 65_535, whole: true }) },
    postgresDatabase: { value: 'holdfast', validate: requiredForPostgres('postgresDatabase') },
    postgresSchema: { value: 'holdfast', validate: requiredForPostgres('postgresSchema') },
    postgresTls: { value: '', type: 'tls-config', validate: optionalText('postgresTls') },
    postgresPoolSize: { value: 4, validate: numberWithin('postgresPoolSize', { minimum: 2, maximum: 100, whole: true }) },
    postgresTimeout: { value: 30, validate: numberWithin('postgresTimeout', { minimum: 1, maximum: 3_600 }) },
    storeSize: { value: 0, validate: numberWithin('storeSize', { minimum: 0, maximum: 1_073_741_824 }) },
    retention: { value: { readings: null, minute: 0, hour: 0, day: 0 }, validate: usableRetention() },
  },
  credentials: {
    postgresUser: { type: 'text' },
    postgresPassword: { type: 'password' },
  },
  label() {
    return this.name || this._('label', { directory: textOf(savedValue(this, 'directory')) });
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'backend';
  },
  oneditprepare() {
    prepareDialog(this);
    openTabs('holdfast-backend-tabs', ['principals', 'profiles', 'contracts', 'store', 'inbox', 'quarantine', 'ledger'].map((name) => ({ id: `holdfast-pane-${name}`, label: this._(`tabs.${name}`) })));
    // Profiles offer the contracts.
    openContracts(this);
    openProfiles(this);
    openStorePane(this);
    void openRunning(this);
  },
  oneditsave() {
    this['contracts'] = readContractList();
    this['profiles'] = readProfileList();
    this['retention'] = readRetention();
    closeContracts();
  },
  oneditcancel: closeContracts,
});

/** What only a deployed backend can show. */
async function openRunning(node: EditorNode): Promise<void> {
  const running = $('.holdfast-running').hide();
  const state = $('#holdfast-state').attr('role', 'status');
  const say = (text: string, isProblem = false): void => void state.toggleClass('holdfast-problem', isProblem).text(text);
  if (!RED.nodes.node(node.id)) return say(node._('state.notDeployed'));
  const refresh = async (): Promise<void> => {
    const now = await ask<State>('GET', `holdfast-backend/${node.id}/status`);
    say(stateSentence(node, now));
    showStore(node, now.health, now.counts);
  };
  try {
    await refresh();
  } catch (error) {
    return node.changed ? say(node._('state.notDeployed')) : say(sentence(error), true);
  }
  $('.holdfast-not-running').hide();
  running.show();
  // What changes all the time is not to be read out all the time.
  state.removeAttr('role');
  repeatWhileOpen(state, REFRESH, refresh);
  await checkContracts(node);
  openPrincipals(node, profileNames);
  openBackups(node);
  openDeletion(node);
  openLedger(node);
  openQuarantineList($('#holdfast-quarantine-list'), { backend: () => node.id });
  openQuarantinedDevices(node);
  RED.tray.resize();
}

function stateSentence(node: EditorNode, { readings, unsettled, quarantined }: State): string {
  const waiting = Object.values(unsettled).reduce((sum, count) => sum + count, 0);
  return node._('state.counts', { readings: readings === null ? '–' : shownNumber(readings), waiting: shownNumber(waiting), quarantined: shownNumber(quarantined) });
}
