import type { CorrectedReading } from '../quality/device-quality.ts';
import { Order } from '../quality/device/order.ts';
import { infoOf } from '../sample/good-enough.ts';
import { judgedTime } from '../sample/judged-time.ts';
import { QUALITY } from '../sample/sample.ts';
import type { Quality, Sample, Trust, TrustWindow } from '../sample/sample.ts';
import { TrustRing } from './trust-ring.ts';
import type { TrustSums } from './trust-ring.ts';
import { UsualDistance } from './usual-distance.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A silence of so many usual distances is a gap. */
const GAP = 3;
/** The rank of a sample that is later than all before it, or by a clock that was set back. */
const LATEST = 2;
/** A clock that is off by less is right. */
const RIGHT_CLOCK = 10_000;
/** A clock that is off by so many powers of ten more is worth nothing. */
const CLOCK_DECADES = 4;

/** When a device was first and last heard, by event time, and when the last of it reached us. */
interface Heard {
  first: number;
  last: number;
  received: number;
}

/** Windows in parts that are forgotten one by one; each reading is counted in all three. */
interface Rings {
  readonly hour: TrustRing;
  readonly day: TrustRing;
  readonly week: TrustRing;
}

/**
 * How far one device can be trusted, by its own event time: the share of good readings, the error of its clock, its gaps and the
 * samples that broke their contract, over the last hour, day and week. State: about 3 KiB.
 */
export class DeviceTrust {
  readonly #rings: Rings = { hour: new TrustRing(5 * MINUTE, 12), day: new TrustRing(HOUR, 24), week: new TrustRing(DAY, 7) };
  /** The same as a list: each sample is counted in all of them. */
  readonly #everyRing: readonly TrustRing[] = Object.values(this.#rings);
  #distance = new UsualDistance();
  readonly #order = new Order();
  #heard: Heard | undefined;

  /** @param snapshot what `snapshot` gave; anything else is one of a device never heard of. */
  constructor(snapshot?: unknown) {
    if (typeof snapshot !== 'object' || snapshot === null) return;
    const { hour, day, week, usual, first, last, received, order }: Record<string, unknown> = { ...snapshot };
    const { hour: hours, day: days, week: weeks } = this.#rings;
    const isWhole = hours.restore(hour) && days.restore(day) && weeks.restore(week);
    if (!isWhole || !isTime(first) || !isTime(last) || !isTime(received)) return;
    this.#heard = { first, last, received };
    this.#order.restore([last]);
    this.#order.restore(order);
    this.#distance = new UsualDistance(isTime(usual) ? Math.max(0, usual) : 0);
  }

  /** Plain JSON. */
  snapshot(): unknown {
    const { hour, day, week } = this.#rings;
    return { v: 1, hour: hour.snapshot(), day: day.snapshot(), week: week.snapshot(), usual: this.#distance.milliseconds, order: this.#order.snapshot(), ...this.#heard };
  }

  /** Counts a sample that has been judged. Backfill says nothing of how the device is doing. */
  judged(sample: Sample): void {
    if (sample.historical === true) return;
    const ts = judgedTime(sample);
    this.#hear(ts, sample.received);
    let readings = 0;
    let good = 0;
    let unknown = 0;
    for (const metric in sample.values) {
      const quality = infoOf(sample, metric)?.q ?? QUALITY.unknown;
      readings += 1;
      if (quality === QUALITY.good) good += 1;
      else if (quality === QUALITY.unknown) unknown += 1;
    }
    const error = sample.tsSource === 'device' ? sample.ts - sample.received : null;
    for (const ring of this.#everyRing) {
      const part = ring.at(ts);
      if (!part) continue;
      part.readings += readings;
      part.good += good;
      part.unknown += unknown;
      if (error !== null && (part.clock === null || error > part.clock)) part.clock = error;
    }
  }

  /** Counts a reading as what it is now that more is known of it. Of a part of the window that is gone, nothing is left to correct. */
  corrected({ ts, from, to }: CorrectedReading): void {
    for (const ring of this.#everyRing) {
      const part = ring.at(ts);
      if (!part) continue;
      part.good = Math.max(0, part.good + isOf(QUALITY.good, to) - isOf(QUALITY.good, from));
      part.unknown = Math.max(0, part.unknown + isOf(QUALITY.unknown, to) - isOf(QUALITY.unknown, from));
    }
  }

  /** Counts a sample that was checked against its contract. */
  checked(sample: Sample, isBroken: boolean): void {
    if (sample.historical === true) return;
    const ts = judgedTime(sample);
    this.#hear(ts, sample.received);
    for (const ring of this.#everyRing) {
      const part = ring.at(ts);
      if (!part) continue;
      part.checked += 1;
      if (isBroken) part.breaks += 1;
    }
  }

  /** The latest event time, in milliseconds since the epoch; undefined: it was never heard. */
  get last(): number | undefined {
    return this.#heard?.last;
  }

  /** How far it can be trusted at a time of our own clock; undefined when it was never heard. A silence that lasts until then counts. */
  at(now: number): Trust | undefined {
    const heard = this.#heard;
    if (!heard) return undefined;
    const { hour, day, week } = this.#rings;
    // A device whose clock is wrong is not silent for that.
    const end = heard.last + Math.max(0, now - heard.received);
    return { hour: this.#window(hour, heard, end), day: this.#window(day, heard, end), week: this.#window(week, heard, end) };
  }

  #window(ring: TrustRing, { first, last }: Heard, end: number): TrustWindow {
    const sums = ring.sums(end);
    const usual = this.#distance.milliseconds;
    const begin = Math.max(first, end - ring.span);
    if (usual > 0 && end - last > GAP * usual) sums.silent += end - Math.max(last + usual, end - ring.span);
    return windowOf(sums, Math.max(1, end - begin));
  }

  #hear(ts: number, received: number): void {
    const heard = this.#heard;
    if (!heard) {
      this.#heard = { first: ts, last: ts, received };
      this.#order.take(ts);
      return;
    }
    const lag = heard.received - heard.last;
    heard.received = Math.max(heard.received, received);
    const distance = ts - heard.last;
    if (this.#order.take(ts) < LATEST) {
      heard.first = Math.min(heard.first, ts);
      return;
    }
    const usual = this.#distance.milliseconds;
    const isSilence = usual > 0 && distance > GAP * usual;
    // What is older than all windows was told by a clock that is wrong: when it is set right, that is no silence either.
    if (distance < 0 || (isSilence && lag > this.#rings.week.span)) this.#follow(distance);
    else {
      if (isSilence) for (const ring of this.#everyRing) ring.silent(heard.last + usual, ts);
      this.#distance.learn(distance);
      heard.last = ts;
    }
  }

  /** Goes on by the clock of the device after it was set: what was counted keeps its age. */
  #follow(distance: number): void {
    const heard = this.#heard;
    if (!heard) return;
    heard.first += distance;
    heard.last += distance;
    for (const ring of this.#everyRing) ring.shift(distance);
  }
}

function isOf(wanted: Quality, quality: Quality | undefined): 0 | 1 {
  return (quality ?? QUALITY.unknown) === wanted ? 1 : 0;
}

/** The score is the product of its parts: a device is to be good in all of them. Readings that no test could judge do not count. */
function windowOf({ readings, good, unknown, checked, breaks, silent, clock }: TrustSums, span: number): TrustWindow {
  const judged = readings - unknown;
  const goodShare = judged === 0 ? 1 : good / judged;
  const gaps = Math.min(1, silent / span);
  const broken = checked === 0 ? 0 : breaks / checked;
  const clockError = clock ?? 0;
  return { score: rounded(goodShare * (1 - gaps) * (1 - broken) * clockFactor(clockError)), readings, good: rounded(goodShare), clockError, gaps: rounded(gaps), breaks: rounded(broken) };
}

/** 1 up to ten seconds, a quarter less for each power of ten beyond: 0.75 at 100 s, 0 at a day. */
function clockFactor(error: number): number {
  const size = Math.abs(error);
  return size <= RIGHT_CLOCK ? 1 : Math.max(0, 1 - Math.log10(size / RIGHT_CLOCK) / CLOCK_DECADES);
}

/** To a thousandth, so that a message is not full of digits. */
function rounded(share: number): number {
  return Math.round(share * 1_000) / 1_000;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
