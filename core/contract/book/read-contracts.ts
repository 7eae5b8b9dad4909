import { givenRecord, readGivenList, refuseUnknown, shownGiven } from '../../errors/given.ts';
import { ConfigError, messageOf } from '../../errors/holdfast-error.ts';
import { DIALECTS } from '../dialect.ts';
import type { ContractDefinition, ContractVersion } from './definition.ts';

const PROPERTIES = ['id', 'title', 'versions'];
const VERSION_PROPERTIES = ['version', 'schema', 'dialect', 'note'];
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const MAXIMUM_CONTRACTS = 1_000;
const MAXIMUM_VERSIONS = 1_000;
const TITLE_LENGTH = 200;
const NOTE_LENGTH = 2_000;
const SCHEMA_LENGTH = 1_000_000;
/** Far beyond what a contract over flat samples needs, and well within what a walk through it bears. */
const DEEPEST = 100;

/** The highest number that a version can have. */
export const HIGHEST_VERSION = 1_000_000;

/** Whether a text can be the id of a contract. */
export function isContractId(text: string): boolean {
  return ID.test(text);
}

/**
 * Contracts as a person or an imported flow gives them: a list of `{ id, title?, versions: [{ version, schema, dialect?, note? }] }`, a schema
 * as an object or as JSON text. Whether a schema can be a contract is not looked at here.
 *
 * @returns their versions in order, schemas as JSON.
 * @throws ConfigError naming the field, the value and the cure.
 */
export function readContracts(value: unknown): ContractDefinition[] {
  return readGivenList(value, { field: 'contracts', one: 'contract', maximum: MAXIMUM_CONTRACTS, read: readContract, key: 'id', keyOf: ({ id }) => id });
}

function readContract(value: unknown, field: string): ContractDefinition {
  const given = givenRecord(value, field, 'an object with the id of the contract and its versions');
  refuseUnknown(given, PROPERTIES, field);
  const id = typeof given['id'] === 'string' ? given['id'].trim() : '';
  if (!isContractId(id)) throw new ConfigError(`${field}, id`, `${field}, id, is ${shownGiven(given['id'])}. Use 1 to 64 letters, digits, "-", "_" or ".", beginning with a letter or digit.`);
  const title = readText(given['title'], TITLE_LENGTH, `${field}, title`);
  const versions = given['versions'];
  if (!Array.isArray(versions) || versions.length === 0) throw new ConfigError(`${field}, versions`, `${field}, versions, is ${shownGiven(versions)}. Give a list with at least one version.`);
  if (versions.length > MAXIMUM_VERSIONS) throw new ConfigError(`${field}, versions`, `${field}, versions, has ${versions.length} of them. Use at most ${MAXIMUM_VERSIONS}.`);
  const read = versions.map((version: unknown, index) => readVersion(version, `${field}, versions, row ${index + 1}`));
  const numbers = new Set<number>();
  for (const { version } of read) {
    if (numbers.has(version)) throw new ConfigError(`${field}, versions`, `${field}, versions, has ${version} twice. Give each version a number of its own.`);
    numbers.add(version);
  }
  return { id, ...(title !== '' && { title }), versions: [...read].sort((a, b) => a.version - b.version) };
}

function readVersion(value: unknown, field: string): ContractVersion {
  const given = givenRecord(value, field, 'an object with the number of the version and its schema');
  refuseUnknown(given, VERSION_PROPERTIES, field);
  const dialect = given['dialect'];
  const chosen = DIALECTS.find((one) => one === dialect);
  if (chosen === undefined && dialect !== undefined && dialect !== null && dialect !== '') throw new ConfigError(`${field}, dialect`, `${field}, dialect, is ${shownGiven(dialect)}. Choose one of: ${DIALECTS.join(', ')}.`);
  const note = readText(given['note'], NOTE_LENGTH, `${field}, note`);
  return {
    version: readNumber(given['version'], `${field}, version`),
    schema: readSchemaText(given['schema'], `${field}, schema`),
    ...(chosen !== undefined && { dialect: chosen }),
    ...(note !== '' && { note }),
  };
}

function readNumber(value: unknown, field: string): number {
  const number = typeof value === 'number' ? value : typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
  if (Number.isInteger(number) && number >= 1 && number <= HIGHEST_VERSION) return number;
  throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Enter a whole number from 1 to ${HIGHEST_VERSION}.`);
}

function readSchemaText(value: unknown, field: string): unknown {
  if (value === undefined || value === null || value === '') throw new ConfigError(field, `${field}, is missing. Enter a JSON Schema, such as {"type":"object","properties":{"temperature":{"type":"number"}}}.`);
  const schema = parsed(value, field);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) throw new ConfigError(field, `${field}, is ${shownGiven(schema)}. Enter a JSON Schema: an object in braces.`);
  if (isDeeper(schema, DEEPEST)) throw new ConfigError(field, `${field}, is nested deeper than ${DEEPEST} levels. Write it flatter.`);
  const { length } = JSON.stringify(schema);
  if (length > SCHEMA_LENGTH) throw new ConfigError(field, `${field}, has ${length} characters. Use at most ${SCHEMA_LENGTH}.`);
  return schema;
}

function parsed(value: unknown, field: string): unknown {
  if (typeof value !== 'string') return value;
  if (value.length > SCHEMA_LENGTH) throw new ConfigError(field, `${field}, has ${value.length} characters. Use at most ${SCHEMA_LENGTH}.`);
  try {
    return JSON.parse(value);
  } catch (cause) {
    throw new ConfigError(field, `${field}, is not JSON (${messageOf(cause)}). Correct the text; a JSON checker shows the place.`, { cause });
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function readText(value: unknown, longest: number, field: string): string {
  const text = value === undefined || value === null ? '' : value;
  if (typeof text === 'string' && text.trim().length <= longest) return text.trim();
  throw new ConfigError(field, `${field}, is ${shownGiven(value)}. Enter a text of at most ${longest} characters, or leave it empty.`);
}
