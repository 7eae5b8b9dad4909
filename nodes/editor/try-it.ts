import { ask, sentence } from './ask.ts';
import { currentSettings } from './settings.ts';
import { shared } from './texts.ts';

interface Tried {
  summary: string;
  message: unknown;
  result: unknown;
}

const MOST_CHARACTERS = 20_000;

/** Adds "Try it" to the end of the open dialog: what its settings, saved or not, make of the last message of this node. */
export function addTryIt(node: EditorNode, settings: () => Record<string, unknown> = () => currentSettings(node)): void {
  const button = $('<button type="button" class="red-ui-button holdfast-try-button">').append('<i class="fa fa-play" aria-hidden="true"></i> ', $('<span>').text(shared('tryIt.button')));
  const answer = $('<div class="holdfast-try-answer" role="status" aria-live="polite">');
  const heading = $('<h4>').text(shared('tryIt.title'));
  $('<section class="holdfast-try">').append(heading, $('<p class="holdfast-hint">').text(shared('tryIt.hint')), button, answer).appendTo('#dialog-form .holdfast-form');

  button.on('click', () => {
    button.prop('disabled', true);
    void ask<Tried>('POST', `${node.type}/${node.id}/try`, settings())
      .then(
        (tried) => show(answer, tried),
        (error: unknown) => answer.empty().append($('<p class="holdfast-problem">').text(sentence(error))),
      )
      .finally(() => {
        button.prop('disabled', false);
        RED.tray.resize();
        answer[0]?.scrollIntoView({ block: 'nearest' });
      });
  });
}

function show(answer: JQuery, { summary, message, result }: Tried): void {
  answer.empty().append($('<p class="holdfast-summary">').text(summary), $('<div class="holdfast-panes">').append(pane('tryIt.message', message), pane('tryIt.result', result)));
}

function pane(title: string, value: unknown): JQuery {
  const label = shared(title);
  const text = JSON.stringify(value, null, 2) ?? shared('tryIt.nothing');
  const shown = text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}\n…` : text;
  // Focusable, so that it can be scrolled with the keyboard.
  return $('<figure>').append($('<figcaption>').text(label), $('<pre tabindex="0">').attr('aria-label', label).text(shown));
}
