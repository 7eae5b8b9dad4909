import { inverse, minus, numberOf, plus, rational, rationalOf, times } from './rational.ts';
import type { Rational } from './rational.ts';
import { UNITS } from './unit-table.ts';

interface Unit {
  measures: string;
  factor: Rational;
  offset: Rational;
}

const BY_SPELLING: ReadonlyMap<string, Unit> = new Map(
  Object.entries(UNITS).flatMap(([measures, rows]) =>
    rows.flatMap(({ factor, offset = '0', spellings }) => spellings.map((spelling): [string, Unit] => [spelling, { measures, factor: rational(factor), offset: rational(offset) }])),
  ),
);

/** Whether readings in this unit can be converted. */
export function isConvertible(unit: string): boolean {
  return BY_SPELLING.has(unit);
}

/** Whether both measure the same, so that readings in one can be converted into the other. */
export function measureTheSame(unit: string, other: string): boolean {
  const measures = BY_SPELLING.get(unit)?.measures;
  return measures !== undefined && measures === BY_SPELLING.get(other)?.measures;
}

/**
 * A reading in another unit: worked out exactly over the decimal number that the value is written as, then rounded once to the nearest double. So
 * 70.52 °F are 21.4 °C, without a tail of nines.
 *
 * @returns undefined when one of the units is not known, they measure different things, or the value or the result is not finite.
 */
export function convertUnit(value: number, from: string, to: string): number | undefined {
  const source = BY_SPELLING.get(from);
  const target = BY_SPELLING.get(to);
  if (!source || !target || source.measures !== target.measures || !Number.isFinite(value)) return undefined;
  const base = times(plus(rationalOf(value), source.offset), source.factor);
  const converted = numberOf(minus(times(base, inverse(target.factor)), target.offset));
  return Number.isFinite(converted) ? converted : undefined;
}
