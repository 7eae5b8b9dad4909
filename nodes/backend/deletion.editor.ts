import type { Deletion } from '../../core/store/store.ts';
import { ask, sentence } from '../editor/ask.ts';
import { suggestKnown } from '../editor/known-names.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';
import { queryOf, readDeletionForm, subjectOf, timesOf } from './deletion-form.editor.ts';

/** The question takes the place of the button: so long, in milliseconds, a double click on that one cannot agree. */
const DOUBLE_CLICK = 500;

/** Deletes readings of a running backend for good, after it has said in words what will be gone and a person has agreed. */
export function openDeletion(node: EditorNode): void {
  const texts = textsOf(node.type);
  const inputs = $('#holdfast-deletion input');
  const button = $('#holdfast-deletion-button');
  const question = $('#holdfast-deletion-question');
  const yes = $('#holdfast-deletion-yes');
  const no = $('#holdfast-deletion-no');
  const problem = $('#holdfast-deletion-problem');
  const answer = $('#holdfast-deletion-answer');
  /** What the question that is open is about: no more and no less is deleted. */
  let asked: Deletion | undefined;

  const say = (said: { problem?: string; answer?: string }): void => {
    problem.text(said.problem ?? '');
    answer.text(said.answer ?? '');
    RED.tray.resize();
  };
  const withdraw = (): void => {
    asked = undefined;
    question.hide();
    button.show();
    RED.tray.resize();
  };
  const askFirst = (): void => {
    const read = readDeletionForm(texts);
    if (typeof read === 'string') return say({ problem: read });
    say({});
    asked = read;
    const what = subjectOf(texts, read);
    question.find('p').text(texts('deletion.question', { what, times: timesOf(texts, read) }));
    yes.find('span').text(texts('deletion.yes', { what }));
    button.hide();
    question.show();
    yes.prop('disabled', true);
    setTimeout(() => yes.prop('disabled', false), DOUBLE_CLICK);
    // Enter, pressed once too often, keeps them.
    no.trigger('focus');
    question[0]?.scrollIntoView({ block: 'nearest' });
    RED.tray.resize();
  };
  const start = async (deletion: Deletion): Promise<void> => {
    withdraw();
    inputs.add(button).prop('disabled', true);
    say({ answer: texts('deletion.running', { what: subjectOf(texts, deletion) }) });
    try {
      const { deleted } = await ask<{ deleted: number }>('DELETE', `holdfast-backend/${node.id}/readings?${queryOf(deletion)}`);
      say({ answer: answerOf(texts, deletion, deleted) });
    } catch (error) {
      say({ problem: sentence(error) });
    }
    inputs.add(button).prop('disabled', false);
  };

  withdraw();
  suggestKnown($('#holdfast-deletion-device'), { backend: () => node.id, names: 'devices' });
  suggestKnown($('#holdfast-deletion-metric'), { backend: () => node.id, names: 'metrics' });
  inputs.on('input autocompleteselect', withdraw);
  button.on('click', askFirst);
  no.on('click', () => {
    withdraw();
    button.trigger('focus');
  });
  yes.on('click', () => {
    if (asked) void start(asked);
  });
}

function answerOf(texts: Texts, { device }: Deletion, deleted: number): string {
  if (deleted === 0) return texts('deletion.none', { device });
  return texts(deleted === 1 ? 'deletion.doneOne' : 'deletion.done', { device, count: shownNumber(deleted) });
}
