import type { Statement } from '../../core/ledger/counts.ts';
import type { Via } from '../../core/sample/via.ts';
import { VIA } from '../../core/sample/via.ts';
import { ask, sentence } from '../editor/ask.ts';
import { suggestKnown } from '../editor/known-names.ts';
import { reasonText } from '../editor/reason-text.ts';
import { repeatWhileOpen } from '../editor/repeat.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import { textOf } from '../editor/validators.ts';

interface LedgerAnswer {
  total: Statement;
  protocols: Partial<Record<Via, Statement>>;
  devices: Record<string, Partial<Record<Via, Statement>>>;
  /** What became of the entries of the quarantine. */
  quarantine: Record<(typeof ENTRIES)[number], number>;
}

const REFRESH = 2_000;
const ENTRIES = ['put', 'waiting', 'released', 'dropped', 'lost'] as const;
const KINDS = ['stored', 'handled', 'inFlight', 'quarantined', 'duplicate', 'conflated'] as const;

/** The ledger of a running backend, of all devices or of the one that is entered, as it is while the dialog is open. */
export function openLedger(node: EditorNode): void {
  const texts = textsOf(node.type);
  const device = $('#holdfast-ledger-device');
  const element = $('#holdfast-ledger');
  let shown = '';
  const refresh = async (): Promise<void> => {
    const id = textOf(device.val()).trim();
    try {
      const answer = await ask<LedgerAnswer>('GET', `holdfast-backend/${node.id}/ledger?${id === '' ? 'limit=0' : `device=${encodeURIComponent(id)}`}`);
      // Who has typed on waits for the answer to that.
      if (id !== textOf(device.val()).trim() || shown === (shown = JSON.stringify([id, answer]))) return;
      const protocols = id === '' ? answer.protocols : (answer.devices[id] ?? {});
      element.empty().append(Object.keys(protocols).length === 0 ? $('<p>').text(texts(id === '' ? 'ledger.none' : 'ledger.noneOfDevice', { device: id })) : table(texts, protocols), id === '' ? entries(texts, answer.quarantine) : []);
    } catch (error) {
      shown = '';
      element.empty().append($('<p class="holdfast-problem">').text(sentence(error)));
    }
    RED.tray.resize();
  };
  suggestKnown(device, { backend: () => node.id, names: 'devices' });
  device.on('change autocompleteselect', () => void refresh());
  repeatWhileOpen(element, REFRESH, refresh);
}

function table(texts: Texts, protocols: Partial<Record<Via, Statement>>): JQuery[] {
  const columns = VIA.flatMap((via) => (protocols[via] ? [{ title: texts(`ledger.via.${via}`), statement: protocols[via] }] : []));
  if (columns.length > 1) columns.push({ title: texts('ledger.all'), statement: sumOf(columns.map(({ statement }) => statement)) });
  const statements = columns.map(({ statement }) => statement);
  const head = $('<tr>').append($('<td>'), columns.map(({ title }) => $('<th scope="col">').text(title)));
  const row = (title: string, count: (statement: Statement) => number, style = ''): JQuery =>
    $('<tr>').addClass(style).append($('<th scope="row">').text(title), statements.map((statement) => $('<td>').text(shownNumber(count(statement)))));
  const reasons = [...new Set(statements.flatMap(({ refused }) => Object.keys(refused)))].sort();
  const rows = [
    row(texts('ledger.received'), ({ received }) => received, 'holdfast-total'),
    ...(statements.some(({ released }) => released > 0) ? [row(texts('ledger.released'), ({ released }) => released, 'holdfast-total')] : []),
    ...KINDS.filter((kind) => kind === 'stored' || statements.some((statement) => statement[kind] !== 0)).map((kind) => row(texts(`ledger.${kind}`), (statement) => statement[kind])),
    ...reasons.map((reason) => row(texts('ledger.refused', { reason: reasonText(reason) }), ({ refused }) => refused[reason] ?? 0)),
  ];
  const difference = statements.at(-1)?.difference ?? 0;
  const verdict = $('<p class="holdfast-hint">').toggleClass('holdfast-problem', difference !== 0).text(texts(difference === 0 ? 'ledger.adds' : 'ledger.differs', { difference: shownNumber(difference) }));
  return [$('<table class="holdfast-ledger">').attr('aria-label', texts('ledger.title')).append($('<thead>').append(head), $('<tbody>').append(rows)), verdict];
}

/** The sum of the quarantine, once something has been there. */
function entries(texts: Texts, quarantine: LedgerAnswer['quarantine']): JQuery | [] {
  if (quarantine.put === 0) return [];
  return $('<p class="holdfast-hint" data-sum="quarantine">').text(texts('ledger.entries', Object.fromEntries(ENTRIES.map((count) => [count, shownNumber(quarantine[count])]))));
}

function sumOf(statements: readonly Statement[]): Statement {
  const sum: Statement = { received: 0, released: 0, stored: 0, handled: 0, quarantined: 0, duplicate: 0, conflated: 0, refused: {}, inFlight: 0, difference: 0 };
  for (const { refused, ...counts } of statements) {
    for (const kind of ['received', 'released', 'difference', ...KINDS] as const) sum[kind] += counts[kind];
    for (const [reason, count] of Object.entries(refused)) sum.refused[reason] = (sum.refused[reason] ?? 0) + count;
  }
  return sum;
}
