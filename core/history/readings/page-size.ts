import type { StoredReading } from '../../store/store.ts';

/** About a millisecond of work. */
const MOST = 1_000;
/** Until it is known how long the texts are. */
const FIRST = 64;
/** Fewer would tell nothing of how many lie in a stretch of time. */
const LEAST = 4;
const CHARACTERS = 1_000_000;

/** How many readings are asked for at once: fewer where they hold long texts, which are in memory together. */
export class PageSize {
  readings = FIRST;

  /** Chooses the next size by what this page holds. */
  fit(page: readonly StoredReading[]): void {
    let characters = 0;
    for (const { value } of page) if (typeof value === 'string') characters += value.length;
    if (characters > CHARACTERS) this.readings = Math.max(LEAST, Math.floor((page.length * CHARACTERS) / characters));
    // A page with much room left says little of what the next one holds.
    else if (page.length > this.readings / 2) this.readings = Math.min(MOST, this.readings * 2);
  }
}
