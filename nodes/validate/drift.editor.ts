import type { Drift } from '../../core/contract/drift/drift.ts';
import { ask, sentence } from '../editor/ask.ts';
import { repeatWhileOpen } from '../editor/repeat.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';

const REFRESH = 3_000;
const COLUMNS = ['metric', 'change', 'first', 'when', 'devices', 'samples'];

/** The ways in which the traffic has left its contract, as the running node knows them. */
export function openDrifts(node: EditorNode): void {
  const texts = textsOf(node.type);
  const pane = $('#holdfast-pane-drift');
  let shown = '';
  const refresh = async (): Promise<void> => {
    if (!pane.is(':visible')) return;
    try {
      const { drifts } = await ask<{ drifts: Drift[] }>('GET', `holdfast-validate/${node.id}/drift`);
      $('#holdfast-drift-problem').text('');
      if (shown === (shown = JSON.stringify(drifts))) return;
      $('#holdfast-drifts').empty().append(drifts.length === 0 ? $('<p>').text(texts('drift.none')) : tableOf(texts, drifts));
      RED.tray.resize();
    } catch (error) {
      $('#holdfast-drift-problem').text(sentence(error));
    }
  };
  repeatWhileOpen(pane, REFRESH, refresh);
  $('#holdfast-pane-drift-tab').on('click', () => void setTimeout(() => void refresh()));
}

function tableOf(texts: Texts, drifts: readonly Drift[]): JQuery {
  const time = new Intl.DateTimeFormat(RED.i18n.lang(), { dateStyle: 'short', timeStyle: 'medium' });
  const head = COLUMNS.map((column) => $('<th scope="col">').text(texts(`drift.${column}`)));
  const rows = drifts.map((drift) => {
    const first = $('<td>').text(drift.device);
    if (drift.firmware !== '') first.append($('<p class="holdfast-hint">').text(texts('drift.firmware', { firmware: drift.firmware })));
    return $('<tr>').append(
      $('<td>').append($('<b>').text(drift.metric)),
      $('<td>').text(changeOf(texts, drift)),
      first,
      $('<td>').text(time.format(drift.ts)),
      $('<td>').text(shownNumber(drift.devices)),
      $('<td>').text(shownNumber(drift.samples)),
    );
  });
  return $('<table>').append($('<thead>').append($('<tr>').append(head)), $('<tbody>').append(rows));
}

function changeOf(texts: Texts, { kind, was, is }: Drift): string {
  if (kind === 'unit') return texts('drift.unit', { was: was ?? '', is: is ?? '' });
  return texts(`drift.${kind}`, { was: typesOf(texts, was), is: typesOf(texts, is) });
}

function typesOf(texts: Texts, types: string | null): string {
  return (types ?? 'null').split(' or ').map((type) => texts(`types.${type}`)).join(', ');
}
