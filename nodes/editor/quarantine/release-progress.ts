import type { ReleaseProgress } from '../../../core/quarantine/quarantine.ts';
import { shownNumber } from '../texts.ts';
import { words } from './words.ts';

/** How far a release is, with a button that stops it, or how the last one ended. */
export interface ProgressDisplay {
  readonly element: JQuery;
  show(progress: Partial<ReleaseProgress>): void;
}

export function progressDisplay(cancel: () => void): ProgressDisplay {
  const bar = $('<progress>').attr('aria-label', words('release.progressLabel'));
  const count = $('<span>');
  const stop = $('<button type="button" class="red-ui-button red-ui-button-small">').text(words('release.cancel')).on('click', cancel);
  const running = $('<div class="holdfast-release holdfast-value">').append(bar, count, stop).hide();
  const ended = $('<p class="holdfast-hint" role="status">');
  return {
    element: $('<div>').append(running, ended),
    show({ state, released = 0, skipped = 0, total = 0, problem = '' }) {
      running.toggle(state === 'running');
      const counts = { released: shownNumber(released), total: shownNumber(total) };
      bar.attr({ value: released + skipped, max: Math.max(1, total) });
      count.text(words('release.running', counts));
      const left = skipped === 0 ? '' : ` ${words('release.skipped', { skipped: shownNumber(skipped) })}`;
      const text = state === undefined || state === 'running' ? '' : `${words(`release.${state}`, counts)}${left}${problem === '' ? '' : ` ${problem}`}`;
      if (ended.text() !== text) ended.toggleClass('holdfast-problem', state === 'failed').text(text);
    },
  };
}
