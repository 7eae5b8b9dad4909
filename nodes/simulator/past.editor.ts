import { LONGEST_PAST_DAYS, MOST_PAST_SAMPLES, pastSamples } from '../../core/simulator/past-limits.ts';
import { currentValue, savedValue } from '../editor/settings.ts';
import { shownNumber } from '../editor/texts.ts';
import { isNumberWithin, numberSentence } from '../editor/validators.ts';
import { deviceCount, readFleetList } from './fleet.editor.ts';

const DAYS = { minimum: 0, maximum: LONGEST_PAST_DAYS };

/** A past that is no longer than what so many devices can send at their interval. */
export function pastProblem(node: EditorNode, days: unknown): true | string {
  if (!isNumberWithin(days, DAYS)) return numberSentence(node._('labels.pastDays'), days, DAYS);
  const isOpen = RED.editor.getEditStack?.().includes(node) === true;
  const devices = deviceCount(isOpen ? readFleetList() : savedValue(node, 'fleet'));
  const samples = pastSamples(Number(days), Number(currentValue(node, 'interval')), devices);
  // What else is wrong with the interval or the fleet is said there.
  if (!(samples > MOST_PAST_SAMPLES)) return true;
  return node._('errors.pastTooLong', { samples: shownNumber(samples), maximum: shownNumber(MOST_PAST_SAMPLES) });
}
