import { hashText } from '../../sample/identity.ts';
import type { Sample, Values } from '../../sample/sample.ts';
import type { Flag, ReadingTest } from '../quality-test.ts';
import type { Alteration } from './alteration.ts';
import { MetricTests } from './metric-tests.ts';
import type { Rank } from './order.ts';
import { Verdicts } from './verdicts.ts';

/** A test of one metric of one device. */
export interface ReadingTestPlan {
  readonly name: string;
  /** The least rank of a reading that it judges: 2 for a test that goes by the readings before, which one that comes late would disturb. */
  readonly order: Rank;
  /** Whether it judges a reading when the next one is there. */
  readonly delayed: boolean;
  /** Changes when its settings do: what was kept of it under others is of no use. */
  readonly signature: string;
  create(): ReadingTest;
}

/** A test of the samples of one device: what it finds holds for all readings of the sample. */
export interface SampleTest {
  /** @param time at which the sample is judged; see `judgedTime`. @returns 0 when it has nothing to say of this sample. */
  update(sample: Sample, time: number): Flag;
  snapshot(): unknown;
  /** @throws QualitySnapshotError when it is no snapshot of such a test. */
  restore(snapshot: unknown): void;
}

export interface SampleTestPlan {
  readonly name: string;
  /** As in `ReadingTestPlan`, by the order of the device's samples. */
  readonly order: Rank;
  readonly signature: string;
  create(): SampleTest;
}

/** The latest reading of a device beside this one. */
export interface Neighbour {
  readonly ts: number;
  readonly value: number;
}

/** A test that judges a reading beside another value of its time. */
export interface ComparingTest {
  /** @param other NaN when it is missing. */
  update(time: number, value: number, other: number): Flag;
  snapshot(): unknown;
  /** @throws QualitySnapshotError when it is no snapshot of such a test. */
  restore(snapshot: unknown): void;
}

export interface ComparingTestPlan {
  readonly name: string;
  /** As in `ReadingTestPlan`. */
  readonly order: Rank;
  readonly signature: string;
  /** The tag of the devices whose readings it compares with; absent: it needs none. */
  readonly group?: string;
  create(): ComparingTest;
  /** The other value, of the reading's own sample or of the devices beside it. */
  other(values: Values, neighbours: readonly Neighbour[], time: number): number;
}

/** By what the readings of one metric are judged. Shared by all devices of a profile. */
export class MetricPlan {
  readonly tests: readonly ReadingTestPlan[];
  /** They run after the others. */
  readonly comparing: readonly ComparingTestPlan[];
  readonly alteration: Alteration | undefined;
  readonly testing: MetricTests<ReadingTest>;
  readonly comparisons: MetricTests<ComparingTest>;
  /** What the tests that serve all metrics remember of one that is new. */
  readonly memory: readonly number[];
  /** Of the sample's tests first, then of `tests`, then of `comparing`. */
  readonly verdicts: Verdicts;
  /** The flags of the reading that is being judged: of use to whoever judges it, and to nobody afterwards. */
  readonly flags: Flag[];
  /** The tag of the devices whose readings are compared with those of this metric. */
  readonly group: string | undefined;
  /** Whether one of the tests judges a reading when the next one is there. */
  readonly isDelayed: boolean;
  /** Whether a reading may have to be changed after it has gone on, so that its sample is kept for a while. */
  readonly retains: boolean;

  constructor(sampleTests: readonly SampleTestPlan[], tests: readonly ReadingTestPlan[], comparing: readonly ComparingTestPlan[], alteration?: Alteration) {
    this.tests = tests;
    this.comparing = comparing;
    this.alteration = alteration;
    const memory: number[] = [];
    this.testing = new MetricTests(tests, memory);
    this.comparisons = new MetricTests(comparing, memory);
    this.memory = memory;
    this.verdicts = new Verdicts([...sampleTests, ...tests, ...comparing].map(({ name }) => name));
    this.flags = this.verdicts.names.map(() => 0);
    this.group = comparing.find(({ group }) => group !== undefined)?.group;
    this.isDelayed = tests.some(({ delayed }) => delayed);
    this.retains = this.isDelayed || alteration?.onBad === 'interpolate';
  }
}

/** By what the samples of one device are judged. */
export interface DevicePlan {
  readonly sampleTests: readonly SampleTestPlan[];
  of(metric: string): MetricPlan;
  /** Whether readings of other devices are needed. */
  readonly comparesDevices: boolean;
  /** For the metrics beyond the bound of those that are watched: the tests of the sample alone. */
  readonly unwatched: MetricPlan;
}

/** @param options plain JSON. */
export function signatureOf(options: unknown): string {
  return hashText(new TextEncoder().encode(JSON.stringify(options ?? null)));
}
