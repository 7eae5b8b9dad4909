/** The smallest number with so many digits that is not below the value. */
export function roundedUp(value: number, digits = 2): number {
  return roundedBy(value, unitOf(value, digits), Math.ceil);
}

/** The largest number with so many digits that is not above the value. */
export function roundedDown(value: number, digits = 2): number {
  return roundedBy(value, unitOf(value, digits), Math.floor);
}

/** A span that holds the one given, its ends rounded outwards to a tenth of the power of ten in its width. */
export function roundedSpan(low: number, high: number): [number, number] {
  const unit = unitOf(high - low, 2);
  return [roundedBy(low, unit, Math.floor), roundedBy(high, unit, Math.ceil)];
}

function unitOf(value: number, digits: number): number {
  return value === 0 ? 0 : 10 ** (Math.floor(Math.log10(Math.abs(value))) - digits + 1);
}

/** Dividing by a power of ten and rounding leaves dust such as 0.30000000000000004, which twelve digits take away. */
function roundedBy(value: number, unit: number, round: (value: number) => number): number {
  if (unit === 0 || !Number.isFinite(unit)) return value;
  return Number((round(Number((value / unit).toPrecision(12))) * unit).toPrecision(12));
}
