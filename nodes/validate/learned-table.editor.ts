import type { ProposedMetric } from '../../core/contract/learn/proposed-contract.ts';
import { shownNumber } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import type { Refusals } from './learn-answer.ts';

const COLUMNS = ['metric', 'type', 'seen', 'proposed', 'unit', 'required'];
const MOST_TEXTS = 6;

/** What was seen of each metric, and what the contract would ask of it. */
export function metricsTable(texts: Texts, metrics: readonly ProposedMetric[]): JQuery {
  const head = COLUMNS.map((column) => $('<th scope="col">').text(texts(`learn.column.${column}`)));
  const rows = metrics.map((one) =>
    $('<tr>').attr('data-metric', one.metric).append(
      $('<td>').append($('<b>').text(one.metric), one.notes.length > 0 ? $('<p class="holdfast-hint">').text(notesOf(texts, one)) : ''),
      $('<td>').text(one.types.map((type) => texts(`types.${type}`)).join(', ')),
      $('<td>').toggleClass('holdfast-range', one.seen !== undefined).text(seenOf(texts, one)),
      $('<td>').toggleClass('holdfast-range', one.seen !== undefined).text(proposedOf(texts, one)),
      $('<td>').text(one.unit ?? '–'),
      $('<td>').text(texts(one.required ? 'learn.yes' : 'learn.no')),
    ),
  );
  return $('<table class="holdfast-readings holdfast-learned">').append($('<thead>').append($('<tr>').append(head)), $('<tbody>').append(rows));
}

/** One sentence: how many of the last samples would have been refused. */
export function refusalsSentence(texts: Texts, { samples, refused }: Refusals): string {
  const counts = { samples: shownNumber(samples), refused: shownNumber(refused) };
  return texts(refused === 0 ? 'learn.refusesNone' : 'learn.refuses', counts);
}

/** The rules that would have been broken, the commonest first. */
export function reasonsList(texts: Texts, { reasons }: Refusals): JQuery {
  return $('<ul class="holdfast-reasons">').append(
    reasons.map(({ count, message, example }) => {
      const device = example.device === undefined ? '' : texts('learn.firstBy', { device: example.device });
      return $('<li>').append($('<b>').text(`${shownNumber(count)} × `), document.createTextNode(message), $('<span class="holdfast-hint">').text(` ${device}`));
    }),
  );
}

function seenOf(texts: Texts, { seen, enumeration, longest }: ProposedMetric): string {
  if (seen) return `${shownNumber(seen.low)} … ${shownNumber(seen.high)}`;
  if (enumeration) return textsSeen(texts, enumeration);
  return longest ? texts('learn.longest', { characters: shownNumber(longest.seen) }) : '–';
}

function proposedOf(texts: Texts, { proposed, enumeration, longest }: ProposedMetric): string {
  if (proposed) return `${shownNumber(proposed.low)} … ${shownNumber(proposed.high)}`;
  if (enumeration) return texts('learn.onlyThese');
  return longest ? texts('learn.longest', { characters: shownNumber(longest.proposed) }) : '–';
}

function textsSeen(texts: Texts, all: readonly string[]): string {
  const shown = all.slice(0, MOST_TEXTS).join(', ');
  return all.length > MOST_TEXTS ? texts('learn.andMore', { shown, count: shownNumber(all.length - MOST_TEXTS) }) : shown;
}

function notesOf(texts: Texts, { notes, presence, readings }: ProposedMetric): string {
  const share = new Intl.NumberFormat(RED.i18n.lang(), { style: 'percent', maximumFractionDigits: 1 }).format(presence);
  return notes.map((note) => texts(`learn.note.${note}`, { share, readings: shownNumber(readings) })).join(' ');
}
