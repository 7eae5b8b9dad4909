/** What a metric measures, as far as a test has to know it. */
export type Quantity = 'temperature' | 'pressure' | 'speed' | 'length';

/** Units as UCUM, RFC 8428 and people spell them. */
const UNITS: ReadonlyMap<string, Quantity> = new Map([
  ['Cel', 'temperature'], ['°C', 'temperature'], ['degC', 'temperature'], ['C', 'temperature'],
  ['[degF]', 'temperature'], ['°F', 'temperature'], ['degF', 'temperature'], ['K', 'temperature'],
  ['bar', 'pressure'], ['mbar', 'pressure'], ['hPa', 'pressure'], ['kPa', 'pressure'], ['MPa', 'pressure'], ['Pa', 'pressure'],
  ['[psi]', 'pressure'], ['psi', 'pressure'], ['atm', 'pressure'],
  ['m/s', 'speed'], ['km/h', 'speed'], ['[mi_i]/h', 'speed'], ['mph', 'speed'], ['[kn_i]', 'speed'],
  ['m', 'length'], ['mm', 'length'], ['cm', 'length'], ['km', 'length'], ['[in_i]', 'length'], ['[ft_i]', 'length'],
]);

/** What is measured in a unit: undefined without one, `other` for one that no test has to know. */
export function quantityOf(unit: string | undefined): Quantity | 'other' | undefined {
  if (unit === undefined || unit === '') return undefined;
  return UNITS.get(unit) ?? 'other';
}
