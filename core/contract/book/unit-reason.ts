import type { ReadingValue, RefusalReason } from '../../sample/sample.ts';
import { measureTheSame } from '../units/convert.ts';

/** Why a reading is not in the unit that the contract asks for; undefined when it is, or has no unit or no value. */
export function unitReason(metric: string, asked: string, value: ReadingValue | undefined, unit: string | undefined): RefusalReason | undefined {
  if (unit === undefined || unit === '' || unit === asked || value === undefined || value === null) return undefined;
  const cure = measureTheSame(unit, asked)
    ? `Make the device send ${asked}, or let the contract convert it ("x-coerce": ["unit"]).`
    : 'Correct the unit that the device sends, or x-unit in the contract.';
  return { field: metric, rule: 'x-unit', message: `${metric} is in ${JSON.stringify(unit.slice(0, 60))}; the contract asks for ${JSON.stringify(asked)}. ${cure}` };
}
