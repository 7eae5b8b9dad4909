import type { QuarantineSummary } from '../../core/quarantine/quarantine.ts';
import { ask } from '../editor/ask.ts';
import { preselectOnlyBackend, takeOnlyBackend } from '../editor/backend-choice.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { chosenBackendId, suggestKnown } from '../editor/known-names.ts';
import { FACETS } from '../editor/quarantine/choice.ts';
import type { Choice } from '../editor/quarantine/choice.ts';
import { openQuarantineList } from '../editor/quarantine/list.ts';
import { savedValue } from '../editor/settings.ts';
import { chosenBackend, oneOf, optionalText, textOf } from '../editor/validators.ts';

RED.nodes.registerType('holdfast-quarantine', {
  category: 'Holdfast',
  color: '#8DC3A0',
  icon: 'quarantine.svg',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    backend: { value: '', type: 'holdfast-backend', validate: chosenBackend() },
    mode: { value: 'watch', validate: oneOf('mode', ['watch', 'commands']) },
    reason: { value: '', validate: optionalText('reason', 100) },
    device: { value: '', validate: optionalText('device') },
    contract: { value: '', validate: optionalText('contract', 100) },
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
    return this._?.('paletteLabel') ?? 'quarantine';
  },
  inputLabels() {
    return this._('inputs.command');
  },
  outputLabels(index) {
    return this._(index === 0 ? 'outputs.entries' : 'outputs.progress');
  },
  onadd() {
    takeOnlyBackend(this);
  },
  oneditprepare() {
    prepareDialog(this);
    preselectOnlyBackend(this);
    const meaning = (): void => void $('#holdfast-mode-meaning').text(this._(`modeMeaning.${textOf($('#node-input-mode').val() ?? savedValue(this, 'mode'))}`));
    $('#node-input-mode').on('change', meaning);
    meaning();
    suggestKnown($('#node-input-device'), { backend: chosenBackendId, names: 'devices' });
    suggestWaiting('reason', 'byReason');
    suggestWaiting('contract', 'byContract');
    const list = openQuarantineList($('#holdfast-quarantine-list'), { backend: chosenBackendId, choice: chosenFilter() });
    $('#node-input-reason, #node-input-device, #node-input-contract, #node-input-backend').on('change autocompleteselect', () => setTimeout(() => list.choose(chosenFilter())));
  },
});

/** The filter as the open dialog has it. */
function chosenFilter(): Choice {
  return Object.fromEntries(FACETS.map((facet) => [facet, textOf($(`#node-input-${facet}`).val()).trim()] as const).filter(([, value]) => value !== ''));
}

/** Offers what waits at the moment. */
function suggestWaiting(facet: 'reason' | 'contract', counts: 'byReason' | 'byContract'): void {
  $(`#node-input-${facet}`).autoComplete({
    minLength: 0,
    search(typed, done) {
      const id = chosenBackendId();
      if (id === '' || id === '_ADD_') return done([]);
      void ask<QuarantineSummary>('GET', `holdfast-backend/${id}/quarantine/summary`).then(
        (summary) => done(Object.keys(summary[counts]).filter((name) => name.includes(typed.trim()) && name !== typed.trim()).slice(0, 30).map((name) => ({ value: name, label: name }))),
        () => done([]),
      );
    },
  });
}
