import { judgedTime } from '../sample/judged-time.ts';
import { QUALITY } from '../sample/sample.ts';
import type { Quality, ReadingValue, Sample, Values } from '../sample/sample.ts';
import { latestInSnapshot, METRICS_PER_DEVICE, restoreDevice, snapshotDevice } from './device/device-snapshot.ts';
import type { DeviceMemory } from './device/device-snapshot.ts';
import { MetricQuality } from './device/metric-quality.ts';
import { Order } from './device/order.ts';
import type { Rank } from './device/order.ts';
import type { DevicePlan, MetricPlan, Neighbour, SampleTestPlan } from './device/plan.ts';
import { RecentVerdicts } from './device/recent-verdicts.ts';
import { copyOf, RetainedSample } from './device/retained-sample.ts';
import { marked } from './device/verdicts.ts';
import type { Verdict } from './device/verdicts.ts';
import type { Flag } from './quality-test.ts';

/** The worst quality of the readings of a sample; good where nothing was found, or nothing was judged. */
export type Worst = typeof QUALITY.good | typeof QUALITY.missing | typeof QUALITY.suspect | typeof QUALITY.bad;

/** A reading of a former sample whose quality has changed since that sample went on. */
export interface CorrectedReading {
  /** The time at which it was judged. */
  ts: number;
  from: Quality | undefined;
  to: Quality | undefined;
}

/** What became of a sample. */
export interface JudgedSample {
  /** With flags on its readings: an object of its own. Its values are those of the sample itself unless one was altered. */
  sample: Sample;
  worst: Worst;
  /**
   * Former samples of the device of which more is known now: with the ids, times and values that they had, and readings that are worse than they
   * seemed, or have been filled in. The oldest first.
   */
  revised: readonly Sample[];
  /** What that changed, for whoever has counted these readings. */
  corrected: readonly CorrectedReading[];
}

/** The latest readings of the devices beside this one, by metric. */
export type Neighbours = ReadonlyMap<string, readonly Neighbour[]>;

/** What the tests of the sample under way and the tests of its readings found. A list a device would be most of what it remembers. */
const sampleFlags: Flag[] = [];
const sampleVerdicts: Verdict[] = [];
const NO_SAMPLES: readonly Sample[] = [];
const NO_READINGS: readonly CorrectedReading[] = [];
const NO_NEIGHBOURS: readonly Neighbour[] = [];

/** How bad: the order in which the worst of a sample is found. */
const RANK: Readonly<Record<Quality, number>> = { 1: 0, 2: 0, 9: 1, 3: 2, 4: 3 };
const WORST: readonly Worst[] = [QUALITY.good, QUALITY.missing, QUALITY.suspect, QUALITY.bad];

/** A reading of the sample under way whose sample is to be kept. */
interface Kept {
  metric: string;
  quality: MetricQuality;
  verdict: Verdict;
  value: ReadingValue;
}

/**
 * The quality tests of one device. Its state is bounded, goes into a snapshot at any point, and goes on from there with the same
 * flags. A sample that comes again, after a crash for example, gets the flags that it had.
 */
export class DeviceQuality {
  readonly #problem: (error: unknown) => void;
  #plan: DevicePlan | undefined;
  #memory: DeviceMemory = emptyMemory([]);
  /** What was kept, until it is known by which settings the device is judged. */
  #kept: unknown;

  /**
   * @param snapshot what `snapshot` gave, or undefined for a device never heard of.
   * @param problem told of what of the snapshot cannot be used; a test whose part is damaged begins anew.
   */
  constructor(snapshot: unknown, problem: (error: unknown) => void) {
    this.#kept = snapshot;
    this.#problem = problem;
  }

  /** Plain JSON. */
  snapshot(): unknown {
    return this.#plan ? snapshotDevice(this.#plan, this.#memory) : this.#kept;
  }

  /** The latest number of a metric, for the devices beside this one. */
  latest(metric: string): Neighbour | undefined {
    if (!this.#plan) return latestInSnapshot(this.#kept, metric);
    const quality = this.#memory.metrics.get(metric);
    if (!quality || Number.isNaN(quality.memory.lastNumber)) return undefined;
    return { ts: quality.order.last, value: quality.memory.lastNumber };
  }

  /**
   * Judges every reading of the sample. The sample itself and all in it stay as they are.
   *
   * @param plan by what. When it is another one than before, tests whose settings did not change go on where they are.
   * @param neighbours for the metrics that are compared with those of other devices.
   */
  judge(sample: Sample, plan: DevicePlan, neighbours?: Neighbours): JudgedSample {
    if (plan !== this.#plan) this.#follow(plan);
    const { recent } = this.#memory;
    const before = recent.of(sample.id);
    const isHistorical = sample.historical === true;
    const time = judgedTime(sample);
    if (!before) this.#testSample(plan, sample, time, isHistorical);
    sampleVerdicts.length = 0;
    const infos = { ...sample.metrics };
    const revised: RetainedSample[] = [];
    const kept: Kept[] = [];
    let corrected: CorrectedReading[] | undefined;
    let values: Values | undefined;
    // What is said of the sample alone is said once, however many names a device invents.
    let unwatched: Verdict | undefined;
    let worst = 0;
    for (const metric in sample.values) {
      const value = sample.values[metric];
      if (value === undefined || metric === '__proto__') continue;
      const quality = this.#metric(plan, metric);
      const rank: Rank = before || isHistorical || !quality ? -1 : quality.order.take(time);
      if (!quality) {
        if (!unwatched) {
          unwatched = before ? formerVerdict(plan.unwatched, before[sampleVerdicts.length]) : plan.unwatched.verdicts.of(sampleFlags);
          sampleVerdicts.push(unwatched);
        }
        const info = marked(infos[metric], unwatched);
        infos[metric] = info;
        worst = Math.max(worst, RANK[info.q ?? QUALITY.good] ?? 0);
        continue;
      }
      const verdict = before ? formerVerdict(quality.plan, before[sampleVerdicts.length]) : quality.judge(sample, metric, time, rank, sampleFlags, neighbours?.get(metric) ?? NO_NEIGHBOURS);
      sampleVerdicts.push(verdict);
      const isLatest = rank === 2;
      const { waiting } = quality.memory;
      if (isLatest && waiting) {
        const from = waiting.retained.infoOf(metric).q;
        quality.settle(metric, revised);
        const to = waiting.retained.infoOf(metric).q;
        if (to !== from) (corrected ??= []).push({ ts: waiting.ts, from, to });
      }
      const carried = quality.carried(infos[metric], value, verdict, time, isLatest);
      if (carried.info.q !== undefined || infos[metric]) infos[metric] = carried.info;
      if (carried.value !== value) (values ??= { ...sample.values })[metric] = carried.value;
      worst = Math.max(worst, RANK[carried.info.q ?? QUALITY.good] ?? 0);
      if (!isLatest) continue;
      if (quality.plan.retains) kept.push({ metric, quality, verdict, value });
      else quality.passed(value, time, carried.info);
    }
    if (!before) recent.add(sample.id, sampleVerdicts);
    const judged = copyOf(sample);
    judged.metrics = infos;
    if (values) judged.values = values;
    if (kept.length > 0) keep(kept, new RetainedSample(judged), time, revised);
    return {
      sample: judged, worst: WORST[worst] ?? QUALITY.good, corrected: corrected ?? NO_READINGS,
      revised: revised.length === 0 ? NO_SAMPLES : revised.map((one) => one.copy()).sort((a, b) => a.ts - b.ts),
    };
  }

  #testSample({ sampleTests: plans }: DevicePlan, sample: Sample, time: number, isHistorical: boolean): void {
    const { order, sampleTests } = this.#memory;
    const rank = isHistorical ? -1 : order.take(time);
    sampleFlags.length = sampleTests.length;
    for (let index = 0; index < sampleTests.length; index += 1) {
      const plan = plans[index];
      sampleFlags[index] = (plan && rank >= plan.order ? sampleTests[index]?.update(sample, time) : 0) ?? 0;
    }
  }

  #metric(plan: DevicePlan, metric: string): MetricQuality | undefined {
    const { metrics } = this.#memory;
    const known = metrics.get(metric);
    if (known || metrics.size >= METRICS_PER_DEVICE) return known;
    const made = new MetricQuality(plan.of(metric));
    metrics.set(metric, made);
    return made;
  }

  #follow(plan: DevicePlan): void {
    const snapshot = this.snapshot();
    this.#plan = plan;
    this.#kept = undefined;
    this.#memory = emptyMemory(plan.sampleTests);
    if (snapshot === undefined || snapshot === null) return;
    try {
      restoreDevice(plan, this.#memory, snapshot, this.#problem);
    } catch (error) {
      this.#problem(error);
    }
  }
}

function emptyMemory(sampleTests: readonly SampleTestPlan[]): DeviceMemory {
  return { order: new Order(), sampleTests: sampleTests.map((test) => test.create()), metrics: new Map(), recent: new RecentVerdicts() };
}

/** The verdict on a reading that comes again; none where it was not judged by these tests. */
function formerVerdict({ verdicts }: MetricPlan, digits: string | undefined): Verdict {
  return verdicts.of(verdicts.flagsOf(digits) ?? []);
}

function keep(readings: readonly Kept[], retained: RetainedSample, time: number, revised: RetainedSample[]): void {
  for (const { metric, quality, verdict, value } of readings) quality.sent({ ts: time, value, retained }, metric, verdict, revised);
}
