import type { ReadingTest, TimeTest } from '../quality-test.ts';

/** Says why, in a sentence for the operator. */
export interface Reasoned {
  /** Why the last update found suspect or bad; undefined when it did not. */
  reason(): string | undefined;
}

/** A test of one metric of one device that looks for what sensors do wrong. */
export type SensorTest = ReadingTest & Reasoned;

/** A test of the times of one device that looks for what clocks and networks do wrong. */
export type ClockTest = TimeTest & Reasoned;
