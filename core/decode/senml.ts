import { readCbor } from './cbor.ts';
import type { DecodeContext, Decoded } from './decoded.ts';
import { DecodeError } from './decode-error.ts';
import { parseJson, refuseDuplicateKeys } from './json.ts';
import { LIMITS } from './limits.ts';
import { kindOf } from './readings.ts';
import { readSenmlRecord, refused } from './senml-record.ts';
import { SenmlPack } from './senml-resolve.ts';
import { textOf } from './text.ts';
import { isUnsafe, parseExact } from './unsafe-number.ts';

type Members = Record<string, unknown>;

/**
 * Reads a SenML pack in JSON (RFC 8428, section 5). Records are resolved, and those of one time become one sample; see `metricOf` for
 * the names of metrics, and `SenmlPack` for sums. A pack is refused whole when one of its records cannot be read, or when two would give one
 * metric at one time.
 *
 * @throws DecodeError, and nothing else.
 */
export function decodeSenmlJson(bytes: Uint8Array | string, { received }: DecodeContext): Decoded[] {
  const text = typeof bytes === 'string' ? bytes : textOf(bytes);
  const records = recordsOf(parseJson(text)).map(membersOfObject);
  refuseDuplicateKeys(text, countMembers(records, 0), typeof bytes === 'string' ? undefined : bytes);
  return resolve(records.some(hasUnsafe) ? recordsOf(parseExact(text)).map(membersOfObject) : records, received);
}

/** The same in CBOR (section 6). Labels may be the integers of the RFC, or text as in JSON. @throws DecodeError, and nothing else. */
export function decodeSenmlCbor(bytes: Uint8Array, { received }: DecodeContext): Decoded[] {
  return resolve(recordsOf(readCbor(bytes, 'map')).map(membersOfMap), received);
}

function resolve(records: readonly Members[], received: number): Decoded[] {
  const pack = new SenmlPack(received);
  for (const [index, members] of records.entries()) pack.add(readSenmlRecord(members, index), index);
  return pack.samples();
}

function recordsOf(payload: unknown): readonly unknown[] {
  if (Array.isArray(payload)) return payload;
  throw new DecodeError('type', `The payload is no array, and SenML is an array of records. Send one, such as [{"n":"temperature","u":"Cel","v":21.4}].`);
}

function membersOfObject(record: unknown, index: number): Members {
  if (typeof record === 'object' && record !== null && !Array.isArray(record)) return record as Members;
  throw refused(index, `is ${kindOf(record)}. Send an object`);
}

/** RFC 8428, table 4; -1 to -6 and 0 to 8. */
const LABELS: ReadonlyMap<unknown, string> = new Map([
  [-1, 'bver'], [-2, 'bn'], [-3, 'bt'], [-4, 'bu'], [-5, 'bv'], [-6, 'bs'],
  [0, 'n'], [1, 'u'], [2, 'v'], [3, 'vs'], [4, 'vb'], [5, 's'], [6, 't'], [7, 'ut'], [8, 'vd'],
]);

function membersOfMap(record: unknown, index: number): Members {
  if (!(record instanceof Map)) throw refused(index, `is ${kindOf(record)}. Send a map`);
  const members = Object.create(null) as Members;
  for (const [key, value] of record as Map<unknown, unknown>) {
    const label = LABELS.get(key) ?? (typeof key === 'number' ? String(key) : key);
    if (typeof label !== 'string') throw refused(index, `has ${kindOf(key)} for a label. Send the integers of RFC 8428, or text`);
    if (label in members) throw refused(index, `has the field ${label} twice. Send it once`, 'duplicate-key');
    members[label] = value;
  }
  return members;
}

function hasUnsafe(members: Members): boolean {
  for (const label in members) {
    const member = members[label];
    if (typeof member === 'number' && isUnsafe(member)) return true;
  }
  return false;
}

/** Members of the objects, and of those inside them, which stand in fields that are not known and bound the depth of the text. */
function countMembers(values: readonly unknown[], depth: number): number {
  if (depth > LIMITS.depth) throw new DecodeError('depth', `The SenML pack is nested deeper than ${LIMITS.depth} levels. Send records of plain fields.`);
  let count = 0;
  for (const value of values) {
    if (typeof value !== 'object' || value === null) continue;
    const inner: unknown[] = Object.values(value);
    if (!Array.isArray(value)) count += inner.length;
    if (inner.some((member) => typeof member === 'object' && member !== null)) count += countMembers(inner, depth + 1);
  }
  return count;
}
