/** What is counted of a device in one stretch of time. */
export interface TrustCounts {
  /** Readings. */
  readings: number;
  /** Of these, those that are good, */
  good: number;
  /** and those that no test could judge. */
  unknown: number;
  /** Samples that were checked against their contract. */
  checked: number;
  /** Of these, those that broke it. */
  breaks: number;
  /** Milliseconds in which it was silent for longer than it should be. */
  silent: number;
}

interface Part extends TrustCounts {
  start: number;
  /** The greatest event time less reception: the clock error as the quickest sample shows it, in milliseconds; null: no sample told its time. */
  clock: number | null;
}

/** The sums of a window; see `Part`. */
export interface TrustSums extends TrustCounts {
  clock: number | null;
}

type PlainPart = readonly [start: number, readings: number, good: number, unknown: number, checked: number, breaks: number, silent: number, clock: number | null];

/** As much time as `count` parts of `width` milliseconds hold, the newest part being under way. */
export class TrustRing {
  readonly #width: number;
  readonly #count: number;
  /** The oldest first. */
  #parts: Part[] = [];

  constructor(width: number, count: number) {
    this.#width = width;
    this.#count = count;
  }

  /** How long the window is, in milliseconds. */
  get span(): number {
    return this.#width * this.#count;
  }

  /** The part that a time is in; undefined when it is older than the window. */
  at(ts: number): Part | undefined {
    const start = Math.floor(ts / this.#width) * this.#width;
    const parts = this.#parts;
    const newest = parts.at(-1);
    if (newest?.start === start) return newest;
    if (newest === undefined || start > newest.start) {
      const part = emptyPart(start);
      parts.push(part);
      this.#forgetBefore(start);
      return part;
    }
    if (start <= newest.start - this.span) return undefined;
    const place = parts.findIndex((part) => part.start >= start);
    const found = parts[place];
    if (found?.start === start) return found;
    const part = emptyPart(start);
    parts.splice(place, 0, part);
    return part;
  }

  /** Puts silence into the parts that it falls into. */
  silent(from: number, to: number): void {
    for (let start = Math.max(from, to - this.span); start < to;) {
      const end = Math.min(to, (Math.floor(start / this.#width) + 1) * this.#width);
      const part = this.at(start);
      if (part) part.silent += end - start;
      start = end;
    }
  }

  /** Moves all parts in time, after the clock that they go by was set: by whole widths, and rather too far back than into the future. */
  shift(by: number): void {
    const whole = Math.floor(by / this.#width) * this.#width;
    for (const part of this.#parts) part.start += whole;
  }

  /** Everything of the window that ends at `now`. */
  sums(now: number): TrustSums {
    const sums: TrustSums = { readings: 0, good: 0, unknown: 0, checked: 0, breaks: 0, silent: 0, clock: null };
    const begin = Math.floor(now / this.#width) * this.#width - this.span;
    for (const part of this.#parts) {
      if (part.start <= begin) continue;
      sums.readings += part.readings;
      sums.good += part.good;
      sums.unknown += part.unknown;
      sums.checked += part.checked;
      sums.breaks += part.breaks;
      sums.silent += part.silent;
      if (part.clock !== null && (sums.clock === null || part.clock > sums.clock)) sums.clock = part.clock;
    }
    return sums;
  }

  /** Plain JSON. */
  snapshot(): PlainPart[] {
    return this.#parts.map(({ start, readings, good, unknown, checked, breaks, silent, clock }) => [start, readings, good, unknown, checked, breaks, silent, clock]);
  }

  /** @returns whether it was such a snapshot; if not, the ring is as it was. */
  restore(snapshot: unknown): boolean {
    if (!Array.isArray(snapshot) || snapshot.length > this.#count || !snapshot.every(isPlainPart)) return false;
    this.#parts = snapshot.map(([start, readings, good, unknown, checked, breaks, silent, clock]) => ({ start, readings, good, unknown, checked, breaks, silent, clock }));
    return true;
  }

  #forgetBefore(newest: number): void {
    const first = this.#parts.findIndex((part) => part.start > newest - this.span);
    if (first > 0) this.#parts.splice(0, first);
  }
}

function emptyPart(start: number): Part {
  return { start, readings: 0, good: 0, unknown: 0, checked: 0, breaks: 0, silent: 0, clock: null };
}

function isPlainPart(part: unknown): part is PlainPart {
  return Array.isArray(part) && part.length === 8 && part.every((one, place) => Number.isFinite(one) || (place === 7 && one === null));
}
