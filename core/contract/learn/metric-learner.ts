import type { ReadingValue } from '../../sample/sample.ts';
import type { ReadingType } from './proposed-contract.ts';

const MOST_TEXTS = 20;
const LONGEST_TEXT = 100;
const MOST_UNITS = 5;
/** A double holds no more digits than that behind the point that anybody meant. */
const MOST_DECIMALS = 9;

/** What has been seen of one metric, over all devices: a few numbers, whatever the traffic. */
export class MetricLearner {
  /** Readings, those without a value among them. */
  readings = 0;
  nulls = 0;
  low = Infinity;
  high = -Infinity;
  /** The most digits behind the point. */
  decimals = 0;
  /** The longest text, in characters. */
  longest = 0;
  /** Readings with a value that came without a unit. */
  withoutUnit = 0;
  readonly types = new Set<ReadingType>();
  readonly units = new Set<string>();
  /** How often each text came; undefined: there are more than twenty, or long ones. */
  texts: Map<string, number> | undefined = new Map();

  add(value: ReadingValue, unit: string | undefined): void {
    this.readings += 1;
    if (value === null) {
      this.nulls += 1;
      this.types.add('null');
      return;
    }
    if (unit === undefined) this.withoutUnit += 1;
    else if (this.units.size < MOST_UNITS) this.units.add(unit);
    if (typeof value === 'number') this.#addNumber(value);
    else if (typeof value === 'string') this.#addText(value);
    else this.types.add('boolean');
  }

  #addNumber(value: number): void {
    this.types.add(Number.isInteger(value) ? 'integer' : 'number');
    if (value < this.low) this.low = value;
    if (value > this.high) this.high = value;
    while (this.decimals < MOST_DECIMALS && !hasDecimals(value, this.decimals)) this.decimals += 1;
  }

  #addText(value: string): void {
    this.types.add('string');
    if (value.length > this.longest) this.longest = value.length;
    if (!this.texts) return;
    const count = this.texts.get(value);
    if (count === undefined && (this.texts.size >= MOST_TEXTS || value.length > LONGEST_TEXT)) this.texts = undefined;
    else this.texts.set(value, (count ?? 0) + 1);
  }
}

/** Whether so many digits behind the point are enough for a number. */
function hasDecimals(value: number, decimals: number): boolean {
  return Number(value.toFixed(decimals)) === value;
}
