/** Writes a number with two digits of the spread it is compared by: 98.2 beside a spread of 3.5. */
export function rounded(value: number, scale: number): string {
  const digits = 1 - Math.floor(Math.log10(scale));
  const magnitude = Math.abs(value);
  if (!(scale > 0) || magnitude >= 1e15 || digits > 12) return short(value);
  const text = value.toFixed(Math.max(0, digits));
  return Number(text) === 0 ? text.replace('-', '') : text;
}

/** Four digits; rounded up, the largest numbers of all are numbers no longer, and stay a text. */
function short(value: number): string {
  const text = value.toPrecision(4);
  const number = Number(text);
  return Number.isFinite(number) ? String(number) : text;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A stretch of time as people say it: `40 days`, `5 hours`. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 2 * DAY) return `${Math.round(milliseconds / DAY)} days`;
  if (milliseconds >= 2 * HOUR) return `${Math.round(milliseconds / HOUR)} hours`;
  if (milliseconds >= 2 * MINUTE) return `${Math.round(milliseconds / MINUTE)} minutes`;
  return `${Math.max(1, Math.round(milliseconds / 1_000))} seconds`;
}
