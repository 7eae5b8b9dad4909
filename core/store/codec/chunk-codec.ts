/**
 * The blob of a chunk: readings of one series in order of time. Little-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 2; version 1 is read as well, see chunk-codec-1.ts |
 * | 4 | CRC-32 (ISO 3309, as zlib) of all that follows |
 * | varint | number of readings, 1 to 65,536 |
 * | … | times, see integers.ts |
 * | … | kinds: how many different ones, less 1 (1 byte); these, in the order of their first use (1 byte each, see kind.ts); which of them each reading has, see symbols.ts |
 * | … | if any reading is a number: the numbers, see numbers.ts |
 * | … | if any is a text: the texts, see dictionary.ts |
 * | 1 | 1 if any reading has a note, else 0 |
 * | … | if so: the note of each, see dictionary.ts; the empty text where there is none |
 *
 * Varints are LEB128, signed ones zigzag; see byte-writer.ts. The times of a chunk lie at most 2^51 ms apart, so that every distance is exact.
 */
import { crc32 } from 'node:zlib';
import { Block } from './block.ts';
import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { readBody1 } from './chunk-codec-1.ts';
import { MAXIMUM_READINGS, readKinds, readNotes, readNumberColumn, readTextColumn, writeKinds, writeNotes, writeNumberColumn, writeTextColumn } from './columns.ts';
import { DamagedDataError } from './damaged-data-error.ts';
import { readTimes, writeTimes } from './times.ts';

export { MAXIMUM_READINGS } from './columns.ts';
export { MAXIMUM_SPAN } from './times.ts';

const VERSION = 2;
const VERSION_1 = 1;
const BODY = 5;

const writer = new ByteWriter();

/** The blob of the readings `from` … `to - 1` of a block, 1 to MAXIMUM_READINGS of them; valid until the next call. */
export function encodeChunk(block: Block, from: number, to: number): Buffer {
  if (to - from > MAXIMUM_READINGS) throw new RangeError(`A chunk holds ${MAXIMUM_READINGS} readings at most, and is to hold ${to - from}.`);
  writer.length = 0;
  writer.uint8(VERSION);
  writer.uint32(0);
  writer.varint(to - from);
  writeTimes(writer, block.times, from, to);
  writeKinds(writer, block, from, to);
  writeNumberColumn(writer, block, from, to);
  writeTextColumn(writer, block, from, to);
  writeNotes(writer, block, from, to);
  writer.uint32(crc32(writer.bytes.subarray(BODY)), 1);
  return writer.bytes;
}

/** @throws DamagedDataError when the blob is not what was written, or of a version that is not known. */
export function decodeChunk(data: Uint8Array): Block {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const version = bytes[0];
  if (bytes.length < BODY) throw new DamagedDataError('it is too short');
  if (version !== VERSION && version !== VERSION_1) throw new DamagedDataError(`its version is ${version}, and this Holdfast reads ${VERSION_1} and ${VERSION}`);
  if (crc32(bytes.subarray(BODY)) !== bytes.readUInt32LE(1)) throw new DamagedDataError('its checksum is wrong');
  const reader = new ByteReader(bytes, BODY);
  try {
    const block = version === VERSION ? readBody(reader) : readBody1(reader);
    if (reader.left > 0) throw new RangeError('something follows its end');
    return block;
  } catch (error) {
    // The checksum is right: somebody made it so.
    if (error instanceof RangeError) throw new DamagedDataError(error.message, { cause: error });
    throw error;
  }
}

function readBody(reader: ByteReader): Block {
  const count = reader.varint();
  if (count === 0 || count > MAXIMUM_READINGS) throw new RangeError('it is said to hold more readings than it can');
  const block = new Block(count);
  block.length = count;
  readTimes(reader, block.times, 0, count);
  readKinds(reader, block);
  readNumberColumn(reader, block);
  readTextColumn(reader, block);
  readNotes(reader, block);
  return block;
}
