/** More decimals than these are taken for a value without steps. */
const MOST_DECIMALS = 6;
/** Multiplying by a power of ten leaves an error of this relative size at most. */
const ROUNDING = 1e-12;

/** Stands for a series that is finer than `MOST_DECIMALS`. */
export const CONTINUOUS = MOST_DECIMALS + 1;

/** How many decimals a value is written with, at least `known`; `CONTINUOUS` beyond six. */
export function decimalsOf(value: number, known: number): number {
  if (known >= CONTINUOUS) return CONTINUOUS;
  let power = 10 ** known;
  for (let decimals = known; decimals <= MOST_DECIMALS; decimals += 1) {
    const shifted = value * power;
    if (Math.abs(shifted - Math.round(shifted)) <= ROUNDING * Math.abs(shifted)) return decimals;
    power *= 10;
  }
  return CONTINUOUS;
}

/** The unit of the last decimal: 0.1 for one decimal, 0 when continuous. */
export function resolutionOf(decimals: number): number {
  return decimals >= CONTINUOUS ? 0 : 10 ** -decimals;
}
