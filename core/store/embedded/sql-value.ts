import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import type { ReadingValue } from '../../sample/sample.ts';

const TEXT_MARK = Buffer.of(1);

/**
 * A value as a column of type ANY takes it. node:sqlite binds every number as REAL and every bigint as INTEGER: that is how a
 * boolean stays apart from a number. NaN and -0, which REAL does not keep, are bound as a number's eight bytes beneath a mark, as
 * is text that is no valid Unicode.
 */
export function toSql(value: ReadingValue): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'string') return value.isWellFormed() && !value.includes('\0') ? value : Buffer.concat([TEXT_MARK, Buffer.from(value, 'utf16le')]);
  if (typeof value === 'number' && (Number.isNaN(value) || Object.is(value, -0))) {
    const bytes = Buffer.alloc(9);
    bytes.writeDoubleLE(value, 1);
    return bytes;
  }
  return value;
}

/** The value of a column, of which SQLite's typeof() says `type`. */
export function fromSql(value: SQLOutputValue | undefined, type: SQLOutputValue | undefined): ReadingValue {
  if (type === 'integer') return value === 1;
  if (typeof value === 'number' || typeof value === 'string') return value;
  if (!(value instanceof Uint8Array)) return null;
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return bytes[0] === 0 ? bytes.readDoubleLE(1) : bytes.toString('utf16le', 1);
}
