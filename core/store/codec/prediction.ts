/** How whole numbers m(0) = 0, m(1), … are predicted, each from those before it; the formulas are in integers.ts. */
import { Lengths } from './residuals.ts';

/** By the number of the weight. */
export const WEIGHTS = [0, 1, 1 / 2, 1 / 4, 1 / 8, 1 / 16] as const;

export interface Prediction {
  /** Which of WEIGHTS; undefined: linear, from the two before. */
  weight: number | undefined;
  start: number;
  /** Single precision. */
  drift: number;
  /** Whether a residual may be negative. */
  signed: boolean;
}

const LINEAR: Prediction = { weight: undefined, start: 0, drift: 0, signed: true };
/** Distances looked at to find a usual one. */
const SAMPLE = 31;
/** What a drift takes more, in bits. */
const DRIFT_BITS = 32;

const lengths = new Lengths();
const sample = new Float64Array(SAMPLE);

export interface BestPrediction extends Prediction {
  /** What its residuals are best coded with. */
  parameter: number;
}

/** Of all predictions that are worth a try, the one whose residuals take least. */
export function bestPrediction(m: Float64Array, count: number): BestPrediction {
  addLinear(m, count);
  let { parameter, bits: least } = lengths.best();
  let best = LINEAR;
  for (const prediction of candidates(m, count)) {
    const { weight = 0, start, drift, signed } = prediction;
    addSmoothed(m, count, WEIGHTS[weight] ?? 0, start, drift, signed);
    const found = lengths.best();
    const bits = found.bits + (drift === 0 ? 0 : DRIFT_BITS);
    if (bits >= least) continue;
    least = bits;
    best = prediction;
    parameter = found.parameter;
  }
  return { ...best, parameter };
}

function candidates(m: Float64Array, count: number): Prediction[] {
  let sum = 0;
  let least = 0;
  let leastDistance = Infinity;
  for (let index = 1; index < count; index += 1) {
    const value = m[index] ?? 0;
    const distance = value - (m[index - 1] ?? 0);
    sum += value;
    if (value < least) least = value;
    if (distance < leastDistance) leastDistance = distance;
  }
  const slope = Math.fround((m[count - 1] ?? 0) / (count - 1));
  const smoothed = (weight: number, drift = 0): Prediction => ({ weight, start: 0, drift, signed: true });
  const level = (start: number, signed: boolean): Prediction => ({ weight: 0, start, drift: 0, signed });
  if (!(leastDistance > 0)) return [smoothed(1), smoothed(2), smoothed(3), smoothed(3, slope), smoothed(5), smoothed(5, slope), level(Math.round(sum / count), true), level(least, false)];
  const rising = [smoothed(1, Math.fround(usualDistance(m, count))), smoothed(5, slope), smoothed(0, slope)];
  // Only a distance that single precision holds is sure to leave nothing negative.
  if (Math.fround(leastDistance) === leastDistance) rising.push({ weight: 1, start: 0, drift: leastDistance, signed: false });
  return rising;
}

function addLinear(m: Float64Array, count: number): void {
  let former = 0;
  let distance = 0;
  lengths.clear();
  for (let index = 1; index < count; index += 1) {
    const value = m[index] ?? 0;
    lengths.add(folded(value - former - distance));
    distance = value - former;
    former = value;
  }
}

function addSmoothed(m: Float64Array, count: number, weight: number, start: number, drift: number, signed: boolean): void {
  let smooth = start;
  let former = 0;
  lengths.clear();
  for (let index = 1; index < count; index += 1) {
    smooth = smooth + (former - smooth) * weight + drift;
    former = m[index] ?? 0;
    const residual = former - Math.round(smooth);
    lengths.add(signed ? folded(residual) : residual);
  }
}

function folded(residual: number): number {
  return residual < 0 ? -2 * residual - 1 : 2 * residual;
}

/** The median of some distances between neighbours. */
function usualDistance(m: Float64Array, count: number): number {
  const taken = Math.min(SAMPLE, count - 1);
  for (let index = 0; index < taken; index += 1) {
    const at = 1 + Math.floor((index * (count - 1)) / taken);
    sample[index] = (m[at] ?? 0) - (m[at - 1] ?? 0);
  }
  return sample.subarray(0, taken).sort()[taken >>> 1] ?? 0;
}

/** Writes what is to be coded for m(1) … m(count - 1) into the beginning of `into`. */
export function predict(m: Float64Array, count: number, { weight, start, drift, signed }: Prediction, into: Float64Array): void {
  if (weight === undefined) predictLinear(m, count, into);
  else predictSmoothed(m, count, WEIGHTS[weight] ?? 0, start, drift, into);
  if (signed) foldSigns(into, count - 1);
}

function predictLinear(m: Float64Array, count: number, into: Float64Array): void {
  let former = 0;
  let distance = 0;
  for (let index = 1; index < count; index += 1) {
    const value = m[index] ?? 0;
    into[index - 1] = value - former - distance;
    distance = value - former;
    former = value;
  }
}

function predictSmoothed(m: Float64Array, count: number, weight: number, start: number, drift: number, into: Float64Array): void {
  let smooth = start;
  let former = 0;
  for (let index = 1; index < count; index += 1) {
    smooth = smooth + (former - smooth) * weight + drift;
    former = m[index] ?? 0;
    into[index - 1] = former - Math.round(smooth);
  }
}

function foldSigns(residuals: Float64Array, count: number): void {
  for (let index = 0; index < count; index += 1) residuals[index] = folded(residuals[index] ?? 0);
}

/** Undoes `predict`: makes m(0) … m(count - 1), in `m`, of what was coded. */
export function unpredict(m: Float64Array, count: number, { weight, start, drift, signed }: Prediction, coded: Float64Array): void {
  if (signed) unfoldSigns(coded, count - 1);
  if (weight === undefined) unpredictLinear(m, count, coded);
  else unpredictSmoothed(m, count, WEIGHTS[weight] ?? 0, start, drift, coded);
}

function unfoldSigns(values: Float64Array, count: number): void {
  for (let index = 0; index < count; index += 1) {
    const value = values[index] ?? 0;
    const half = Math.floor(value * 0.5);
    values[index] = half + half === value ? half : -1 - half;
  }
}

function unpredictLinear(m: Float64Array, count: number, residual: Float64Array): void {
  let former = 0;
  let distance = 0;
  m[0] = 0;
  for (let index = 1; index < count; index += 1) {
    distance += residual[index - 1] ?? 0;
    former += distance;
    m[index] = former;
  }
}

function unpredictSmoothed(m: Float64Array, count: number, weight: number, start: number, drift: number, residual: Float64Array): void {
  let smooth = start;
  let former = 0;
  m[0] = 0;
  for (let index = 1; index < count; index += 1) {
    smooth = smooth + (former - smooth) * weight + drift;
    former = Math.round(smooth) + (residual[index - 1] ?? 0);
    m[index] = former;
  }
}
