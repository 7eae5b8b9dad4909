import type { Aggregate } from '../../core/history/query.ts';
import { savedValue } from '../editor/settings.ts';
import { aggregatesProblem } from './question.editor.ts';

/** In the order in which people look for them. */
const SHOWN: readonly Aggregate[] = ['mean', 'min', 'max', 'median', 'p95', 'timeWeighted', 'sum', 'count', 'first', 'last', 'delta', 'rate'];
const LIST = '#holdfast-aggregates';

/** The aggregates as boxes to tick; `changed` is called when one was. */
export function openAggregates(node: EditorNode, changed: () => void): void {
  const saved = savedValue(node, 'aggregates');
  const chosen: unknown[] = Array.isArray(saved) ? saved : [];
  const tell = (): void => {
    say(node, readAggregates());
    changed();
  };
  $(LIST).empty().append(SHOWN.map((name) => $('<label>').append($('<input type="checkbox">').val(name).prop('checked', chosen.includes(name)), $('<span>').text(node._(`aggregates.${name}`)))));
  $(LIST).on('change', 'input', tell);
  say(node, chosen);
}

function say(node: EditorNode, chosen: readonly unknown[]): void {
  const problem = aggregatesProblem(node, chosen);
  $('#holdfast-aggregates-problem').text(problem === true ? '' : problem);
}

/** Those that are ticked, in the order of the dialog. */
export function readAggregates(): Aggregate[] {
  const ticked = $(LIST).find('input:checked').toArray().map((input) => $(input).val());
  return SHOWN.filter((name) => ticked.includes(name));
}
