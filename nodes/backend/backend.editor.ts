import { ask, sentence } from '../editor/ask.ts';
import { prepareDialog } from '../editor/dialog.ts';
import { savedValue } from '../editor/settings.ts';
import { shownNumber } from '../editor/texts.ts';
import { numberWithin, optionalText, requiredText, textOf } from '../editor/validators.ts';
import { openPrincipals } from './principals.editor.ts';

interface State {
  unsettled: Record<string, number>;
  quarantined: number;
  readings: number;
}

RED.nodes.registerType('holdfast-backend', {
  category: 'config',
  color: '#B9C0C7',
  defaults: {
    name: { value: '', validate: optionalText('name') },
    version: { value: 1 },
    directory: { value: 'holdfast', validate: requiredText('directory') },
    profiles: { value: [] },
    inboxSize: { value: 1024, validate: numberWithin('inboxSize', { minimum: 1, maximum: 1_048_576 }) },
    inboxAge: { value: 0, validate: numberWithin('inboxAge', { minimum: 0, maximum: 87_600 }) },
  },
  label() {
    return this.name || this._('label', { directory: textOf(savedValue(this, 'directory')) });
  },
  paletteLabel() {
    return this._?.('paletteLabel') ?? 'backend';
  },
  oneditprepare() {
    prepareDialog(this);
    const people = $('#holdfast-principals').hide();
    const state = $('#holdfast-state');
    if (!RED.nodes.node(this.id)) {
      state.text(this._('state.notDeployed'));
      return;
    }
    void ask<State>('GET', `holdfast-backend/${this.id}/status`).then(
      (answer) => {
        state.text(stateSentence(this, answer));
        people.show();
        openPrincipals(this);
        RED.tray.resize();
      },
      (error: unknown) => state.toggleClass('holdfast-problem', this.changed !== true).text(this.changed ? this._('state.notDeployed') : sentence(error)),
    );
  },
});

function stateSentence(node: EditorNode, { readings, unsettled, quarantined }: State): string {
  const waiting = Object.values(unsettled).reduce((sum, count) => sum + count, 0);
  return node._('state.counts', { readings: shownNumber(readings), waiting: shownNumber(waiting), quarantined: shownNumber(quarantined) });
}
