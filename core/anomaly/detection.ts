import type { AnomalyInfo } from '../sample/sample.ts';
import type { DetectorSnapshot } from './snapshot.ts';

/** The form of an anomaly, as the detector names it to the operator. */
export type AnomalyKind = 'spike' | 'level shift' | 'trend change' | 'variance change' | 'missing season' | 'flat line' | 'unusual shape';

/** How much a detector may remember: `full` up to 512 KiB a series, `lite` up to 4 KiB; what the objects around it take comes on top, about 5 KB. */
export type Profile = 'full' | 'lite';

/** What a detector says of one reading. Everything in it is plain JSON. */
export interface Detection extends AnomalyInfo {
  /**
   * How much is new and unusual about the reading: 1 is where an episode begins at the usual sensitivity. A reading that is no more unusual than
   * those of late counts a fifth, so that each anomaly stands out once; 0 while the detector is warming up.
   */
  score: number;
  /** How unusual the reading is in itself, on the same scale: episodes follow this. */
  intensity: number;
  /** What the intensity was made from: for each part that spoke, how much of it is its own. */
  parts: Readonly<Record<string, number>>;
}

/** Judges the readings of one metric of one device, one by one. */
export interface Detector {
  readonly profile: Profile;
  /**
   * Judges a reading, then learns from it. `ts` is its event time, ms since the epoch. A reading that is not later than
   * the last one learned (late, or delivered again) is judged and not learned: the state stays as it is. So does it when
   * `learn` is false, and for a reading that is no finite number, which is not judged either.
   */
  update(ts: number, value: number | null, learn?: boolean): Detection;
  /**
   * A person's answer to "was this expected?", about the episode that runs, or about the last one. An expected episode
   * becomes part of what is usual: what is no more unusual than it was begins no episode from now on. One that was not
   * expected stays an anomaly: the detector does not get used to it.
   *
   * @returns false when there is no episode to speak of.
   */
  answer(expected: boolean): boolean;
  /** Memory of the state, in bytes. */
  readonly bytes: number;
  snapshot(): DetectorSnapshot;
  /**
   * Goes on, bit for bit, where a detector of the same options gave the snapshot. Takes what came out of storage as it is:
   * throws a HoldfastError, code `HOLDFAST_DETECTOR_SNAPSHOT`, and stays as it was when it is damaged.
   */
  restore(snapshot: unknown): void;
}
