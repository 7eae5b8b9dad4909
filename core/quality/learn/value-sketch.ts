import { QuantileSketch } from './quantile-sketch.ts';

/** The middle of so many readings is where the rest is measured from. */
const FIRST = 101;

/**
 * Quantiles of a stream of numbers of either sign, right to half a percent of their distance from the middle of the first readings: so that the
 * tenth of a degree counts at 20 degrees, too.
 */
export class ValueSketch {
  #first: number[] = [];
  #middle: number | undefined = undefined;
  readonly #above = new QuantileSketch();
  readonly #below = new QuantileSketch();

  add(value: number): void {
    if (this.#middle !== undefined) {
      this.#measure(value, this.#middle);
      return;
    }
    this.#first.push(value);
    if (this.#first.length === FIRST) this.#begin();
  }

  /** The value that this share of the stream does not exceed, from 0 to 1; NaN of an empty stream. */
  quantile(share: number): number {
    const middle = this.#middle ?? this.#begin();
    const below = this.#below.count;
    const all = below + this.#above.count;
    if (all === 0) return Number.NaN;
    const rank = share * (all - 1);
    if (rank < below) return middle - this.#below.quantile(below === 1 ? 1 : 1 - rank / (below - 1));
    const above = this.#above.count;
    return middle + this.#above.quantile(above === 1 ? 1 : (rank - below) / (above - 1));
  }

  #begin(): number {
    const sorted = this.#first.toSorted((one, other) => one - other);
    const middle = sorted[sorted.length >> 1] ?? 0;
    this.#middle = middle;
    for (const value of this.#first) this.#measure(value, middle);
    this.#first = [];
    return middle;
  }

  #measure(value: number, middle: number): void {
    if (value < middle) this.#below.add(middle - value);
    else this.#above.add(value - middle);
  }
}
