import { QUALITY } from '../../sample/sample.ts';
import type { MetricInfo, Quality, ReadingValue, Sample } from '../../sample/sample.ts';
import { graver } from '../aggregate.ts';
import type { Flag, ReadingTest } from '../quality-test.ts';
import { altered, isGood, isToAlter, MOST_INTERPOLATED, onLine } from './alteration.ts';
import type { GoodReading } from './alteration.ts';
import { Order } from './order.ts';
import type { Rank } from './order.ts';
import type { ComparingTest, MetricPlan, Neighbour } from './plan.ts';
import type { RetainedSample } from './retained-sample.ts';
import { marked } from './verdicts.ts';
import type { Verdict } from './verdicts.ts';

/** A reading of a sample that has gone on, and may be changed yet. */
export interface RetainedReading extends GoodReading {
  readonly retained: RetainedSample;
}

/** What a metric remembers besides its tests. */
export interface MetricMemory {
  /** The number of the latest reading, NaN where it was none: what the devices beside this one compare theirs with. */
  lastNumber: number;
  /** The latest that was found good. */
  good: GoodReading | undefined;
  /** Readings held since then. */
  held: number;
  /** The reading whose last flag is known with the next one, and the verdict on it so far. */
  waiting: (RetainedReading & { verdict: Verdict }) | undefined;
  /** Bad and missing readings since the good one, which may come to lie between two good ones. */
  gap: readonly RetainedReading[];
}

/** A reading as it goes on. */
export interface Carried {
  info: MetricInfo;
  value: ReadingValue;
}

const NO_READINGS: readonly RetainedReading[] = [];
const NO_NUMBERS: number[] = [];
const NO_TESTS: readonly never[] = [];

/** The tests of one metric of one device, and what they and its alterations remember. */
export class MetricQuality {
  readonly plan: MetricPlan;
  readonly order = new Order();
  /** What the tests remember that serve other metrics too, and those that serve this one alone; nothing before the first number, which true and false never are. */
  #numbers = NO_NUMBERS;
  #tests: readonly ReadingTest[] = NO_TESTS;
  #comparing: readonly ComparingTest[] = NO_TESTS;
  readonly memory: MetricMemory = { lastNumber: Number.NaN, good: undefined, held: 0, waiting: undefined, gap: NO_READINGS };

  constructor(plan: MetricPlan) {
    this.plan = plan;
  }

  /**
   * Judges a reading by all tests. One that is not the latest of its metric is judged by what needs no order, and nothing of it is
   * remembered.
   *
   * @param sampleFlags what the tests of the sample found, one a test.
   */
  judge(sample: Sample, metric: string, time: number, rank: Rank, sampleFlags: readonly Flag[], neighbours: readonly Neighbour[]): Verdict {
    const { flags } = this.plan;
    const first = sampleFlags.length;
    for (let index = 0; index < first; index += 1) flags[index] = sampleFlags[index] ?? 0;
    const value = sample.values[metric];
    if (typeof value === 'number') this.#test(first, time, Number.isFinite(value) ? value : Number.NaN, rank, sample, neighbours);
    else if (value === null) this.#test(first, time, Number.NaN, rank, sample, neighbours);
    else flags.fill(0, first);
    if (rank > 0) this.memory.lastNumber = typeof value === 'number' ? value : Number.NaN;
    return this.plan.verdicts.of(flags);
  }

  /** Judges the reading before for good, now that `judge` has seen the next one. @param revised gets the samples that are changed by it. */
  settle(metric: string, revised: RetainedSample[]): void {
    const { waiting } = this.memory;
    if (!waiting) return;
    this.memory.waiting = undefined;
    const { retained, ts, value, verdict } = waiting;
    const before = retained.infoOf(metric);
    const q = judgedQuality(before, value, verdict);
    // A reading that no other test judged is not known to be good before.
    if (q !== before.q || verdict.found.some((name) => before.flags?.includes(name) !== true)) revise(retained, metric, this.carried(before, value, verdict, ts, true), revised);
    this.#remember(waiting, metric, q, revised);
  }

  /** The reading as it goes on: with its flags, and altered if it is to be. */
  carried(before: MetricInfo | undefined, value: ReadingValue, verdict: Verdict, time: number, isLatest: boolean): Carried {
    const info = judgedInfo(before, value, verdict);
    const { alteration } = this.plan;
    if (!alteration || !isToAlter(info.q)) return { info, value };
    if (alteration.onBad === 'null') return isMissing(value) ? { info, value } : { info: altered(info, value, 'nulled'), value: null };
    const { good, held } = this.memory;
    if (alteration.onBad !== 'hold' || !isLatest || !good || held >= alteration.readings || time - good.ts > alteration.duration) return { info, value };
    this.memory.held += 1;
    return { info: altered(info, value, 'held'), value: good.value };
  }

  /** The sample of the reading goes on: it is remembered for what is found later. */
  sent(reading: RetainedReading, metric: string, verdict: Verdict, revised: RetainedSample[]): void {
    if (this.plan.isDelayed) this.memory.waiting = { ts: reading.ts, value: reading.value, retained: reading.retained, verdict };
    else this.#remember(reading, metric, reading.retained.infoOf(metric).q, revised);
  }

  /** For a metric whose samples need not be kept: only the last good reading is. */
  passed(value: ReadingValue, time: number, info: MetricInfo): void {
    if (this.plan.alteration && isGood(info.q) && typeof value === 'number') this.#foundGood({ ts: time, value });
  }

  /** What `plan.tests` remember, and after them `plan.comparing`; nothing where none of them has seen a reading. */
  snapshots(): unknown[] {
    if (this.#numbers === NO_NUMBERS) return [];
    const { testing, comparisons } = this.plan;
    return [...testing.snapshots(this.#numbers, this.#tests), ...comparisons.snapshots(this.#numbers, this.#comparing)];
  }

  /** @param index as `snapshots` gives them. @throws QualitySnapshotError when it is no snapshot of that test. */
  restore(index: number, snapshot: unknown): void {
    const { tests, testing, comparisons } = this.plan;
    this.#begin();
    if (index < tests.length) testing.restore(index, snapshot, this.#numbers, this.#tests);
    else comparisons.restore(index - tests.length, snapshot, this.#numbers, this.#comparing);
  }

  #begin(): void {
    if (this.#numbers !== NO_NUMBERS) return;
    this.#numbers = this.plan.memory.slice();
    this.#tests = this.plan.testing.own();
    this.#comparing = this.plan.comparisons.own();
  }

  #test(first: number, time: number, value: number, rank: Rank, sample: Sample, neighbours: readonly Neighbour[]): void {
    this.#begin();
    const { flags, tests: plans, comparing, verdicts } = this.plan;
    for (let index = 0; index < plans.length; index += 1) {
      const plan = plans[index];
      if (!plan) continue;
      const at = first + index;
      const flag = rank < plan.order ? 0 : this.#update(index, time, value);
      if (rank < plan.order || !plan.delayed) flags[at] = flag;
      else {
        const { waiting } = this.memory;
        if (waiting && flag !== 0) waiting.verdict = verdicts.with(waiting.verdict, at, flag);
        flags[at] = Number.isNaN(value) ? QUALITY.missing : QUALITY.unknown;
      }
    }
    for (let index = 0; index < comparing.length; index += 1) {
      const plan = comparing[index];
      flags[first + plans.length + index] = plan && rank >= plan.order ? this.#compare(index, time, value, plan.other(sample.values, neighbours, time)) : 0;
    }
  }

  #update(index: number, time: number, value: number): Flag {
    const { shared, places } = this.plan.testing;
    const test = shared[index];
    const place = places[index] ?? 0;
    return (test ? test.updateIn(this.#numbers, place, time, value, Number.NaN) : this.#tests[place]?.update(time, value)) ?? 0;
  }

  #compare(index: number, time: number, value: number, other: number): Flag {
    const { shared, places } = this.plan.comparisons;
    const test = shared[index];
    const place = places[index] ?? 0;
    return (test ? test.updateIn(this.#numbers, place, time, value, other) : this.#comparing[place]?.update(time, value, other)) ?? 0;
  }

  /** A reading whose quality is known for good. */
  #remember(reading: RetainedReading, metric: string, q: Quality | undefined, revised: RetainedSample[]): void {
    const { alteration } = this.plan;
    const { memory } = this;
    const { ts, value } = reading;
    if (!alteration) return;
    if (isGood(q) && typeof value === 'number') {
      if (memory.good && ts - memory.good.ts <= alteration.duration) for (const one of memory.gap) fillIn(one, metric, memory.good, { ts, value }, revised);
      this.#foundGood({ ts, value });
    } else if (alteration.onBad === 'interpolate' && isToAlter(q) && memory.good) {
      if (memory.gap.length < Math.min(alteration.readings, MOST_INTERPOLATED) && ts - memory.good.ts <= alteration.duration) memory.gap = [...memory.gap, reading];
      // Too long to be filled in: it is left as it is until the next good reading.
      else this.memory.good = undefined;
      if (!memory.good) memory.gap = NO_READINGS;
    }
  }

  #foundGood(reading: GoodReading): void {
    this.memory.good = reading;
    this.memory.held = 0;
    this.memory.gap = NO_READINGS;
  }
}

/** What tests of times find good is still no value. */
function judgedInfo(before: MetricInfo | undefined, value: ReadingValue, verdict: Verdict): MetricInfo {
  const info = marked(before, verdict);
  if (isMissing(value) && isFine(info.q)) info.q = QUALITY.missing;
  return info;
}

/** The quality of `judgedInfo`, without making the rest of it. */
function judgedQuality(before: MetricInfo, value: ReadingValue, { q: found }: Verdict): Quality | undefined {
  const q = found === 0 ? before.q : before.q === undefined ? found : graver(before.q, found);
  return isMissing(value) && isFine(q) ? QUALITY.missing : q;
}

function isFine(q: Quality | undefined): boolean {
  return q === undefined || q === QUALITY.good || q === QUALITY.unknown;
}

function isMissing(value: ReadingValue): boolean {
  return value === null || (typeof value === 'number' && !Number.isFinite(value));
}

function revise(retained: RetainedSample, metric: string, { info, value }: Carried, revised: RetainedSample[]): void {
  retained.revise(metric, info, value);
  if (!revised.includes(retained)) revised.push(retained);
}

function fillIn({ retained, ts, value }: RetainedReading, metric: string, from: GoodReading, to: GoodReading, revised: RetainedSample[]): void {
  revise(retained, metric, { info: altered(retained.infoOf(metric), value, 'interpolated'), value: onLine(from, to, ts) }, revised);
}
