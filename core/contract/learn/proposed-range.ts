import type { Span } from './proposed-contract.ts';

interface RangeOptions {
  metric: string;
  unit: string | undefined;
  /** Of the span, on each side; of the value itself where it never changed. */
  margin: number;
  isWhole: boolean;
}

/** Scales whose zero is a mark like others, and quantities that have a sign. */
const SIGNED_UNITS: ReadonlySet<string> = new Set(['Cel', '°C', 'C', 'degC', '[degF]', 'degF', '°F', 'F', 'dB', 'dBm', 'dBW', 'deg', '°', 'rad', 'lat', 'lon', 'V', 'A', 'mA', 'mV', 'W', 'kW', 'VAR', 'var']);
const SIGNED_NAMES = /temp|dew|lat|lon|lng|altitude|elevation|offset|delta|diff|error|angle|rssi|tilt|accel|gyro/i;
const PERCENT_UNITS: ReadonlySet<string> = new Set(['%', '%RH', '%EL', 'percent']);
const PERCENT_NAMES = /percent|pct|humidity|soc$|state_of_charge/i;

/**
 * The range that numbers may have from now on: what was seen, widened by the margin and rounded outwards to two digits of the span. It does
 * not cross 0, nor 100 for a percentage, where what was seen does not and such a bound is in the nature of the thing. Undefined
 * when the numbers are too large for a span.
 */
export function proposedRange(seen: Span, { metric, unit, margin, isWhole }: RangeOptions): Span | undefined {
  const span = seen.high - seen.low;
  const widening = margin * (span > 0 ? span : Math.abs(seen.high) || 1);
  const step = stepOf(Math.max(span, widening), isWhole);
  if (!Number.isFinite(span + widening)) return undefined;
  const low = Math.min(seen.low, rounded(seen.low - widening, step, Math.floor));
  const high = Math.max(seen.high, rounded(seen.high + widening, step, Math.ceil));
  if (!Number.isFinite(low) || !Number.isFinite(high)) return undefined;
  const isSigned = unit === undefined ? SIGNED_NAMES.test(metric) : SIGNED_UNITS.has(unit);
  const isPercent = unit === undefined ? PERCENT_NAMES.test(metric) : PERCENT_UNITS.has(unit);
  return {
    low: seen.low >= 0 && !isSigned ? Math.max(0, low) : low,
    high: isPercent && seen.low >= 0 && seen.high <= 100 ? Math.min(100, high) : high,
  };
}

/** A tenth of the power of ten that the width has. */
function stepOf(width: number, isWhole: boolean): number {
  const step = 10 ** (Math.floor(Math.log10(width)) - 1);
  return isWhole ? Math.max(1, step) : step;
}

function rounded(value: number, step: number, round: (value: number) => number): number {
  const steps = round(value / step);
  // Beyond that a double knows no single steps, and a step too small to be told from 0 rounds nothing.
  if (!(Math.abs(steps) <= Number.MAX_SAFE_INTEGER)) return value;
  return Number((steps * step).toPrecision(15)) + 0;
}
