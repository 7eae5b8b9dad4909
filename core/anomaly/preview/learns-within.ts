/** After so many readings a lasting change counts as usual; the dialog tells what that is in time. */
export const READINGS_UNTIL_USUAL = 1_000;

/** Within what time a lasting change is learned as the new normal, at the pace of a metric. */
export interface LearnsWithin {
  readings: number;
  /** From one reading to the next, as it usually is, in milliseconds. */
  interval: number;
  milliseconds: number;
}

/** @param interval usual time from one reading to the next, in milliseconds; undefined: nobody knows. */
export function learnsWithin(interval: number | undefined): LearnsWithin | undefined {
  if (interval === undefined) return undefined;
  return { readings: READINGS_UNTIL_USUAL, interval, milliseconds: READINGS_UNTIL_USUAL * interval };
}
