import type { Texts } from '../editor/texts.ts';
import { shownNumber } from '../editor/texts.ts';
import { isNumberWithin, textOf } from '../editor/validators.ts';

const KEPT = ['readings', 'minute', 'hour', 'day'] as const;
type Kept = (typeof KEPT)[number];

/** How long, in days, as it is saved: null is for ever, 0 makes no such rollup. What is no number is kept as it was typed, for the validator to name it. */
export type SavedRetention = Partial<Record<Kept, number | string | null>>;

export interface RetentionForm {
  readonly element: JQuery;
  read(): SavedRetention;
}

/** What one row of the form says. `inherited`: nothing of its own. */
type Choice = 'inherited' | 'none' | 'days' | 'ever';

interface RetentionFormOptions {
  texts: Texts;
  saved: SavedRetention;
  /** The form may leave a row to what holds for more than this; it is then not saved. */
  inherits?: boolean;
  changed: () => void;
}

const DAYS = { minimum: 0, maximum: 36_525 };
const SUGGESTED: Record<Kept, number> = { readings: 30, minute: 90, hour: 730, day: 3_650 };
const NOTHING_SAVED: Record<Kept, null | 0> = { readings: null, minute: 0, hour: 0, day: 0 };

/** A row for readings and one for each rollup: not made, for some days, or for ever. */
export function retentionForm({ texts, saved, inherits = false, changed }: RetentionFormOptions): RetentionForm {
  const rows = KEPT.map((kept) => retentionRow(texts, kept, inherits || kept in saved ? saved[kept] : NOTHING_SAVED[kept], inherits, changed));
  return {
    element: $('<div class="holdfast-retention">').append(rows.map(({ element }) => element)),
    read: () => Object.fromEntries(rows.flatMap(({ kept, read }) => {
      const days = read();
      return days === undefined ? [] : [[kept, days]];
    })),
  };
}

function retentionRow(texts: Texts, kept: Kept, saved: number | string | null | undefined, inherits: boolean, changed: () => void): { kept: Kept; element: JQuery; read(): number | string | null | undefined } {
  const offered: Choice[] = [...(inherits ? ['inherited' as const] : []), ...(kept === 'readings' ? [] : ['none' as const]), 'days', 'ever'];
  const label = texts(`retention.${kept}`);
  const choice = $('<select>').attr({ 'aria-label': label, 'data-kept': kept }).append(offered.map((one) => $('<option>').val(one).text(texts(`retention.${one}`))));
  const days = $('<input type="text" inputmode="decimal">').attr({ 'aria-label': texts('retention.daysOf', { what: label }), 'data-days-of': kept });
  const unit = $('<span>').text(texts('units.days'));
  const chosen = choiceOf(kept, saved);
  choice.val(chosen);
  days.val(chosen === 'days' ? textOf(saved) : String(SUGGESTED[kept]));
  const show = (): void => void days.add(unit).toggle(choice.val() === 'days');
  choice.on('change', show);
  choice.add(days).on('input change', changed);
  show();
  return {
    kept,
    element: $('<div class="holdfast-retention-row">').append($('<span>').text(label), $('<span class="holdfast-value">').append(choice, days, unit)),
    read() {
      switch (choice.val()) {
        case 'inherited':
          return undefined;
        case 'none':
          return 0;
        case 'ever':
          return null;
        default:
          return numberOrText(textOf(days.val()).trim());
      }
    },
  };
}

/** What is saved of a form that says something of its own. */
export function ownRetention(retention: SavedRetention): { retention?: SavedRetention } {
  return Object.keys(retention).length > 0 ? { retention } : {};
}

/** True, or the sentence about the first row that the server would refuse. */
export function retentionProblem(texts: Texts, saved: unknown): true | string {
  if (saved === undefined || saved === null) return true;
  if (typeof saved !== 'object') return texts('retention.problems.shape');
  for (const kept of KEPT) {
    const days: unknown = kept in saved ? saved[kept as keyof typeof saved] : undefined;
    if (days === undefined || days === null || days === '') continue;
    const what = texts(`retention.${kept}`);
    if (!isNumberWithin(days, DAYS)) return texts('retention.problems.days', { what, value: textOf(days).slice(0, 40), maximum: shownNumber(DAYS.maximum) });
    if (kept === 'readings' && Number(days) === 0) return texts('retention.problems.zero');
  }
  return true;
}

/** What all rows come to, as a sentence. */
export function retentionMeaning(texts: Texts, saved: SavedRetention): string {
  const made = (['minute', 'hour', 'day'] as const).filter((kept) => choiceOf(kept, saved[kept] ?? (saved[kept] === null ? null : 0)) !== 'none');
  const readings = choiceOf('readings', saved.readings ?? null);
  if (readings === 'ever') return texts(made.length > 0 ? 'retention.meaning.everRollups' : 'retention.meaning.ever');
  return texts(made.length > 0 ? 'retention.meaning.rollups' : 'retention.meaning.gone', { days: shownNumber(Number(saved.readings)) });
}

function choiceOf(kept: Kept, saved: number | string | null | undefined): Choice {
  if (saved === undefined) return 'inherited';
  if (saved === null || saved === '') return 'ever';
  return kept !== 'readings' && Number(saved) === 0 ? 'none' : 'days';
}

function numberOrText(text: string): number | string {
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? number : text;
}
