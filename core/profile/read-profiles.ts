import { CHOSEN_FORMATS } from '../decode/format.ts';
import { LIMITS } from '../decode/limits.ts';
import { givenRecord, readGivenList, refuseUnknown, shownGiven } from '../errors/given.ts';
import { ConfigError } from '../errors/holdfast-error.ts';
import { isContractId } from '../contract/book/read-contracts.ts';
import { readLimits } from '../overload/read-limits.ts';
import { readMetricQuality, readSampleQuality } from '../quality/settings/settings.ts';
import type { MetricDeclaration, Profile } from './profile.ts';
import { readRetention } from './read-retention.ts';

const PROPERTIES = ['name', 'format', 'maximumAge', 'metrics', 'limits', 'retention', 'contract', 'quality'];
const TYPES = ['number', 'integer', 'boolean', 'string'] as const;
const FORBIDDEN_NAMES = ['__proto__', 'constructor', 'prototype'];
const MAXIMUM_PROFILES = 1_000;
const NAME_LENGTH = 64;
const UNIT_LENGTH = 64;
/** A hundred years, in milliseconds. */
const MAXIMUM_AGE = 3_155_760_000_000;

/**
 * Profiles as a person or an imported flow gives them: a list of `{ name, format?, maximumAge?, metrics?, limits?, retention?, contract?, quality? }`. A text
 * that is left empty counts as not given, save in a retention, which is for ever then.
 *
 * @throws ConfigError naming the field, the value and the cure.
 */
export function readProfiles(value: unknown): Profile[] {
  return readGivenList(value, { field: 'profiles', one: 'profile', maximum: MAXIMUM_PROFILES, read: readProfile, key: 'name', keyOf: ({ name }) => name });
}

function readProfile(value: unknown, field: string): Profile {
  const given = givenRecord(value, field, 'an object with the name of the profile');
  refuseUnknown(given, PROPERTIES, field);
  const limits = given['limits'];
  const retention = given['retention'];
  const quality = given['quality'];
  const contract = readContractId(given['contract'], `${field}, contract`);
  return {
    name: readName(given['name'], `${field}, name`),
    format: readChoice(given['format'], CHOSEN_FORMATS, `${field}, format`) ?? 'auto',
    maximumAge: readAge(given['maximumAge'] ?? 0, `${field}, maximumAge`),
    metrics: readMetrics(given['metrics'] ?? {}, `${field}, metrics`),
    ...(limits !== undefined && limits !== null && { limits: readLimits(limits, `${field}, limits`) }),
    ...(retention !== undefined && retention !== null && { retention: readRetention(retention, `${field}, retention`) }),
    ...(contract !== '' && { contract }),
    ...(quality !== undefined && quality !== null && { quality: readSampleQuality(quality, `${field}, quality`) }),
  };
}

function readContractId(value: unknown, field: string): string {
  const id = value === undefined || value === null ? '' : value;
  if (typeof id === 'string' && (id.trim() === '' || isContractId(id.trim()))) return id.trim();
  throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Enter the id of a contract of this backend, or leave it empty for none.`);
}

function readName(value: unknown, field: string): string {
  const name = typeof value === 'string' ? value.trim() : '';
  if (name !== '' && name.length <= NAME_LENGTH && !/\p{C}/u.test(name)) return name;
  throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Use 1 to ${NAME_LENGTH} characters, as the devices' profile is spelled.`);
}

function readAge(value: unknown, field: string): number {
  const age = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (age >= 0 && age <= MAXIMUM_AGE) return age;
  throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Enter milliseconds, at most a hundred years; 0 for any age.`);
}

/** Without a prototype, so that a metric called `toString` has no declaration unless it is given one. */
function readMetrics(value: unknown, field: string): Record<string, MetricDeclaration> {
  const given = givenRecord(value, field, 'an object of metrics, such as { "temperature": { "type": "number", "unit": "Cel" } }');
  const names = Object.keys(given);
  if (names.length > LIMITS.metricsPerSample) throw new ConfigError(field, `${field}, declares ${names.length} metrics. Use at most ${LIMITS.metricsPerSample}.`);
  const metrics = Object.create(null) as Record<string, MetricDeclaration>;
  for (const name of names) {
    if (name === '' || name.length > LIMITS.metricName || FORBIDDEN_NAMES.includes(name)) throw new ConfigError(field, `${field}, has a metric called ${shownGiven(name)}. Use 1 to ${LIMITS.metricName} characters, and none of ${FORBIDDEN_NAMES.join(', ')}.`);
    metrics[name] = readMetric(given[name], `${field}, ${name}`);
  }
  return metrics;
}

function readMetric(value: unknown, field: string): MetricDeclaration {
  const given = givenRecord(value, field, 'an object with a type or a unit');
  refuseUnknown(given, ['type', 'unit', 'retention', 'quality'], field);
  const retention = given['retention'];
  const quality = given['quality'];
  const type = readChoice(given['type'], TYPES, `${field}, type`);
  const unit = given['unit'] ?? '';
  if (typeof unit !== 'string' || unit.length > UNIT_LENGTH || /\p{C}/u.test(unit)) throw new ConfigError(`${field}, unit`, `${field}, unit, is ${shownGiven(unit)}. Use at most ${UNIT_LENGTH} characters, as UCUM or RFC 8428 spell the unit.`);
  return {
    ...(type && { type }),
    ...(unit.trim() !== '' && { unit: unit.trim() }),
    ...(retention !== undefined && retention !== null && { retention: readRetention(retention, `${field}, retention`) }),
    ...(quality !== undefined && quality !== null && { quality: readMetricQuality(quality, `${field}, quality`) }),
  };
}

function readChoice<const Choice extends string>(value: unknown, choices: readonly Choice[], field: string): Choice | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Choose one of: ${choices.join(', ')}.`);
}
