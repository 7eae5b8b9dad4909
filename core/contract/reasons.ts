import type { RefusalReason } from '../sample/sample.ts';
import type { Findings } from './json-schema/checker.ts';
import { isObject } from './json-schema/json.ts';
import type { Finding } from './json-schema/run.ts';
import { LONGEST_TESTED } from './pattern/pattern.ts';
import { cut, list, plural, shown, typesInWords } from './sentence-parts.ts';

const MOST = 20;
const CORRECT = 'Correct what the device sends, or change the contract.';
type Sentence = (field: string, finding: Finding) => string;

/** One sentence for each keyword: field, value, rule and cure. */
const SENTENCES: Readonly<Record<string, Sentence>> = {
  type: (field, finding) => `${field} is ${shown(finding.value)}; the contract asks for ${typesInWords(finding.wanted)}. ${typeCure(finding)}`,
  minimum: (field, finding) => bound(field, finding, 'at least', 'lower the minimum'),
  maximum: (field, finding) => bound(field, finding, 'at most', 'raise the maximum'),
  exclusiveMinimum: (field, finding) => bound(field, finding, 'only more than', 'lower the limit'),
  exclusiveMaximum: (field, finding) => bound(field, finding, 'only less than', 'raise the limit'),
  multipleOf: (field, { value, wanted }) => `${field} is ${shown(value)}; the contract allows only multiples of ${shown(wanted)}. Check the device's rounding, or change the step in the contract.`,
  enum: (field, { value, wanted }) => `${field} is ${shown(value)}; the contract allows only ${list(wanted)}. Correct what the device sends, or add the value to the contract.`,
  const: (field, { value, wanted }) => `${field} is ${shown(value)}; the contract allows only ${shown(wanted)}. ${CORRECT}`,
  required: (field) => `${field} is missing; the contract requires it. Make the device send it, or make it optional in the contract.`,
  additionalProperties: unknownMetric,
  unevaluatedProperties: unknownMetric,
  propertyNames: (field, { member }) => `The metric name "${cut(String(member))}" breaks the contract's rule for names${at(field)}. Rename the metric, or change the rule.`,
  pattern: (field, finding) => tooLong(field, finding)
    ?? `${field} is ${shown(finding.value)}; it does not have the form that the contract asks for (pattern ${cut(String(finding.wanted))}). Correct what the device sends, or change the pattern.`,
  format: (field, finding) => tooLong(field, finding)
    ?? `${field} is ${shown(finding.value)}; the contract asks for the format ${cut(String(finding.wanted))}. Correct what the device sends, or change the format in the contract.`,
  contentEncoding: (field, { value, wanted }) => `${field} is ${shown(value)}; the contract asks for the encoding ${shown(wanted)}. ${CORRECT}`,
  contentMediaType: (field, { value, wanted }) => `${field} is ${shown(value)}; the contract asks for content of the type ${shown(wanted)}. ${CORRECT}`,
  minLength: (field, finding) => `${field} is ${shown(finding.value)}; the contract asks for at least ${count(finding, 'character')}. Correct what the device sends, or lower minLength in the contract.`,
  maxLength: (field, finding) => `${field} is ${shown(finding.value)}; the contract allows at most ${count(finding, 'character')}. Shorten the text, or raise maxLength in the contract.`,
  minProperties: (field, finding) => `${field} has ${metricsIn(finding.value)}; the contract asks for at least ${count(finding, 'metric')}. Make the device send more, or lower minProperties in the contract.`,
  maxProperties: (field, finding) => `${field} has ${metricsIn(finding.value)}; the contract allows at most ${count(finding, 'metric')}. Make the device send fewer, or raise maxProperties in the contract.`,
  minItems: (field, finding) => `${field} has ${elementsIn(finding.value)}; the contract asks for at least ${count(finding, 'element')}. Make the device send more, or lower minItems in the contract.`,
  maxItems: (field, finding) => `${field} has ${elementsIn(finding.value)}; the contract allows at most ${count(finding, 'element')}. Make the device send fewer, or raise maxItems in the contract.`,
  uniqueItems: (field) => `${field} has an element twice; the contract allows each only once. Correct what the device sends, or take uniqueItems out of the contract.`,
  contains: (field) => `${field} has no element of the kind that the contract asks for (contains). ${CORRECT}`,
  minContains: (field, finding) => `${field} has too few elements of the kind that the contract asks for; it wants at least ${shown(finding.wanted)}. ${CORRECT}`,
  maxContains: (field, finding) => `${field} has too many elements of a kind of which the contract allows at most ${shown(finding.wanted)}. ${CORRECT}`,
  dependentRequired: dependency,
  dependencies: dependency,
  anyOf: noAlternative,
  oneOf: (field, finding) => finding.wanted === 'several'
    ? `${field} ${being(finding)}meets more than one of the alternatives of the contract, where exactly one must hold (oneOf). Make the alternatives exclude each other.`
    : noAlternative(field, finding),
  not: (field, finding) => `${field} ${being(finding)}is just what the contract forbids (not). ${CORRECT}`,
  'false schema': (field, finding) => `${field} ${being(finding)}is forbidden by the contract. Remove it from what the device sends, or allow it in the contract.`,
  // JSON Type Definition.
  properties: (field) => `${field} is missing; the contract lists it under properties. Make the device send it, or move it to optionalProperties.`,
  discriminator: (field, { value, wanted }) => `${field} is ${shown(value)}; the contract chooses by it what else to ask for, and knows only ${list(wanted)}. ${CORRECT}`,
  // The check itself went beyond its bounds.
  $ref: () => 'The contract cannot be checked: a $ref in it leads back to itself without end, or the value is nested too deeply. Mend the $ref in the contract.',
  limit: () => 'The contract cannot be checked: it asks for more steps than one check may take. Take $refs and alternatives that multiply, and long patterns, out of the contract.',
};

/** The sentences for what a check found, at most twenty; the last then says how many are left. */
export function reasonsOf({ kept, found }: Findings): RefusalReason[] {
  if (found <= MOST) return kept.map(reasonOf);
  const reasons = kept.slice(0, MOST - 1).map(reasonOf);
  const left = found - reasons.length;
  return [...reasons, { field: '', rule: 'limit', message: `${left} more rules of the contract are broken. Mend the first ones; the others are shown then.` }];
}

function reasonOf(finding: Finding): RefusalReason {
  const isMissing = finding.member !== undefined && finding.keyword !== 'propertyNames';
  const field = [...finding.path, ...(isMissing ? [finding.member] : [])].join('/');
  const name = field === '' ? 'The sample' : cut(field);
  const sentence = SENTENCES[finding.keyword];
  const message = sentence
    ? sentence(name, finding)
    : `${name} breaks the rule "${finding.keyword}" of the contract. Correct what the device sends, or change that rule.`;
  return { field, rule: finding.keyword, message };
}

function unknownMetric(field: string): string {
  return `${field} is not in the contract, which allows no other metrics. Remove it from what the device sends, or add it to the contract.`;
}

function bound(field: string, { value, wanted }: Finding, allows: string, cure: string): string {
  return `${field} is ${shown(value)}; the contract allows ${allows} ${shown(wanted)}. Check the sensor, or ${cure} in the contract.`;
}

function noAlternative(field: string, finding: Finding): string {
  return `${field} ${being(finding)}meets none of the alternatives of the contract (${finding.keyword}). Compare it with each of them, and correct the device or the contract.`;
}

/** What was there, where that is one reading. */
function being({ value }: Finding): string {
  return isObject(value) ? '' : `is ${shown(value)}, which `;
}

function dependency(field: string, { wanted }: Finding): string {
  return `${field} is missing; the contract requires it wherever ${cut(String(wanted))} is sent. Send both, or change the contract.`;
}

function typeCure({ value, wanted }: Finding): string {
  if (value === null) return 'Check the sensor, or allow null in the contract.';
  if (typeof value === 'string' && /number|int|float/.test(String(wanted)) && value.trim() !== '' && Number.isFinite(Number(value))) {
    // Without quotes it would become a text again, to be kept exact.
    if (/^[+-]?\d+$/.test(value.trim()) && !Number.isSafeInteger(Number(value))) return 'A whole number beyond 2^53 is kept as a text; allow a text in the contract.';
    return 'Send the number without quotes, or change the type in the contract.';
  }
  return 'Correct what the device sends, or change the type in the contract.';
}

function tooLong(field: string, { value, keyword }: Finding): string | undefined {
  if (typeof value !== 'string' || value.length <= LONGEST_TESTED) return undefined;
  return `${field} has ${value.length} characters; a text is tested for its form up to ${LONGEST_TESTED}. Shorten the text, or take the ${keyword} out of the contract.`;
}

function count({ wanted }: Finding, noun: string): string {
  return plural(Number(wanted), noun);
}

function metricsIn(value: unknown): string {
  return plural(typeof value === 'object' && value !== null ? Object.keys(value).length : 0, 'metric');
}

function elementsIn(value: unknown): string {
  return plural(Array.isArray(value) ? value.length : 0, 'element');
}

function at(field: string): string {
  return field === 'The sample' ? '' : ` at ${field}`;
}
