import type { ShownEntry } from '../../../core/quarantine/review/shown-page.ts';
import type { Verdict } from '../../../core/quarantine/review/verdict.ts';
import { unseen } from '../buttons.ts';
import { reasonText } from '../reason-text.ts';
import { shownTime } from '../shown-time.ts';
import { entryDetail } from './detail.ts';
import { words } from './words.ts';

export interface TableState {
  /** Ids of entries that are ticked. */
  readonly selected: Set<number>;
  /** Ids of entries whose detail is open. */
  readonly unfolded: Set<number>;
  readonly verdicts: ReadonlyMap<number, Verdict>;
}

const COLUMNS = ['received', 'device', 'reason'] as const;

/** A row for each entry, with a box to tick and a button that shows all of it. `changed`: what is ticked or open. */
export function entryTable(entries: readonly ShownEntry[], state: TableState, changed: () => void): JQuery {
  const all = tick(words('selectAll'), 'all', entries.length > 0 && entries.every(({ id }) => state.selected.has(id)), (isTicked) => {
    state.selected.clear();
    if (isTicked) for (const { id } of entries) state.selected.add(id);
    changed();
  });
  const head = $('<tr>').append($('<td>').append(all), COLUMNS.map((column) => $('<th scope="col">').text(words(`columns.${column}`))), $('<th scope="col">').append(unseen(words('columns.detail'))));
  return $('<table class="holdfast-entries">').attr('aria-label', words('title')).append($('<thead>').append(head), $('<tbody>').append(entries.flatMap((entry) => rowsOf(entry, state, changed))));
}

function rowsOf(entry: ShownEntry, { selected, unfolded, verdicts }: TableState, changed: () => void): JQuery[] {
  const { id, device, received, reason, contract, detail, reasons } = entry;
  const isOpen = unfolded.has(id);
  const verdict = verdicts.get(id);
  const box = tick(words('select', { id }), `tick-${id}`, selected.has(id), (isTicked) => {
    if (isTicked) selected.add(id);
    else selected.delete(id);
    changed();
  });
  const button = $('<button type="button" class="red-ui-button red-ui-button-small">')
    .attr({ 'aria-expanded': String(isOpen), 'aria-label': words('show', { id }), 'data-focus': `show-${id}` })
    .append($('<i aria-hidden="true">').addClass(`fa fa-angle-${isOpen ? 'up' : 'down'}`))
    .on('click', () => {
      if (isOpen) unfolded.delete(id);
      else unfolded.add(id);
      changed();
    });
  const why = $('<td>').append(
    $('<b>').text(reasonText(reason)), contract ? $('<span class="holdfast-quiet">').text(` ${words('version', { contract: contract.id, version: contract.version })}`) : '',
    verdict ? $('<span class="holdfast-outcome">').attr('data-outcome', verdict.outcome).text(words(`outcome.${verdict.outcome}`)) : '',
    $('<p class="holdfast-hint">').text(reasons?.[0]?.message ?? detail),
  );
  const row = $('<tr>').attr('data-entry', id).append($('<td>').append(box), $('<td>').text(shownTime(received)), $('<td>').text(device), why, $('<td>').append(button));
  return isOpen ? [row, $('<tr class="holdfast-unfolded">').append($('<td colspan="5">').append(entryDetail(entry, verdict)))] : [row];
}

function tick(label: string, focus: string, isTicked: boolean, changed: (isTicked: boolean) => void): JQuery {
  const box = $('<input type="checkbox">').attr({ 'aria-label': label, 'data-focus': focus }).prop('checked', isTicked);
  return box.on('change', () => changed(box.prop('checked') === true));
}
