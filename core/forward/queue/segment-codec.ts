import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Entry, EntryKind } from '../entry.ts';

const HISTORICAL = 1;
/** Flags u8, time f64, lengths of device and id u16 each, length of the line u32. */
const FIXED = 1 + 8 + 2 + 2 + 4;
/** The fastest: a queue is written and read once, and the disk is not the narrow place. */
const LEVEL = 1;

/**
 * Packs entries of one kind, deflated (RFC 1951). Inflated, they stand one after the other, each, little endian: flags u8 (1: historical), ts f64,
 * lengths of device and id u16 each, length of the line u32, then those bytes (UTF-8).
 */
export function encodeSegment(entries: readonly Entry[]): Buffer {
  let size = 0;
  for (const { device, id, line } of entries) size += FIXED + Buffer.byteLength(device) + Buffer.byteLength(id) + line.length;
  const buffer = Buffer.allocUnsafe(size);
  let at = 0;
  for (const { device, id, ts, line, historical } of entries) {
    const head = at;
    buffer.writeUInt8(historical ? HISTORICAL : 0, head);
    buffer.writeDoubleLE(ts, head + 1);
    at += FIXED;
    const deviceLength = buffer.write(device, at);
    const idLength = buffer.write(id, at + deviceLength);
    at += deviceLength + idLength;
    buffer.writeUInt16LE(deviceLength, head + 9);
    buffer.writeUInt16LE(idLength, head + 11);
    buffer.writeUInt32LE(line.length, head + 13);
    buffer.set(line, at);
    at += line.length;
  }
  return deflateRawSync(buffer, { level: LEVEL });
}

/**
 * The reverse of `encodeSegment`.
 *
 * @throws Error when the bytes are not those of a segment.
 */
export function decodeSegment(bytes: Uint8Array, kind: EntryKind): Entry[] {
  const buffer = inflateRawSync(bytes);
  const entries: Entry[] = [];
  for (let at = 0; at < buffer.length;) {
    const head = at;
    at += FIXED;
    const device = buffer.toString('utf8', at, (at += buffer.readUInt16LE(head + 9)));
    const id = buffer.toString('utf8', at, (at += buffer.readUInt16LE(head + 11)));
    const end = at + buffer.readUInt32LE(head + 13);
    if (end > buffer.length) throw new RangeError('A segment of the queue ends within an entry.');
    entries.push({ kind, device, id, ts: buffer.readDoubleLE(head + 1), historical: (buffer.readUInt8(head) & HISTORICAL) !== 0, line: buffer.subarray(at, end) });
    at = end;
  }
  return entries;
}
