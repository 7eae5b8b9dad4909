/** How far back the past of a simulated fleet may begin, days. */
export const LONGEST_PAST_DAYS = 60;
/** More would take minutes to send, and the disk of whoever only wanted to try a flow. */
export const MOST_PAST_SAMPLES = 1_000_000;

/** How many samples the past of so many devices has; days and seconds. */
export function pastSamples(days: number, interval: number, devices: number): number {
  return Math.ceil((days * 86_400) / interval) * devices;
}
