import type { QuarantinedDevice } from '../../core/overload/device-quarantine.ts';
import { ask, sentence } from '../editor/ask.ts';
import { unseen } from '../editor/buttons.ts';
import { repeatWhileOpen } from '../editor/repeat.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';

const REFRESH = 2_000;

/** The devices of which nothing is taken for now, each with a button that ends it. */
export function openQuarantinedDevices(node: EditorNode): void {
  const texts = textsOf(node.type);
  const path = `holdfast-backend/${node.id}/quarantined-devices`;
  const element = $('#holdfast-quarantined');
  const problem = $('#holdfast-quarantined-problem');
  let shown = '';

  const refresh = async (): Promise<void> => {
    try {
      const devices = await ask<QuarantinedDevice[]>('GET', path);
      problem.text('');
      if (shown === (shown = JSON.stringify(devices))) return;
      element.empty().append(devices.length === 0 ? $('<p>').text(texts('quarantined.none')) : table(devices));
    } catch (error) {
      problem.text(sentence(error));
    }
    RED.tray.resize();
  };
  const release = (device: string): void => {
    void ask('DELETE', `${path}/${encodeURIComponent(device)}`).then(refresh, (error: unknown) => problem.text(sentence(error)));
  };
  const table = (devices: readonly QuarantinedDevice[]): JQuery => {
    const head = ['device', 'until', 'keptOut'].map((column) => $('<th scope="col">').text(texts(`quarantined.${column}`)));
    const rows = devices.map(({ device, reason, until, refused }) =>
      $('<tr>').attr('data-device', device).append(
        $('<td>').append($('<b>').text(device), $('<p class="holdfast-hint">').text(reason)),
        $('<td>').text(until === undefined ? texts('quarantined.letGo') : timeOf(until)),
        $('<td>').text(shownNumber(refused)),
        $('<td>').append($('<button type="button" class="red-ui-button red-ui-button-small">').text(texts('quarantined.release')).attr('aria-label', texts('quarantined.releaseDevice', { device })).on('click', () => release(device))),
      ),
    );
    return $('<table>').append($('<thead>').append($('<tr>').append(head, $('<th scope="col">').append(unseen(texts('principals.actions'))))), $('<tbody>').append(rows));
  };
  repeatWhileOpen(element, REFRESH, refresh);
}

function timeOf(milliseconds: number): string {
  return new Intl.DateTimeFormat(RED.i18n.lang(), { timeStyle: 'medium' }).format(milliseconds);
}
