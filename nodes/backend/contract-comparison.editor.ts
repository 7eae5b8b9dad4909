import type { ContractChange, ContractComparison } from '../../core/contract/compatibility/comparison.ts';
import { ask, sentence } from '../editor/ask.ts';
import { textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import type { EditedVersion } from './contract-versions.ts';

const ICONS: Record<ContractChange['kind'], string> = { tighter: 'fa-ban', unclear: 'fa-question-circle', looser: 'fa-check' };
/** Typing goes on for so many milliseconds without a question. */
const PAUSE = 500;

/** Shows what a version would refuse that the one before it takes. */
export interface ComparisonView {
  element: JQuery;
  /** `before` is missing for a first version. */
  show(before: EditedVersion | undefined, after: EditedVersion): void;
}

export function comparisonView(node: EditorNode, isRunning: () => boolean): ComparisonView {
  const texts = textsOf(node.type);
  const element = $('<div class="holdfast-changes" role="status">');
  let asked = 0;
  const compare = async (before: EditedVersion, after: EditedVersion, turn: number): Promise<void> => {
    const versions = [before, after].map(({ text, dialect }) => ({ schema: text, ...(dialect !== '' && { dialect }) }));
    const shown = await ask<ContractComparison>('POST', `holdfast-backend/${node.id}/contracts/compare`, { before: versions[0], after: versions[1] }).then(
      (comparison) => changesOf(texts, comparison, String(before.version)),
      (error: unknown) => $('<p class="holdfast-hint">').text(texts('contracts.notCompared', { reason: sentence(error) })),
    );
    if (turn === asked) element.empty().append(shown);
    RED.tray.resize();
  };
  return {
    element,
    show(before, after) {
      asked += 1;
      const turn = asked;
      if (!before) element.empty().append($('<p class="holdfast-hint">').text(texts('contracts.first')));
      else if (!isRunning()) element.empty().append($('<p class="holdfast-hint">').text(texts('contracts.compareDeployed')));
      else setTimeout(() => void (turn === asked && compare(before, after, turn)), element.is(':empty') ? 0 : PAUSE);
    },
  };
}

function changesOf(texts: Texts, { compatible, changes }: ContractComparison, version: string): JQuery {
  const tighter = changes.filter(({ kind }) => kind === 'tighter').length;
  const verdict = compatible ? 'compatible' : tighter > 0 ? 'refusesMore' : 'unclear';
  const list = $('<ul>').append(changes.map((change) => changeOf(texts, change)));
  return $('<div>').append($('<p class="holdfast-summary">').text(texts(`contracts.${verdict}`, { version })), list);
}

function changeOf(texts: Texts, { kind, sentence: said, example }: ContractChange): JQuery {
  const kindOf = texts(`contracts.kinds.${kind}`);
  const item = $('<li>').addClass(`holdfast-${kind}`).append($('<i aria-hidden="true">').addClass(`fa ${ICONS[kind]}`), $('<span>').append($('<b>').text(`${kindOf}: `), document.createTextNode(said)));
  if (!example) return item;
  const units = Object.entries(example.metrics ?? {}).map(([metric, { unit }]) => texts('contracts.inUnit', { metric, unit }));
  return item.append($('<span class="holdfast-example">').append(document.createTextNode(`${texts('contracts.example')} `), $('<code>').text(JSON.stringify(example.values)), document.createTextNode(units.length > 0 ? ` (${units.join(', ')})` : '')));
}
