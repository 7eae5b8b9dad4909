import { ConfigError } from '../../errors/holdfast-error.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import type { ReadingTest } from '../quality-test.ts';
import { HOUR, MINUTE, partOf, type Period } from './calendar.ts';
import { readMember, type CheckedMember, type ClimatologyMember } from './climatology-member.ts';
import { isGiven, show } from './options.ts';
import { requireSameLength, toSeries, toValues, type Series, type Value } from './series.ts';
import { sharedBy } from './shared.ts';
import { Stateless } from './stateless.ts';

export type { ClimatologyMember } from './climatology-member.ts';

export interface ClimatologyOptions {
  /** What is usual when. Up to 1,000. A reading that several of them speak of gets its flag from the last of these. */
  members: readonly ClimatologyMember[];
}

/** A climatology can take the depth of a reading into account. */
export interface ClimatologyTest extends ReadingTest {
  readonly delay: 0;
  /** @param depth of the reading, in the unit of the depth spans; NaN, the default, when it has none. */
  update(ts: number, value: number, depth?: number): Quality;
  end(): 0;
}

const NAME = 'climatology_test';
const MOST_MEMBERS = 1_000;

/**
 * `climatology_test`: what is usual at a time of the year, of the week or of the day, and at a depth. A value outside of the fail span
 * of its member is bad, one outside of the suspect span suspect. A reading that no member speaks of is not evaluated (2): one at another
 * time, at another depth, or without a depth where all members have one. The ends of all spans pass (IOOS QARTOD manuals, test 5; ioos_qc
 * `climatology_test` since 2.2, whose `tspan`, `vspan`, `fspan` and `zspan` are called `timeSpan`, `suspectSpan`, `failSpan` and `depthSpan` here). It keeps no state.
 *
 * @throws ConfigError when there is no member, or one cannot be.
 */
export function createClimatologyTest(options: ClimatologyOptions): ClimatologyTest {
  return testOf(options);
}

/** Without a state one test does for all devices. */
const testOf = sharedBy((options: ClimatologyOptions): ClimatologyTest => {
  const members: unknown = options.members;
  if (!Array.isArray(members) || members.length === 0 || members.length > MOST_MEMBERS) {
    throw new ConfigError('members', `members is ${show(members)}: give a list of 1 to ${MOST_MEMBERS} members, each with a timeSpan and a suspectSpan.`);
  }
  return new PeriodicTest(members.map((member: unknown, index) => readMember(`members[${index}]`, member)));
});

/** `climatology_test` over a whole series, with the depth of each reading if it has one; see `createClimatologyTest`. */
export function climatologyTest({ times, values, depths, ...options }: ClimatologyOptions & Series & { depths?: ArrayLike<Value> }): Quality[] {
  const series = toSeries({ times, values });
  const test = createClimatologyTest(options);
  const depthOf = isGiven(depths) ? toValues(depths, 'depths') : [];
  if (isGiven(depths)) requireSameLength('depths', depthOf.length, series.values.length);
  return series.values.map((value, index) => test.update(series.times[index] ?? Number.NaN, value, depthOf[index]));
}

class PeriodicTest extends Stateless implements ClimatologyTest {
  readonly #members: readonly CheckedMember[];
  /** As long as no part of a date that a member goes by can change. */
  readonly #slotLength: number;
  #slot = Number.NaN;
  /** The members that speak of the slot, or might. */
  #inSlot: CheckedMember[] = [];

  constructor(members: readonly CheckedMember[]) {
    super(NAME);
    this.#members = members;
    this.#slotLength = members.some((member) => member.period === 'minute') ? MINUTE : HOUR;
  }

  update(ts: number, value: number, depth = Number.NaN): Quality {
    if (!Number.isFinite(value)) return QUALITY.missing;
    const slot = Math.floor(ts / this.#slotLength);
    if (slot !== this.#slot) this.#enter(slot, ts);
    let flag: Quality = QUALITY.unknown;
    for (const member of this.#inSlot) {
      if (member.speaksOf(ts, depth)) flag = member.judge(value);
    }
    return flag;
  }

  #enter(slot: number, ts: number): void {
    this.#slot = slot;
    let period: Period | undefined;
    let part = Number.NaN;
    this.#inSlot = this.#members.filter((member) => {
      if (member.period !== undefined && member.period !== period) {
        period = member.period;
        part = partOf(period, ts);
      }
      return member.isInPeriod(part);
    });
  }
}
