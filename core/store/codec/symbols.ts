/**
 * A column of small whole numbers that stand for something, such as the places of texts in a dictionary. What it stands for comes in
 * the order of its first use, so the first symbol is 0, and one that is new is one more than all before.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | the form |
 *
 * | form | what follows |
 * |---|---|
 * | 0: all are 0 | nothing |
 * | 1: 0, 1, 2, … | nothing |
 * | 2: runs | bits: of each run its symbol, w bits, and how many there are in a row (Elias gamma) |
 * | 3: each by itself | bits: w of each |
 *
 * w is how many bits the largest symbol takes. The last byte of bits is filled with zeros.
 */
import { bitLength, BitReader, BitWriter } from './bits.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';

const FORM = { zero: 0, ascending: 1, runs: 2, each: 3 } as const;

/** Writes the first `count` symbols, which are 0 to `distinct - 1`; at most 65,536 of them. */
export function writeSymbols(writer: ByteWriter, symbols: Uint32Array, count: number, distinct: number): void {
  if (distinct <= 1) return writer.uint8(FORM.zero);
  if (distinct === count) return writer.uint8(FORM.ascending);
  const width = bitLength(distinct - 1);
  const most = count * width;
  const inRuns = runBits(symbols, count, width) < most;
  writer.uint8(inRuns ? FORM.runs : FORM.each);
  const bits = new BitWriter(writer, most);
  if (inRuns) {
    for (let start = 0; start < count;) {
      const end = endOfRun(symbols, start, count);
      bits.bits(symbols[start] ?? 0, width);
      bits.gamma(end - start);
      start = end;
    }
  } else {
    for (let index = 0; index < count; index += 1) bits.bits(symbols[index] ?? 0, width);
  }
  bits.end();
}

/** Reads symbols below `distinct` into the first `count` places. @throws RangeError when they are not what was written. */
export function readSymbols(reader: ByteReader, into: Uint32Array, count: number, distinct: number): void {
  const form = reader.uint8();
  const width = bitLength(distinct - 1);
  if (form === FORM.zero) {
    into.fill(0, 0, count);
  } else if (form === FORM.ascending) {
    for (let index = 0; index < count; index += 1) into[index] = index;
  } else if (form === FORM.runs || form === FORM.each) {
    const bits = new BitReader(reader);
    for (let index = 0; index < count;) {
      const symbol = bits.bits(width);
      const end = form === FORM.runs ? Math.min(index + bits.gamma(), count) : index + 1;
      into.fill(symbol, index, end);
      index = end;
    }
    bits.end();
  } else {
    throw new RangeError('symbols have a form that is not known');
  }
  for (let index = 0; index < count; index += 1) if ((into[index] ?? 0) >= distinct) throw new RangeError('a symbol stands for nothing');
}

function runBits(symbols: Uint32Array, count: number, width: number): number {
  let bits = 0;
  for (let start = 0; start < count;) {
    const end = endOfRun(symbols, start, count);
    bits += width + 2 * bitLength(end - start) - 1;
    start = end;
  }
  return bits;
}

function endOfRun(symbols: Uint32Array, start: number, count: number): number {
  let end = start + 1;
  while (end < count && symbols[end] === symbols[start]) end += 1;
  return end;
}
