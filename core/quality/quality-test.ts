import type { Quality } from '../sample/sample.ts';

/** The flag of a reading; 0: of none yet, since the test has to see the next reading first. */
export type Flag = Quality | 0;

/**
 * One quality test on one metric of one device, reading by reading. It gives the same flags as the same test over the whole
 * series at once (`runTest`). Its state is bounded: a handful of numbers, windows apart.
 */
export interface ReadingTest {
  /** How many readings later the flag of a reading is known: a spike is judged when the next reading is there. */
  readonly delay: 0 | 1;
  /**
   * Takes the next reading: its event time in milliseconds, and its value, NaN when it is missing.
   *
   * @returns the flag of the reading `delay` readings before this one; 0 when there is none.
   */
  update(ts: number, value: number): Flag;
  /** The flag of the reading that waits for a next one, as it is when none comes; 0 when none waits. Changes nothing. */
  end(): Flag;
  /** Plain JSON. A test that is given it goes on as this one would have. */
  snapshot(): unknown;
  /** @throws QualitySnapshotError when it is no snapshot of such a test. */
  restore(snapshot: unknown): void;
}

/** One quality test on the times of the samples of one device. */
export interface TimeTest {
  /** Takes the times of the next sample: its event time and its reception, in milliseconds. @returns the flag of this sample. */
  update(ts: number, received: number): Quality;
  /** Plain JSON. */
  snapshot(): unknown;
  /** @throws QualitySnapshotError when it is no snapshot of such a test. */
  restore(snapshot: unknown): void;
}
