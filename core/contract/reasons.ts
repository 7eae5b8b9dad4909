import type { ErrorObject } from 'ajv/dist/2020.js';
import type { RefusalReason } from '../sample/sample.ts';
import { LONGEST_TESTED } from './guard.ts';

const MOST = 20;
type Sentence = (field: string, error: ErrorObject) => string;

/** What a contract asks for, by ajv's name of the type. */
const TYPES: Record<string, string> = {
  number: 'a number', integer: 'a whole number', string: 'a text', boolean: 'true or false', null: 'null (no value)', object: 'an object', array: 'an array',
};

/** One sentence for each keyword: field, value, rule and cure. */
const SENTENCES: Record<string, Sentence> = {
  type: (field, error) => `${field} is ${shown(error.data)}; the contract asks for ${typesOf(error)}. ${typeCure(error)}`,
  minimum: (field, error) => bound(field, error, 'at least', 'lower the minimum'),
  maximum: (field, error) => bound(field, error, 'at most', 'raise the maximum'),
  exclusiveMinimum: (field, error) => bound(field, error, 'only more than', 'lower the limit'),
  exclusiveMaximum: (field, error) => bound(field, error, 'only less than', 'raise the limit'),
  multipleOf: (field, error) => `${field} is ${shown(error.data)}; the contract allows only multiples of ${shown(error.params['multipleOf'])}. Check the device's rounding, or change the step in the contract.`,
  enum: (field, error) => `${field} is ${shown(error.data)}; the contract allows only ${list(error.params['allowedValues'])}. Correct what the device sends, or add the value to the contract.`,
  const: (field, error) => `${field} is ${shown(error.data)}; the contract allows only ${shown(error.params['allowedValue'])}. Correct what the device sends, or change the contract.`,
  required: (field) => `${field} is missing; the contract requires it. Make the device send it, or make it optional in the contract.`,
  additionalProperties: (field) => `${field} is not in the contract, which allows no other metrics. Remove it from what the device sends, or add it to the contract.`,
  unevaluatedProperties: (field) => `${field} is not in the contract, which allows no other metrics. Remove it from what the device sends, or add it to the contract.`,
  propertyNames: (field, error) => `The metric name ${shown(error.params['propertyName'])} breaks the contract's rule for names${at(field)}. Rename the metric, or change the rule.`,
  pattern: (field, error) => tooLong(error)
    ?? `${field} is ${shown(error.data)}; it does not have the form that the contract asks for (pattern ${cut(String(error.params['pattern']))}). Correct what the device sends, or change the pattern.`,
  format: (field, error) => tooLong(error)
    ?? `${field} is ${shown(error.data)}; the contract asks for the format ${shown(error.params['format'])}. Correct what the device sends, or change the format in the contract.`,
  minLength: (field, error) => `${field} is ${shown(error.data)}; the contract asks for at least ${count(error, 'character')}. Correct what the device sends, or lower minLength in the contract.`,
  maxLength: (field, error) => `${field} is ${shown(error.data)}; the contract allows at most ${count(error, 'character')}. Shorten the text, or raise maxLength in the contract.`,
  minProperties: (_, error) => `The sample has ${metricsIn(error.data)}; the contract asks for at least ${count(error, 'metric')}. Make the device send more, or lower minProperties in the contract.`,
  maxProperties: (_, error) => `The sample has ${metricsIn(error.data)}; the contract allows at most ${count(error, 'metric')}. Make the device send fewer, or raise maxProperties in the contract.`,
  dependentRequired: dependency,
  dependencies: dependency,
  anyOf: (field) => `${field} meets none of the alternatives of the contract (anyOf). Compare it with each of them, and correct the device or the contract.`,
  oneOf: (field, error) => Array.isArray(error.params['passingSchemas'])
    ? `${field} meets more than one of the alternatives of the contract, where exactly one must hold (oneOf). Make the alternatives exclude each other.`
    : `${field} meets none of the alternatives of the contract (oneOf). Compare it with each of them, and correct the device or the contract.`,
  not: (field) => `${field} is just what the contract forbids (not). Correct what the device sends, or change the contract.`,
  if: (field, error) => `${field} breaks the "${String(error.params['failingKeyword'])}" part of a condition of the contract. Correct what the device sends, or change the condition.`,
  'false schema': (field) => `${field} is forbidden by the contract. Remove it from what the device sends, or allow it in the contract.`,
};

/** Keywords that report, beside their own failure, those of the rules inside them. */
const NOISE = /\/(?:anyOf|oneOf)\/\d+\/|\/not\//;

/** The sentences for what ajv found (with `verbose`), at most twenty. */
export function reasonsOf(errors: readonly ErrorObject[]): RefusalReason[] {
  const own = errors.filter((error) => !NOISE.test(error.schemaPath));
  const plain = own.filter((error) => error.keyword !== 'if' && !isNameDetail(error));
  const told = plain.length > 0 ? plain : own.length > 0 ? own : errors;
  if (told.length <= MOST) return told.map(reasonOf);
  const reasons = told.slice(0, MOST - 1).map(reasonOf);
  const left = told.length - reasons.length;
  return [...reasons, { field: '', rule: 'limit', message: `${left} more rules of the contract are broken. Mend the first ones; the others are shown then.` }];
}

function reasonOf(error: ErrorObject): RefusalReason {
  const field = fieldOf(error);
  const name = field === '' ? 'The sample' : cut(field);
  const sentence = SENTENCES[error.keyword];
  const message = sentence
    ? sentence(name, error)
    : `${name} breaks the rule "${error.keyword}" of the contract. Correct what the device sends, or change that rule.`;
  return { field, rule: error.keyword, message };
}

/** Rules inside `propertyNames` repeat what `propertyNames` says. */
function isNameDetail(error: ErrorObject): boolean {
  return error.propertyName !== undefined && error.keyword !== 'propertyNames';
}

function fieldOf(error: ErrorObject): string {
  const path = error.instancePath.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
  const { missingProperty, additionalProperty, unevaluatedProperty } = error.params;
  const inner: unknown = missingProperty ?? additionalProperty ?? unevaluatedProperty;
  if (typeof inner !== 'string') return path;
  return path === '' ? inner : `${path}/${inner}`;
}

function bound(field: string, error: ErrorObject, allows: string, cure: string): string {
  return `${field} is ${shown(error.data)}; the contract allows ${allows} ${shown(error.params['limit'])}. Check the sensor, or ${cure} in the contract.`;
}

function dependency(field: string, error: ErrorObject): string {
  return `${field} is missing; the contract requires it wherever ${cut(String(error.params['property']))} is sent. Send both, or change the contract.`;
}

function typesOf(error: ErrorObject): string {
  const types: unknown = error.params['type'];
  const names = (Array.isArray(types) ? types : String(types).split(',')).map((type) => TYPES[String(type)] ?? String(type));
  return names.join(' or ');
}

function typeCure(error: ErrorObject): string {
  if (error.data === null) return 'Check the sensor, or allow null in the contract.';
  if (typeof error.data === 'string' && /number|integer/.test(String(error.params['type'])) && error.data.trim() !== '' && Number.isFinite(Number(error.data))) {
    return 'Send the number without quotes, or change the type in the contract.';
  }
  return 'Correct what the device sends, or change the type in the contract.';
}

function tooLong(error: ErrorObject): string | undefined {
  if (typeof error.data !== 'string' || error.data.length <= LONGEST_TESTED) return undefined;
  return `${fieldOf(error) || 'The sample'} has ${error.data.length} characters; a text is tested for its form up to ${LONGEST_TESTED}. Shorten the text, or take the ${error.keyword} out of the contract.`;
}

function count(error: ErrorObject, noun: string): string {
  return plural(Number(error.params['limit']), noun);
}

function metricsIn(data: unknown): string {
  return plural(typeof data === 'object' && data !== null ? Object.keys(data).length : 0, 'metric');
}

function plural(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function at(field: string): string {
  return field === 'The sample' ? '' : ` at ${field}`;
}

function list(values: unknown): string {
  if (!Array.isArray(values)) return shown(values);
  const first = values.slice(0, 8).map((value) => shown(value)).join(', ');
  return values.length > 8 ? `${first} and ${values.length - 8} more` : first;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `the text "${cut(value)}"`;
  if (value === undefined) return 'missing';
  return cut(JSON.stringify(value));
}

function cut(text: string): string {
  const clean = text.slice(0, 61).replace(/\p{C}/gu, '·');
  return clean.length > 60 ? `${clean.slice(0, 60)}…` : clean;
}
