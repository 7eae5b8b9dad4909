import { unseen } from '../editor/buttons.ts';
import { reveal } from '../editor/tabs.ts';
import { shownNumber } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import type { Proposals, ShownProposal } from './answers.ts';
import { takeTest } from './tests-list.editor.ts';

const LONGEST_SHOWN = 5_000;

/** What a history proposes, test by test, with what it would have flagged; a button takes what is ticked into the list of tests. */
export function proposalTable(texts: Texts, { readings, tests, sampleTests, notes }: Proposals, metric: string): JQuery {
  const all = [...tests.map((test) => ({ test, metric })), ...sampleTests.map((test) => ({ test, metric: '' }))];
  const rows = all.map(({ test }) => proposalRow(texts, test));
  const titles = ['take', 'test', 'why', 'flagged'].map((column) => $('<th scope="col">').append(column === 'take' ? unseen(texts('propose.take')) : document.createTextNode(texts(`propose.${column}`))));
  const table = $('<table class="holdfast-proposal">').append($('<thead>').append($('<tr>').append(titles)), $('<tbody>').append(rows.map(({ element }) => element)));
  const take = $('<button type="button" class="red-ui-button" id="holdfast-propose-take">').append('<i class="fa fa-check" aria-hidden="true"></i> ', $('<span>').text(texts('propose.takeOver')));
  take.on('click', () => {
    const taken = all.filter((_, index) => rows[index]?.isTaken());
    for (const one of taken) takeTest({ metric: one.metric, test: one.test.test, options: one.test.options });
    RED.notify(texts('propose.taken', { count: taken.length }), { type: 'success' });
    reveal($('#holdfast-quality-tests'));
  });
  const parts = all.length === 0 ? [] : [$('<div class="holdfast-wide-table">').append(table), take];
  return $('<div>').append(
    $('<p class="holdfast-summary">').text(texts(all.length === 0 ? 'propose.nothing' : 'propose.summary', { readings: shownNumber(readings), metric })),
    ...parts,
    $('<ul class="holdfast-proposal-notes">').append(notes.map((note) => $('<li class="holdfast-hint">').text(note.slice(0, LONGEST_SHOWN)))),
  );
}

function proposalRow(texts: Texts, { test, options, sentence, suspect, bad }: ShownProposal): { element: JQuery; isTaken: () => boolean } {
  const name = texts(`testNames.${test}`);
  const box = $('<input type="checkbox">').attr('aria-label', name).prop('checked', true);
  const shown = Object.entries(options).map(([option, value]) => `${texts(`options.${option}`)}: ${Array.isArray(value) ? value.join(' – ') : String(value)}`).join('; ');
  const element = $('<tr>').append(
    $('<td>').append(box),
    $('<td>').append($('<strong>').text(name), $('<p class="holdfast-hint">').text(shown)),
    $('<td>').text(sentence),
    $('<td>').text(texts('propose.counts', { suspect: shownNumber(suspect), bad: shownNumber(bad) })),
  );
  return { element, isTaken: () => box.prop('checked') === true };
}
