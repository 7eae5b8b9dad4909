/**
 * The body of a chunk of version 1, which is read and no longer written.
 *
 * | bytes | what |
 * |---|---|
 * | varint | number of readings, at least 1 |
 * | 8 | time of the first, float64, milliseconds since the epoch |
 * | varint … | for each other one: its distance from the one before, less the distance before that (at first 0), signed |
 * | … | kinds, as runs: kind (1 byte, see kind.ts), how many readings in a row have it (varint) |
 * | … | values, one after the other: float64 of a number; length in bytes (varint) and UTF-8 or, of type 5, UTF-16 of a text; nothing of others |
 */
import { Block } from './block.ts';
import type { ByteReader } from './byte-reader.ts';
import { TYPE, typeOfKind } from './kind.ts';

/** @throws RangeError when it is not what was written. */
export function readBody1(reader: ByteReader): Block {
  const count = reader.varint();
  // Each time but the first takes a byte at least.
  if (count === 0 || count > reader.left) throw new RangeError('it is said to hold more readings than it can');
  const block = new Block(count);
  block.length = count;
  readTimes(reader, block);
  readKinds(reader, block);
  readValues(reader, block);
  return block;
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

function readKinds(reader: ByteReader, block: Block): void {
  for (let index = 0; index < block.length;) {
    const kind = reader.uint8();
    const end = index + reader.varint();
    if (end === index || typeOfKind(kind) > TYPE.textUtf16) throw new RangeError('a run of kinds is none');
    block.kinds.fill(kind, index, end);
    index = end;
  }
}

function readValues(reader: ByteReader, block: Block): void {
  for (let index = 0; index < block.length; index += 1) {
    const kind = block.kind(index);
    const type = typeOfKind(kind);
    if (type === TYPE.number) block.numbers[index] = reader.float64();
    else if (type >= TYPE.text) {
      block.numbers[index] = block.texts.push(reader.text(reader.varint(), type === TYPE.text ? 'utf8' : 'utf16le')) - 1;
      block.kinds[index] = kind - type + TYPE.text;
    }
  }
}
