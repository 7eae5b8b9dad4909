const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Days whose offset is remembered, which is some 50 years; each takes some dozen bytes. */
const REMEMBERED_DAYS = 20_000;
/** An instant and the wall time that it has lie no further apart than these. */
const FURTHEST_WEST = 13 * HOUR;
const FURTHEST_EAST = 15 * HOUR;
/** What a `Date` can hold (ECMAScript, time value), less a day for the offset and one to look ahead. */
const LAST_INSTANT = 8.64e15 - 2 * DAY;

/**
 * A time zone of the IANA database, as the runtime's `Intl` has it. Wall times are numbers as well: the milliseconds since the epoch that UTC would
 * have if its clocks showed this, so that `Date`'s UTC methods calculate with them.
 */
export class TimeZone {
  readonly name: string;
  readonly #format: Intl.DateTimeFormat;
  readonly #offsetOfDay = new Map<number, number>();

  /** @throws RangeError when there is no such time zone. */
  constructor(name: string) {
    this.name = name;
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23', era: 'short', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    });
  }

  /** Milliseconds by which the wall is ahead of UTC. */
  offsetAt(instant: number): number {
    const day = Math.floor(instant / DAY);
    const before = this.#offsetAtStartOf(day);
    // No zone changes its offset and changes it back within a day.
    return before === this.#offsetAtStartOf(day + 1) ? before : this.#exactOffsetAt(instant);
  }

  wallAt(instant: number): number {
    return instant + this.offsetAt(instant);
  }

  /** The first instant at which the wall shows this or, where it is skipped, something later. */
  instantOf(wall: number): number {
    const before = this.offsetAt(wall - FURTHEST_EAST);
    const after = this.offsetAt(wall + FURTHEST_WEST);
    const early = wall - before;
    if (before === after || this.offsetAt(early) === before) return early;
    const late = wall - after;
    return this.offsetAt(late) === after ? late : this.changeBetween(late, early);
  }

  /** The first instant after `from` that has another offset than `from`; `to` has. */
  changeBetween(from: number, to: number): number {
    const offset = this.offsetAt(from);
    let [low, high] = [from, to];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.offsetAt(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }

  #offsetAtStartOf(day: number): number {
    const known = this.#offsetOfDay.get(day);
    if (known !== undefined) return known;
    if (this.#offsetOfDay.size >= REMEMBERED_DAYS) this.#offsetOfDay.clear();
    const offset = this.#exactOffsetAt(day * DAY);
    this.#offsetOfDay.set(day, offset);
    return offset;
  }

  #exactOffsetAt(instant: number): number {
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of this.#format.formatToParts(instant)) parts[type] = value;
    const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year);
    const wall = new Date(0).setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day)) + Number(parts.hour) * HOUR + Number(parts.minute) * 60_000 + Number(parts.second) * 1_000;
    return wall - Math.floor(instant / 1_000) * 1_000;
  }
}

const opened = new Map<string, TimeZone>();
const KEPT_OPEN = 50;

/** The time zone of this name, shared by all who ask. @throws RangeError when there is none. */
export function timeZone(name: string): TimeZone {
  const known = opened.get(name);
  if (known) return known;
  const zone = new TimeZone(name);
  if (opened.size >= KEPT_OPEN) opened.clear();
  opened.set(name, zone);
  return zone;
}

/** The time zone that the server's own clock shows. */
export function serverTimeZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

const TWO_DIGITS = Array.from({ length: 100 }, (_, number) => String(number).padStart(2, '0'));
/** Rows follow each other in time: most are of the day of the one before. */
let shownDay = Number.NaN;
let shownDate = '';

/** ISO 8601 with milliseconds and the zone's offset, such as `2026-03-29T03:00:00.000+02:00`; of an instant at the end of all calendars, its milliseconds. */
export function isoTime(instant: number, zone: TimeZone): string {
  if (!(Math.abs(instant) <= LAST_INSTANT)) return String(instant);
  // ISO 8601 has minutes; before standard time, offsets had seconds as well: the nearest minute names the same instant all the same.
  const minutes = Math.round(zone.offsetAt(instant) / 60_000);
  const wall = instant + minutes * 60_000;
  const day = Math.floor(wall / DAY);
  if (day !== shownDay) {
    shownDate = new Date(day * DAY).toISOString().slice(0, -'00:00:00.000Z'.length);
    shownDay = day;
  }
  const millisecond = wall - day * DAY;
  const second = Math.floor(millisecond / 1_000);
  const time = `${twoDigits(second / 3_600)}:${twoDigits((second / 60) % 60)}:${twoDigits(second % 60)}.${String(millisecond % 1_000).padStart(3, '0')}`;
  const size = Math.abs(minutes);
  return `${shownDate}${time}${minutes < 0 ? '-' : '+'}${twoDigits(size / 60)}:${twoDigits(size % 60)}`;
}

function twoDigits(number: number): string {
  return TWO_DIGITS[Math.floor(number)] ?? '';
}
