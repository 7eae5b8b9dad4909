import { QUALITY } from '../../sample/sample.ts';
import type { MetricInfo, Quality } from '../../sample/sample.ts';
import { aggregateFlags, graver } from '../aggregate.ts';
import type { Flag } from '../quality-test.ts';

/** What all tests of one reading come to. Readings whose tests found the same share one; it is frozen, and so is all in it. */
export interface Verdict {
  /** The aggregate of the flags; 0: no test ran. */
  readonly q: Flag;
  /** The names of the tests that found the reading suspect or bad. */
  readonly found: readonly string[];
  /** Of the tests that ran. */
  readonly tests: Readonly<Record<string, Quality>>;
  /** One a test, 0 where it did not run. */
  readonly flags: readonly Flag[];
  /** One digit a test: what is kept of a verdict on disk. */
  readonly digits: string;
}

/** So many digits of base 6 fit into a double. */
const DIGITS_OF_A_KEY = 20;
/** More combinations than any machine brings about; beyond it they are made anew each time. */
const MOST_KEPT = 4_096;
const MISSING_DIGIT = 5;

/** The verdicts on one metric, for all devices that are judged by the same tests: one object for each combination of flags that occurs. */
export class Verdicts {
  readonly names: readonly string[];
  readonly #known = new Map<number, Map<number, Verdict>>();
  #size = 0;
  /** Of the call under way. */
  readonly #changed: Flag[] = [];
  /** Most readings come to the same verdict as the one before. */
  #latest: Verdict | undefined;
  #latestChange: { readonly from: Verdict; readonly place: number; readonly flag: Flag; readonly to: Verdict } | undefined;

  /** @param names of the tests, in the order of the flags. */
  constructor(names: readonly string[]) {
    this.names = names;
  }

  /** @param flags one for each test, 0 where it did not run; read, not kept. */
  of(flags: readonly Flag[]): Verdict {
    if (this.#latest && this.#isSame(this.#latest.flags, flags)) return this.#latest;
    return this.#latest = this.#find(flags);
  }

  /** The same verdict with another flag of one test. */
  with(verdict: Verdict, place: number, flag: Flag): Verdict {
    const latest = this.#latestChange;
    if (latest?.from === verdict && latest.place === place && latest.flag === flag) return latest.to;
    const { flags } = verdict;
    for (let index = 0; index < flags.length; index += 1) this.#changed[index] = flags[index] ?? 0;
    this.#changed[place] = flag;
    const to = this.#find(this.#changed);
    this.#latestChange = { from: verdict, place, flag, to };
    return to;
  }

  /** The flags of a verdict that was kept as digits; undefined when they are none of these tests. */
  flagsOf(digits: unknown): Flag[] | undefined {
    if (typeof digits !== 'string' || digits.length !== this.names.length || !/^[0-5]*$/.test(digits)) return undefined;
    return Array.from(digits, (digit) => FLAGS[Number(digit)] ?? 0);
  }

  #find(flags: readonly Flag[]): Verdict {
    let low = 0;
    let high = 0;
    for (let index = 0; index < this.names.length; index += 1) {
      const flag = flags[index] ?? 0;
      const digit = flag === QUALITY.missing ? MISSING_DIGIT : flag;
      if (index < DIGITS_OF_A_KEY) low = low * 6 + digit;
      else high = high * 6 + digit;
    }
    const known = this.#known.get(high)?.get(low);
    if (known) return known;
    const made = this.#make(flags);
    if (this.#size < MOST_KEPT) this.#keep(high, low, made);
    return made;
  }

  #isSame(one: readonly Flag[], other: readonly Flag[]): boolean {
    for (let index = 0; index < this.names.length; index += 1) if (one[index] !== (other[index] ?? 0)) return false;
    return true;
  }

  #keep(high: number, low: number, verdict: Verdict): void {
    const others = this.#known.get(high) ?? new Map<number, Verdict>();
    this.#known.set(high, others.set(low, verdict));
    this.#size += 1;
  }

  #make(flags: readonly Flag[]): Verdict {
    const tests: Record<string, Quality> = {};
    const found: string[] = [];
    for (const [index, name] of this.names.entries()) {
      const flag = flags[index] ?? 0;
      if (flag === 0) continue;
      tests[name] = flag;
      if (flag === QUALITY.suspect || flag === QUALITY.bad) found.push(name);
    }
    const ran = Object.values(tests);
    const digits = this.names.map((_, index) => FLAGS.indexOf(flags[index] ?? 0)).join('');
    return Object.freeze({ q: ran.length === 0 ? 0 : aggregateFlags(ran), found: Object.freeze(found), tests: Object.freeze(tests), flags: Object.freeze(this.names.map((_, index) => flags[index] ?? 0)), digits });
  }
}

const FLAGS: readonly Flag[] = [0, QUALITY.good, QUALITY.unknown, QUALITY.suspect, QUALITY.bad, QUALITY.missing];

/** What a reading carries once it has been judged: a new object; what it carried before stays as it is. */
export function marked(info: MetricInfo | undefined, { q, found, tests }: Verdict): MetricInfo {
  if (!info) {
    if (q === 0) return {};
    return found.length === 0 ? { q, tests } : { q, flags: [...found], tests };
  }
  const carries = { ...info };
  if (q === 0) return carries;
  carries.q = info.q === undefined ? q : graver(info.q, q);
  // A function node may have put whatever it likes in the place of a list.
  const before = Array.isArray(info.flags) ? info.flags : [];
  if (found.length > 0) carries.flags = [...before, ...found.filter((name) => !before.includes(name))];
  carries.tests = typeof info.tests === 'object' && info.tests !== null ? { ...info.tests, ...tests } : tests;
  return carries;
}
