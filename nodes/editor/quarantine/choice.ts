import type { QuarantineFilter } from '../../../core/quarantine/quarantine.ts';
import { reasonText } from '../reason-text.ts';
import { shownNumber } from '../texts.ts';
import { entriesInWords, words } from './words.ts';

/** What a person can choose by a click on a count. */
export const FACETS = ['reason', 'device', 'contract'] as const;
export type Facet = (typeof FACETS)[number];

/** Since when, by reception and the clock of the server. */
export const PERIODS = ['-1h', '-24h', '-7d'] as const;

/** What the list shows. */
export type Choice = Partial<Record<Facet, string>> & { from?: (typeof PERIODS)[number] };

/** The entries that a release, a drop or a check is about. */
export interface Meant {
  filter: Omit<QuarantineFilter, 'from'> & Pick<Choice, 'from'>;
  count: number;
  /** In words, such as "37 entries of press-1". */
  inWords: string;
}

/** The entries that are ticked, or, where none is, all that the list stands for: none that came after the newest it shows. */
export function meant({ choice, selected, count, newest }: { choice: Choice; selected: ReadonlySet<number>; count: number; newest: number }): Meant {
  if (selected.size > 0) return { filter: { ids: [...selected] }, count: selected.size, inWords: words(selected.size === 1 ? 'tickedOne' : 'ticked', { count: shownNumber(selected.size) }) };
  const parts = FACETS.flatMap((facet) => {
    const value = choice[facet];
    return value === undefined ? [] : [words(`of.${facet}`, { [facet]: facet === 'reason' ? reasonText(value) : value })];
  });
  const since = choice.from === undefined ? [] : [words(`of.${choice.from}`)];
  return { filter: { ...choice, upTo: newest }, count, inWords: [entriesInWords(count), ...parts, ...since].join(' ') };
}

/** A choice as a query of a request. */
export function queryOf(fields: Readonly<Record<string, string | number | undefined>>): string {
  return new URLSearchParams(Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [[field, String(value)]]))).toString();
}
