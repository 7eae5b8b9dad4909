import { hashText } from '../../sample/identity.ts';
import type { Sample, Values } from '../../sample/sample.ts';
import type { Flag, ReadingTest } from '../quality-test.ts';
import type { Alteration } from './alteration.ts';
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

/** The latest readings of one metric of the other devices of a group. */
export interface Neighbour {
  readonly ts: number;
  readonly value: number;
}

/** A test that compares a reading with others of the same time: of its own sample, or of the devices beside it. */
export interface ComparingTest {
  readonly name: string;
  /** The tag of the devices whose readings it compares with; absent: it needs none. */
  readonly group?: string;
  judge(time: number, value: number, values: Values, neighbours: readonly Neighbour[]): Flag;
}

/** By what the readings of one metric are judged. Shared by all devices of a profile. */
export class MetricPlan {
  readonly tests: readonly ReadingTestPlan[];
  readonly comparing: readonly ComparingTest[];
  readonly alteration: Alteration | undefined;
  /** Of the sample's tests first, then of `tests`, then of `comparing`. */
  readonly verdicts: Verdicts;
  /** Whether one of the tests judges a reading when the next one is there. */
  readonly isDelayed: boolean;
  /** Whether a reading may have to be changed after it has gone on, so that its sample is kept for a while. */
  readonly retains: boolean;

  constructor(sampleTests: readonly SampleTestPlan[], tests: readonly ReadingTestPlan[], comparing: readonly ComparingTest[], alteration?: Alteration) {
    this.tests = tests;
    this.comparing = comparing;
    this.alteration = alteration;
    this.verdicts = new Verdicts([...sampleTests, ...tests, ...comparing].map(({ name }) => name));
    this.isDelayed = tests.some(({ delayed }) => delayed);
    this.retains = this.isDelayed || alteration?.onBad === 'interpolate';
  }
}

/** By what the samples of one device are judged. */
export interface DevicePlan {
  readonly sampleTests: readonly SampleTestPlan[];
  of(metric: string): MetricPlan;
  /** For the metrics beyond the bound of those that are watched: the tests of the sample alone. */
  readonly unwatched: MetricPlan;
}

/** @param options plain JSON. */
export function signatureOf(options: unknown): string {
  return hashText(new TextEncoder().encode(JSON.stringify(options ?? null)));
}
