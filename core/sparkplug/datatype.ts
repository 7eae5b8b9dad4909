import { ByteString } from '../decode/byte-string.ts';
import type { Quality, ReadingValue } from '../sample/sample.ts';
import type { Metric, WireValue } from './payload.ts';

/** The datatypes of Sparkplug 3.0, section 6.4.16, at their numbers. */
export const DATATYPES = [
  'Unknown', 'Int8', 'Int16', 'Int32', 'Int64', 'UInt8', 'UInt16', 'UInt32', 'UInt64', 'Float', 'Double', 'Boolean', 'String', 'DateTime', 'Text',
  'UUID', 'DataSet', 'Bytes', 'File', 'Template', 'PropertySet', 'PropertySetList', 'Int8Array', 'Int16Array', 'Int32Array', 'Int64Array',
  'UInt8Array', 'UInt16Array', 'UInt32Array', 'UInt64Array', 'FloatArray', 'DoubleArray', 'BooleanArray', 'StringArray', 'DateTimeArray',
] as const;

/** What became of one value: a bigint is to be kept exact, NaN is to become null. */
export interface Value {
  value: ReadingValue | bigint;
  q?: Quality;
  flags?: string[];
  /** The value as it came, where it cannot be a reading. */
  raw?: unknown;
}

/**
 * Makes a plain value into what its datatype says. Nothing is cast in silence: what is not of its datatype keeps its value with the flag
 * `datatype-mismatch`, an integer that its datatype cannot hold with `out-of-range`; without a datatype an integer whose sign is
 * not known is taken for a positive one, flagged `unknown-datatype`. A DateTime is its number of milliseconds since the epoch. Bytes
 * and files are text in base64url, flagged `bytes`. Arrays and what is no datatype are null, flagged `unsupported-datatype`, kept in `raw`.
 */
export function valueOf(wire: WireValue, datatype: number | undefined): Value {
  const type = DATATYPES[datatype ?? 0];
  switch (type) {
    case undefined: return unsupported(wire, datatype);
    case 'Unknown': return withoutDatatype(wire);
    case 'Int8': return signed(wire, 8, datatype);
    case 'Int16': return signed(wire, 16, datatype);
    case 'Int32': return signed(wire, 32, datatype);
    case 'Int64': return signed(wire, 64, datatype);
    case 'UInt8': return unsigned(wire, 8, datatype);
    case 'UInt16': return unsigned(wire, 16, datatype);
    case 'UInt32': return unsigned(wire, 32, datatype);
    case 'UInt64':
    case 'DateTime': return unsigned(wire, 64, datatype);
    case 'Float':
    case 'Double': return wire.kind === 'double' || wire.kind === 'float' ? { value: wire.value } : mismatch(wire, datatype);
    case 'Boolean': return wire.kind === 'bool' ? { value: wire.value } : mismatch(wire, datatype);
    case 'String':
    case 'Text':
    case 'UUID': return wire.kind === 'string' ? { value: wire.value } : mismatch(wire, datatype);
    case 'Bytes':
    case 'File': return wire.kind === 'bytes' ? bytesOf(wire.value) : mismatch(wire, datatype);
    default: return unsupported(wire, datatype);
  }
}

/** The same for a metric, which can be null, or lack a value (flagged `no-value`). */
export function valueOfMetric({ isNull, value }: Metric, datatype: number | undefined): Value {
  if (isNull) return { value: null };
  return value === undefined ? { value: null, flags: ['no-value'] } : valueOf(value, datatype);
}

/** Marks a value with what its metric says besides: transient, and a quality other than good (section 6.4.9). */
export function remark(value: Value, { transient, quality }: Metric): void {
  if (transient) value.flags = [...(value.flags ?? []), 'transient'];
  if (quality === undefined || quality === 192) return;
  const [q, flag]: [Quality, string] = quality === 0 ? [4, 'bad-at-source'] : quality === 500 ? [3, 'stale'] : [2, `quality-${quality}`];
  value.q = q;
  value.flags = [...(value.flags ?? []), flag];
}

/** What cannot be a reading: null, with everything that came of it in `raw`. */
export function unsupported(wire: WireValue, datatype: number | undefined): Value {
  const raw = typeof wire.value === 'object' ? { bytes: new ByteString(wire.value).text } : { value: typeof wire.value === 'bigint' ? String(wire.value) : wire.value };
  return { value: null, flags: ['unsupported-datatype'], raw: { datatype: nameOf(datatype), ...raw } };
}

function nameOf(datatype: number | undefined): string {
  return DATATYPES[datatype ?? 0] ?? `datatype ${datatype}`;
}

function withoutDatatype(wire: WireValue): Value {
  if (typeof wire.value === 'object') return wire.kind === 'bytes' ? bytesOf(wire.value) : unsupported(wire, undefined);
  const negative = (wire.kind === 'int' && wire.value >= 2 ** 31) || (wire.kind === 'long' && wire.value >= 2n ** 63n);
  return negative ? { value: wire.value, flags: ['unknown-datatype'] } : { value: wire.value };
}

function mismatch(wire: WireValue, datatype: number | undefined): Value {
  if (typeof wire.value === 'object') return unsupported(wire, datatype);
  return { value: wire.value, flags: ['datatype-mismatch'] };
}

function bytesOf(bytes: Uint8Array): Value {
  return { value: new ByteString(bytes).text, flags: ['bytes'] };
}

/**
 * Signed integers travel as unsigned ones, in two's complement: of 32 or 64 bits with most senders, of the datatype's own width with others.
 */
function signed(wire: WireValue, bits: number, datatype: number | undefined): Value {
  if (wire.kind !== 'int' && wire.kind !== 'long') return mismatch(wire, datatype);
  const width = wire.kind === 'long' ? 64 : 32;
  // An Int64 in 32 bits has no sign bit: it is what it says.
  if (bits > width || wire.value < 2 ** (bits - 1)) return { value: wire.value };
  const value = BigInt(wire.value);
  for (const complement of [width, bits, 32]) {
    const negative = BigInt.asIntN(complement, value);
    if (BigInt.asUintN(complement, negative) === value && BigInt.asIntN(bits, negative) === negative) return { value: negative };
  }
  return { value: BigInt.asIntN(width, value), flags: ['out-of-range'] };
}

function unsigned(wire: WireValue, bits: number, datatype: number | undefined): Value {
  if (wire.kind !== 'int' && wire.kind !== 'long') return mismatch(wire, datatype);
  return wire.value < 2 ** bits ? { value: wire.value } : { value: wire.value, flags: ['out-of-range'] };
}
