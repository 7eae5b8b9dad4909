import type { Quantity } from './quantity.ts';

/** What a reading becomes when its unit changes: `factor` × reading + `offset`. */
export interface Conversion {
  /** Only of readings of such a quantity; undefined: of all. */
  quantity?: Quantity;
  factor: number;
  offset: number;
  /** Ends a sentence that begins with "as if". */
  words: string;
}

/** Exact by definition of the units (NIST SP 811, appendix B), psi to six digits. */
export const CONVERSIONS: readonly Conversion[] = [
  { quantity: 'temperature', factor: 1.8, offset: 32, words: 'they came in degrees Fahrenheit instead of Celsius' },
  { quantity: 'temperature', factor: 1 / 1.8, offset: -32 / 1.8, words: 'they came in degrees Celsius instead of Fahrenheit' },
  { quantity: 'temperature', factor: 1, offset: 273.15, words: 'they came in kelvins instead of degrees Celsius' },
  { quantity: 'temperature', factor: 1, offset: -273.15, words: 'they came in degrees Celsius instead of kelvins' },
  { quantity: 'pressure', factor: 14.5038, offset: 0, words: 'they came in psi instead of bar' },
  { quantity: 'pressure', factor: 1 / 14.5038, offset: 0, words: 'they came in bar instead of psi' },
  { quantity: 'pressure', factor: 6.89476, offset: 0, words: 'they came in kilopascals instead of psi' },
  { quantity: 'pressure', factor: 1 / 6.89476, offset: 0, words: 'they came in psi instead of kilopascals' },
  { quantity: 'speed', factor: 3.6, offset: 0, words: 'they came in km/h instead of m/s' },
  { quantity: 'speed', factor: 1 / 3.6, offset: 0, words: 'they came in m/s instead of km/h' },
  { quantity: 'speed', factor: 1.609344, offset: 0, words: 'they came in km/h instead of miles an hour' },
  { quantity: 'speed', factor: 1 / 1.609344, offset: 0, words: 'they came in miles an hour instead of km/h' },
  { quantity: 'length', factor: 25.4, offset: 0, words: 'they came in millimetres instead of inches' },
  { quantity: 'length', factor: 1 / 25.4, offset: 0, words: 'they came in inches instead of millimetres' },
  { quantity: 'length', factor: 1 / 0.3048, offset: 0, words: 'they came in feet instead of metres' },
  { quantity: 'length', factor: 0.3048, offset: 0, words: 'they came in metres instead of feet' },
  { factor: 10, offset: 0, words: 'the decimal point moved: they are ten times as large' },
  { factor: 0.1, offset: 0, words: 'the decimal point moved: they are a tenth' },
  { factor: 100, offset: 0, words: 'they came in a unit a hundred times smaller' },
  { factor: 0.01, offset: 0, words: 'they came in a unit a hundred times larger' },
  { factor: 1000, offset: 0, words: 'they came in a unit a thousand times smaller' },
  { factor: 0.001, offset: 0, words: 'they came in a unit a thousand times larger' },
];
