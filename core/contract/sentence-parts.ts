/** What a contract asks for, by the name of the type. */
const TYPES: Readonly<Record<string, string>> = {
  number: 'a number', integer: 'a whole number', string: 'a text', boolean: 'true or false', null: 'null (no value)', object: 'an object', array: 'an array',
  timestamp: 'a time such as 2026-01-31T12:00:00Z', float32: 'a number', float64: 'a number',
  int8: 'a whole number from -128 to 127', uint8: 'a whole number from 0 to 255', int16: 'a whole number from -32768 to 32767', uint16: 'a whole number from 0 to 65535',
  int32: 'a whole number from -2147483648 to 2147483647', uint32: 'a whole number from 0 to 4294967295',
};

/** The types in words: "a number or null (no value)". */
export function typesInWords(types: unknown): string {
  return (Array.isArray(types) ? types : [types]).map((type) => TYPES[String(type)] ?? String(type)).join(' or ');
}

/** A value as it is told to a person, cut to sixty characters. */
export function shown(value: unknown): string {
  if (typeof value === 'string') return `the text "${cut(value)}"`;
  if (value === undefined) return 'missing';
  // Only the beginning is told, and a large value would take long to write.
  if (Array.isArray(value)) return `a list of ${plural(value.length, 'element')}`;
  if (typeof value === 'object' && value !== null) return `an object with ${plural(Object.keys(value).length, 'member')}`;
  return cut(typeof value === 'bigint' ? String(value) : JSON.stringify(value) ?? typeof value);
}

/** The first eight values, and how many more there are. */
export function list(values: unknown): string {
  if (!Array.isArray(values)) return shown(values);
  const first = values.slice(0, 8).map((value) => shown(value)).join(', ');
  return values.length > 8 ? `${first} and ${values.length - 8} more` : first;
}

export function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** At most sixty characters, without those that do not show. */
export function cut(text: string): string {
  const clean = text.slice(0, 61).replace(/\p{C}/gu, '·');
  return clean.length > 60 ? `${clean.slice(0, 60)}…` : clean;
}
