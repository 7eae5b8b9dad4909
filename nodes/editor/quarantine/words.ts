import { shownNumber, textsOf } from '../texts.ts';
import type { Texts } from '../texts.ts';

/** The texts of the list, which stand in the catalogue of the backend: two dialogs show it. */
export const words: Texts = (key, values) => textsOf('holdfast-backend')(`quarantine.${key}`, values);

/** "1 entry" or "37 entries". */
export function entriesInWords(count: number): string {
  return words(count === 1 ? 'oneEntry' : 'entries', { count: shownNumber(count) });
}
