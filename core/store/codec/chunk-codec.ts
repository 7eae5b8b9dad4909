/**
 * The blob of one row of `chunk`: readings of one series in order of time. Little-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 1 |
 * | 4 | CRC-32 (ISO 3309, as zlib) of all that follows |
 * | varint | number of readings, at least 1 |
 * | 8 | time of the first, float64, milliseconds since the epoch |
 * | varint … | for each other one: its distance from the one before, less the distance before that (at first 0), zigzag |
 * | … | kinds, as runs: kind (1 byte, see kind.ts), how many readings in a row have it (varint) |
 * | … | values, one after the other: float64 of a number; length in bytes (varint) and UTF-8 or UTF-16 of a text; nothing of others |
 *
 * Varints are LEB128. The times of a chunk lie at most 2^51 ms apart, so that every distance is exact.
 */
import { crc32 } from 'node:zlib';
import { Block } from './block.ts';
import { ByteReader, ByteWriter } from './byte-writer.ts';
import { TYPE, typeOfKind } from './kind.ts';
import { DamagedDataError } from './damaged-data-error.ts';

const VERSION = 1;
const BODY = 5;

/** The most time that one chunk may span, in milliseconds. */
export const MAXIMUM_SPAN = 2 ** 51;

const writer = new ByteWriter();

/** The blob of the readings `from` … `to - 1` of a block, of which there is at least one; valid until the next call. */
export function encodeChunk(block: Block, from: number, to: number): Buffer {
  writer.length = 0;
  writer.uint8(VERSION);
  writer.uint32(0);
  writer.varint(to - from);
  writeTimes(block, from, to);
  writeKinds(block, from, to);
  writeValues(block, from, to);
  writer.uint32(crc32(writer.bytes.subarray(BODY)), 1);
  return writer.bytes;
}

/** @throws DamagedDataError when the blob is not what was written, or of a version that is not known. */
export function decodeChunk(data: Uint8Array): Block {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (bytes.length < BODY) throw new DamagedDataError('it is too short');
  if (bytes[0] !== VERSION) throw new DamagedDataError(`its version is ${bytes[0]}, and this Holdfast reads ${VERSION}`);
  if (crc32(bytes.subarray(BODY)) !== bytes.readUInt32LE(1)) throw new DamagedDataError('its checksum is wrong');
  const reader = new ByteReader(bytes, BODY);
  const block = new Block(reader.varint());
  block.length = block.times.length;
  readTimes(reader, block);
  readKinds(reader, block);
  readValues(reader, block);
  return block;
}

function writeTimes(block: Block, from: number, to: number): void {
  let former = block.time(from);
  let distance = 0;
  writer.float64(former);
  for (let index = from + 1; index < to; index += 1) {
    const ts = block.time(index);
    writer.signedVarint(ts - former - distance);
    distance = ts - former;
    former = ts;
  }
}

function readTimes(reader: ByteReader, block: Block): void {
  let ts = reader.float64();
  let distance = 0;
  block.times[0] = ts;
  for (let index = 1; index < block.length; index += 1) {
    distance += reader.signedVarint();
    ts += distance;
    block.times[index] = ts;
  }
}

/** On disk, a text that is no valid Unicode has a type of its own. */
function storedKind(block: Block, index: number): number {
  const kind = block.kind(index);
  return typeOfKind(kind) === TYPE.text && block.text(index)?.isWellFormed() === false ? kind - TYPE.text + TYPE.textUtf16 : kind;
}

function writeKinds(block: Block, from: number, to: number): void {
  for (let index = from; index < to;) {
    const kind = storedKind(block, index);
    const start = index;
    do index += 1; while (index < to && storedKind(block, index) === kind);
    writer.uint8(kind);
    writer.varint(index - start);
  }
}

function readKinds(reader: ByteReader, block: Block): void {
  for (let index = 0; index < block.length;) {
    const kind = reader.uint8();
    const end = index + reader.varint();
    block.kinds.fill(kind, index, end);
    index = end;
  }
}

function writeValues(block: Block, from: number, to: number): void {
  for (let index = from; index < to; index += 1) {
    const type = typeOfKind(block.kind(index));
    if (type === TYPE.number) writer.float64(block.number(index));
    else if (type === TYPE.text) {
      const text = block.text(index) ?? '';
      writer.text(text, text.isWellFormed() ? 'utf8' : 'utf16le');
    }
  }
}

function readValues(reader: ByteReader, block: Block): void {
  for (let index = 0; index < block.length; index += 1) {
    const kind = block.kind(index);
    const type = typeOfKind(kind);
    if (type === TYPE.number) block.numbers[index] = reader.float64();
    else if (type >= TYPE.text) {
      block.numbers[index] = block.texts.push(reader.text(type === TYPE.text ? 'utf8' : 'utf16le')) - 1;
      block.kinds[index] = kind - type + TYPE.text;
    }
  }
}
