import type { QuarantineSummary } from '../../../core/quarantine/quarantine.ts';
import { reasonText } from '../reason-text.ts';
import { shownNumber } from '../texts.ts';
import { FACETS, PERIODS } from './choice.ts';
import type { Choice, Facet } from './choice.ts';
import { words } from './words.ts';

/** So many of a kind are shown until a person asks for more, and never more than that. */
const SHOWN = { first: 6, most: 60 };
const COUNTS = { reason: 'byReason', device: 'byDevice', contract: 'byContract' } as const satisfies Record<Facet, keyof QuarantineSummary>;

/** Counts by reason, device and contract, and stretches of time, each a button that shows only those, or all again. */
export function facetButtons(summary: QuarantineSummary, choice: Choice, unfolded: Set<Facet>, changed: () => void): JQuery[] {
  const counts = FACETS.flatMap((facet) => {
    const counted = Object.entries(summary[COUNTS[facet]]).sort(([, one], [, other]) => other - one);
    const chosen = choice[facet];
    // Nobody has to choose among one, but what is chosen must be there to be let go.
    if (chosen === undefined && counted.length < (facet === 'contract' ? 1 : 2)) return [];
    if (chosen !== undefined && !counted.some(([value]) => value === chosen)) counted.unshift([chosen, 0]);
    const first = counted.slice(0, unfolded.has(facet) ? SHOWN.most : SHOWN.first);
    const shown = chosen === undefined || first.some(([value]) => value === chosen) ? first : [...first, ...counted.filter(([value]) => value === chosen)];
    const label = words(`by.${facet}`);
    const group = $('<div class="holdfast-facet" role="group">').attr('aria-label', label).append($('<span>').text(label));
    for (const [value, count] of shown) group.append(facetButton(facet, value, count, choice, changed));
    const hidden = Math.min(counted.length, SHOWN.most) - shown.length;
    if (hidden > 0) {
      group.append($('<button type="button" class="holdfast-chip">').attr('data-focus', `more-${facet}`).text(words('moreChips', { count: shownNumber(hidden) })).on('click', () => {
        unfolded.add(facet);
        changed();
      }));
    }
    return [group];
  });
  return summary.waiting === 0 ? counts : [...counts, periodButtons(choice, changed)];
}

function periodButtons(choice: Choice, changed: () => void): JQuery {
  const label = words('by.from');
  return $('<div class="holdfast-facet" role="group">').attr('aria-label', label).append($('<span>').text(label), PERIODS.map((period) => {
    const isChosen = choice.from === period;
    return $('<button type="button" class="holdfast-chip">').attr({ 'aria-pressed': String(isChosen), 'data-focus': `from${period}`, 'data-from': period }).text(words(`period.${period}`)).on('click', () => {
      if (isChosen) delete choice.from;
      else choice.from = period;
      changed();
    });
  }));
}

function facetButton(facet: Facet, value: string, count: number, choice: Choice, changed: () => void): JQuery {
  const isChosen = choice[facet] === value;
  return $('<button type="button" class="holdfast-chip">')
    .attr({ 'aria-pressed': String(isChosen), 'data-focus': `${facet}-${value}`, [`data-${facet}`]: value })
    .append($('<span>').text(facet === 'reason' ? reasonText(value) : value), ' ', $('<b>').text(shownNumber(count)))
    .on('click', () => {
      if (isChosen) delete choice[facet];
      else choice[facet] = value;
      changed();
    });
}
