const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const;
/** Two days are better told as days, and one and a half as hours. */
const LEAST = 2;

/** A duration as people of the editor's language say it, with two digits that count. */
export function shownDuration(milliseconds: number): string {
  const [unit, length] = UNITS.find(([, size]) => milliseconds >= LEAST * size) ?? (milliseconds >= 1_000 ? UNITS[3] : UNITS[4]);
  return new Intl.NumberFormat(RED.i18n.lang(), { style: 'unit', unit, unitDisplay: 'long', maximumSignificantDigits: 2 }).format(milliseconds / length);
}
