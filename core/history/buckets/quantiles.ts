/** Numbers of one sorted run. */
const RUN = 8_192;

/**
 * Exact quantiles of as many numbers as are added, 8 bytes each, none of whose steps takes long: numbers are sorted in runs as they come, and the
 * k-th of all is found by halving the range of all 64-bit floats, counting in each run what is not greater.
 */
export class Quantiles {
  readonly #runs: Float64Array[] = [];
  #run = new Float64Array(RUN);
  #inRun = 0;
  count = 0;

  add(value: number): void {
    this.#run[this.#inRun++] = value;
    this.count += 1;
    if (this.#inRun < RUN) return;
    this.#runs.push(this.#run.sort());
    this.#run = new Float64Array(RUN);
    this.#inRun = 0;
  }

  /**
   * By the definition 7 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50 (1996): linear between the two
   * numbers nearest to position (n - 1)p. It is what R, NumPy and a spreadsheet's PERCENTILE give.
   *
   * @param p from 0 to 1.
   * @returns NaN of no numbers.
   */
  quantile(p: number): number {
    if (this.count === 0) return Number.NaN;
    const runs = this.#inRun > 0 ? [...this.#runs, this.#run.slice(0, this.#inRun).sort()] : this.#runs;
    const position = (this.count - 1) * p;
    const below = Math.floor(position);
    const low = kth(runs, below);
    const share = position - below;
    if (share === 0) return low;
    const high = kth(runs, below + 1);
    // Not low + (high - low) * share: the difference of two finite numbers may be infinite.
    return low === high ? low : low * (1 - share) + high * share;
  }

  clear(): void {
    this.#runs.length = 0;
    this.#inRun = 0;
    this.count = 0;
  }
}

/** The number at this index, counted from 0, if all runs were sorted into one. */
function kth(runs: readonly Float64Array[], index: number): number {
  const [only] = runs;
  if (only && runs.length === 1) return (only[index] ?? Number.NaN) + 0;
  let low = rankOf(-Infinity);
  let high = rankOf(Infinity);
  while (low < high) {
    const middle = (low + high) >> 1n;
    const value = numberOfRank(middle);
    let notGreater = 0;
    for (const run of runs) notGreater += upperBound(run, value);
    if (notGreater > index) high = middle;
    else low = middle + 1n;
  }
  // Of -0 and 0, which are equal, the rank that was found is that of -0.
  return numberOfRank(low) + 0;
}

function upperBound(run: Float64Array, value: number): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((run[middle] ?? Number.NaN) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

const float = new Float64Array(1);
const bits = new BigInt64Array(float.buffer);
const SIGN = 0x7fff_ffff_ffff_ffffn;

/** An integer for each float, in the same order (IEEE 754: a negative number's magnitude grows with its bits). */
function rankOf(value: number): bigint {
  float[0] = value;
  const raw = bits[0] ?? 0n;
  return raw < 0n ? raw ^ SIGN : raw;
}

function numberOfRank(rank: bigint): number {
  bits[0] = rank < 0n ? rank ^ SIGN : rank;
  return float[0] ?? Number.NaN;
}
