import { MOST_SENSITIVE, thresholdOf, USUAL_SENSITIVITY } from '../../core/anomaly/detector-options.ts';
import type { PreviewedPosition } from '../../core/anomaly/preview/answer.ts';
import { shownNumber, textsOf } from '../editor/texts.ts';
import type { Texts } from '../editor/texts.ts';

const TALLEST = 34;
const INPUT = '#node-input-sensitivity';

/** The slider with the episodes that each of its positions would have made above it. */
export interface SensitivitySlider {
  /** Shows what the positions would have made of some readings; undefined: nobody knows. */
  show(positions: readonly PreviewedPosition[] | undefined): void;
}

/** The position that is chosen in the open dialog. */
export function chosenSensitivity(): number {
  return Number($(INPUT).val());
}

/** Explains the slider in words, and tells of each move of it. */
export function openSensitivity(node: EditorNode, moved: () => void): SensitivitySlider {
  const texts = textsOf(node.type);
  const slider = $(INPUT);
  let positions: readonly PreviewedPosition[] | undefined;
  const bars = Array.from({ length: MOST_SENSITIVE }, (_, index) => {
    const bar = $('<i>');
    const count = $('<span>');
    const column = $('<div>').append(count, bar).on('click', () => slider.val(index + 1).trigger('input').trigger('change'));
    return { column, count, bar };
  });
  $('#holdfast-positions').append(bars.map(({ column }) => column));

  const draw = (): void => {
    const chosen = chosenSensitivity();
    const most = Math.max(1, ...(positions ?? []).map(({ count }) => count));
    for (const [index, { column, count, bar }] of bars.entries()) {
      const episodes = positions?.[index]?.count;
      column.toggleClass('holdfast-chosen', index + 1 === chosen);
      count.text(episodes === undefined ? '' : shownNumber(episodes));
      // A hundred at the most sensitive position would leave no height for the two at the chosen one.
      bar.css('height', episodes === undefined ? 0 : Math.round(TALLEST * Math.sqrt(episodes / most)));
    }
    $('#holdfast-sensitivity-meaning').text(meaningOf(texts, chosen));
    const episodes = positions?.[chosen - 1]?.count;
    slider.attr('aria-valuetext', [texts('sensitivity.position', { position: chosen, of: MOST_SENSITIVE }), ...(episodes === undefined ? [] : [episodesIn(texts, episodes)])].join(': '));
  };
  slider.on('input', () => {
    draw();
    moved();
  });
  draw();
  return {
    show(shown) {
      positions = shown;
      draw();
    },
  };
}

function episodesIn(texts: Texts, count: number): string {
  return texts(count === 1 ? 'sensitivity.episode' : 'sensitivity.episodes', { count: shownNumber(count) });
}

function meaningOf(texts: Texts, sensitivity: number): string {
  const factor = thresholdOf(sensitivity);
  const word = sensitivity === USUAL_SENSITIVITY ? 'usual' : sensitivity < USUAL_SENSITIVITY ? 'calm' : 'sensitive';
  return texts(`sensitivity.meaning.${word}`, { factor: shownNumber(Math.round(factor * 10) / 10), percent: shownNumber(Math.round(factor * 100)) });
}
