/** Longer than this nobody is believed, in milliseconds. */
const LONGEST = 3_600_000;

/**
 * What a Retry-After header says (RFC 9110, section 10.2.3: seconds or a date), in milliseconds from `now`; undefined where there is none that is understood.
 */
export function retryAfterOf(header: string | undefined, now: number): number | undefined {
  const text = header?.trim() ?? '';
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST, Math.max(0, wait));
}
