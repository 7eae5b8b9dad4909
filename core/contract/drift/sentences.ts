import { excerpt } from '../../decode/limits.ts';
import { ABSENT_SAMPLES } from './device-drift.ts';
import type { Drift } from './drift.ts';

const TYPES: Readonly<Record<string, string>> = { integer: 'a whole number', number: 'a number', string: 'a text', boolean: 'true or false', null: 'no value' };

/** What a drift is and what to do about it, for the person who reads the event. */
export function sentenceOf({ kind, metric, was, is, device, firmware, contract }: Drift): string {
  const who = `${excerpt(device, 80)}${firmware === '' ? '' : ` (firmware ${firmware})`}`;
  const what = excerpt(metric, 80);
  const named = `the contract ${contract.id} (version ${contract.version})`;
  switch (kind) {
    case 'new':
      return `${who} sends ${what}, ${typeName(is)}, which is not in ${named}. Add it to the contract, or stop the device from sending it.`;
    case 'missing':
      return `${who} no longer sends ${what}: it was in nearly all samples, and is in none of the last ${ABSENT_SAMPLES}. Check the sensor and the firmware.`;
    case 'type':
      return `${who} sends ${what} as ${typeName(is)}; it was ${typeName(was)}. Check the firmware, or change the type in ${named}.`;
    case 'unit':
      return `${who} sends ${what} in "${excerpt(is ?? '', 40)}"; it was "${excerpt(was ?? '', 40)}". Check the firmware, or change the unit in ${named}.`;
  }
}

function typeName(type: string | null): string {
  return (type ?? 'null').split(' or ').map((one) => TYPES[one] ?? one).join(' or ');
}
