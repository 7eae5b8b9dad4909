/** How whole numbers m(0) = 0, m(1), … are predicted, each from those before it; the formulas are in integers.ts. */

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
  for (let index = 0; index < count; index += 1) {
    const residual = residuals[index] ?? 0;
    residuals[index] = residual < 0 ? -2 * residual - 1 : 2 * residual;
  }
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
