import { fromBigInt } from './big-integer.ts';
import { ByteString } from './byte-string.ts';
import { DecodeError, type DecodeReason } from './decode-error.ts';
import { excerpt } from './limits.ts';
import { kindOf } from './readings.ts';
import { UnsafeNumber } from './unsafe-number.ts';

/** The fields of a SenML record (RFC 8428, section 4) that mean something here; the update time does not. */
export interface SenmlRecord {
  baseName?: string;
  /** Seconds. */
  baseTime?: number;
  baseUnit?: string;
  baseValue?: number | UnsafeNumber;
  baseSum?: number | UnsafeNumber;
  name?: string;
  /** Seconds. */
  time?: number;
  unit?: string;
  /** Of `v`, `vs`, `vb` or `vd`; null is a number that the device does not have. */
  value?: number | UnsafeNumber | string | boolean | ByteString | null;
  sum?: number | UnsafeNumber;
}

/** The version of SenML that RFC 8428 defines; a pack of a later one must not be read. */
const VERSION = 10;
/** Characters of a unit; the longest that is registered has five, and UCUM can be longer. */
const UNIT = 64;

/**
 * One record, from its members by their labels as JSON spells them. Labels that are not known are passed over, as section 4.4 asks
 * for, unless they end with "_".
 *
 * @param index of the record in the pack, from 0.
 * @throws DecodeError
 */
export function readSenmlRecord(members: Readonly<Record<string, unknown>>, index: number): SenmlRecord {
  const record: SenmlRecord = {};
  for (const label in members) {
    const member = members[label];
    switch (label) {
      case 'bn': record.baseName = text(member, label, index); break;
      case 'bt': record.baseTime = seconds(member, label, index); break;
      case 'bu': record.baseUnit = unit(member, label, index); break;
      case 'bv': record.baseValue = number(member, label, index); break;
      case 'bs': record.baseSum = number(member, label, index); break;
      case 'bver': checkVersion(member, index); break;
      case 'n': record.name = text(member, label, index); break;
      case 't': record.time = seconds(member, label, index); break;
      case 'u': record.unit = unit(member, label, index); break;
      case 's': record.sum = number(member, label, index); break;
      case 'v': case 'vs': case 'vb': case 'vd':
        if (record.value !== undefined) throw refused(index, 'has two values. Send one of v, vs, vb and vd in a record');
        record.value = valueOf(label, member, index);
        break;
      default:
        if (label.endsWith('_')) throw refused(index, `has the field "${excerpt(label)}", which must be understood and is not. Leave it out`);
    }
  }
  return record;
}

function valueOf(label: 'v' | 'vs' | 'vb' | 'vd', member: unknown, index: number): NonNullable<SenmlRecord['value']> | null {
  switch (label) {
    case 'v':
      return member === null ? null : number(member, label, index);
    case 'vs':
      return text(member, label, index);
    case 'vb':
      if (typeof member === 'boolean') return member;
      throw mistyped(index, label, member, 'true or false');
    case 'vd':
      return data(member, index);
  }
}

function data(member: unknown, index: number): ByteString {
  if (member instanceof ByteString) return member;
  const written = text(member, 'vd', index);
  const string = new ByteString(Buffer.from(written, 'base64url'));
  // Buffer passes over whatever is not base64url.
  if (string.text !== written.replace(/={1,2}$/, '')) throw refused(index, `has a vd that is not base64url: "${excerpt(written)}". Encode the bytes as RFC 4648, section 5, says`);
  return string;
}

function number(member: unknown, label: string, index: number): number | UnsafeNumber {
  if (typeof member === 'number' || member instanceof UnsafeNumber) return member;
  if (typeof member === 'bigint') return fromBigInt(member);
  throw mistyped(index, label, member, 'a number');
}

function seconds(member: unknown, label: string, index: number): number {
  const time = number(member, label, index);
  return typeof time === 'number' ? time : time.value;
}

function text(member: unknown, label: string, index: number): string {
  if (typeof member === 'string') return member;
  throw mistyped(index, label, member, 'a text');
}

function unit(member: unknown, label: string, index: number): string {
  const written = text(member, label, index);
  if (written.length > UNIT) throw refused(index, `has a unit of ${written.length} characters (${excerpt(written)}), where ${UNIT} are allowed`, 'too-many');
  if (!written.isWellFormed()) throw refused(index, `has a unit with half a character (a lone UTF-16 surrogate): ${excerpt(written)}`, 'encoding');
  return written;
}

function checkVersion(member: unknown, index: number): void {
  if (typeof member !== 'number' || !Number.isInteger(member) || member < 1) throw mistyped(index, 'bver', member, 'a whole number');
  if (member > VERSION) throw refused(index, `is of version ${member} of SenML, and ${VERSION} is the latest that is read here. Send version ${VERSION}`, 'unsupported-format');
}

function mistyped(index: number, label: string, member: unknown, expected: string): DecodeError {
  const found = typeof member === 'number' ? `the number ${member}` : member instanceof UnsafeNumber ? `the number ${excerpt(member.source)}` : kindOf(member);
  return refused(index, `has ${found} in ${label}. Send ${expected}`);
}

/** The refusal of a pack for one of its records, which are counted from 1, as in section 9 of the RFC. */
export function refused(index: number, what: string, reason: DecodeReason = 'type'): DecodeError {
  return new DecodeError(reason, `SenML record ${index + 1} ${what}.`);
}
