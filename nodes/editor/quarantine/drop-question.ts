import type { Meant } from './choice.ts';
import { words } from './words.ts';

/** The question takes the place of the buttons: so long, in milliseconds, a double click on one of them cannot agree. */
const DOUBLE_CLICK = 500;

/** Asks whether entries are to be dropped for good, in words. */
export interface DropQuestion {
  readonly element: JQuery;
  ask(meant: Meant): void;
}

let number = 0;

/** `agreed` gets what the question was about, no more and no less; `closed`: there is no question any more. */
export function dropQuestion({ agreed, closed }: { agreed: (meant: Meant) => void; closed: () => void }): DropQuestion {
  const id = `holdfast-drop-asked-${(number += 1)}`;
  const text = $('<p>').attr('id', id);
  const no = $('<button type="button" class="red-ui-button holdfast-drop-no">').text(words('drop.no'));
  const yes = $('<button type="button" class="red-ui-button holdfast-drop-yes">').append('<i class="fa fa-trash" aria-hidden="true"></i> ', $('<span>').text(words('drop.button')));
  const element = $('<div class="holdfast-rule" role="group">').attr('aria-labelledby', id).append(text, $('<div class="holdfast-value">').append(no, yes)).hide();
  let asked: Meant | undefined;
  const withdraw = (): void => {
    asked = undefined;
    element.hide();
    closed();
  };
  no.on('click', withdraw);
  yes.on('click', () => {
    const meant = asked;
    withdraw();
    if (meant) agreed(meant);
  });
  return {
    element,
    ask(meant) {
      asked = meant;
      text.text(words('drop.question', { what: meant.inWords }));
      yes.find('span').text(words('drop.yes', { what: meant.inWords }));
      element.show();
      yes.prop('disabled', true);
      setTimeout(() => yes.prop('disabled', false), DOUBLE_CLICK);
      // Enter, pressed once too often, keeps them.
      no.trigger('focus');
      element[0]?.scrollIntoView({ block: 'nearest' });
    },
  };
}
