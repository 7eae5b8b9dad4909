/** What a ceiling follows, and how quickly. */
export interface CeilingSettings {
  /** It never sinks below this. */
  readonly least: number;
  /** Each event that passes it lifts it by this share … */
  readonly rise: number;
  /** … and each reading below it lets it sink by this one: in balance, so many events a reading pass it as fall is to rise. */
  readonly fall: number;
  /** What passes it again within so many readings is the same event. */
  readonly event: number;
}

const HEIGHT = 0;
/** Readings since it was lifted; 0: it never was. */
const SINCE = 1;
/** What a person's answers have made of it: it does not sink below that either. */
const ACCEPTED = 2;
/** The highest that came since an episode began, and the height before that. */
const PEAK = 3;
const BEFORE = 4;
/** What came last, and the height before it: the reading with which an episode begins is learned before it is known to begin one. */
const LATEST = 5;
const BEFORE_LATEST = 6;

/** So many numbers of a memory hold a ceiling. */
export const CEILING_FIELDS = 7;

/**
 * How high the rare events of a series reach: a high quantile, followed by stochastic approximation with steps in proportion (Robbins and Monro, Annals of
 * Mathematical Statistics 22(3), 1951), one step for an event however long it lasts. What a series does every day is nothing special for long.
 */
export class Ceiling {
  readonly #settings: CeilingSettings;
  readonly #fields: Float64Array;

  /** @param fields `CEILING_FIELDS` numbers of a memory. */
  constructor(settings: CeilingSettings, fields: Float64Array) {
    this.#settings = settings;
    this.#fields = fields;
  }

  get height(): number {
    return Math.max(this.#settings.least, this.#fields[HEIGHT] ?? 0, this.#fields[ACCEPTED] ?? 0);
  }

  learn(value: number): void {
    const { rise, fall, event } = this.#settings;
    const fields = this.#fields;
    const height = this.height;
    const since = fields[SINCE] ?? 0;
    fields[LATEST] = value;
    fields[BEFORE_LATEST] = fields[HEIGHT] ?? 0;
    if (value > (fields[PEAK] ?? 0)) fields[PEAK] = value;
    if (value <= height) fields[HEIGHT] = height * (1 - fall);
    if (value <= height || (since > 0 && since <= event)) {
      if (since > 0) fields[SINCE] = Math.min(since + 1, event + 1);
      return;
    }
    fields[HEIGHT] = height * (1 + rise);
    fields[SINCE] = 1;
  }

  /** An episode began with what came last: what it brings can be accepted or rejected from now on. */
  begin(): void {
    this.#fields[PEAK] = this.#fields[LATEST] ?? 0;
    this.#fields[BEFORE] = this.#fields[BEFORE_LATEST] ?? 0;
  }

  /** A person expected the episode: its highest is this part of the ceiling from now on, or less. */
  accept(part: number): void {
    const fields = this.#fields;
    fields[ACCEPTED] = Math.max(fields[ACCEPTED] ?? 0, (fields[PEAK] ?? 0) / part);
  }

  /** The episode was none that is to be got used to: it leaves the ceiling as it was. */
  reject(): void {
    const fields = this.#fields;
    fields[HEIGHT] = Math.min(fields[HEIGHT] ?? 0, fields[BEFORE] ?? 0);
  }
}
