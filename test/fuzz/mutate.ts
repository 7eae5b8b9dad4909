import type { Random } from './random.ts';

const BYTES = [0x00, 0x01, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d, 0x7f, 0x80, 0x9f, 0xbf, 0xc0, 0xdf, 0xf7, 0xfb, 0xfe, 0xff] as const;
const LENGTHS = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as const;
const NUMERALS = ['0', '-0', '00', '1e400', '-1e-400', '9007199254740993', '1'.repeat(400), '0x10', 'NaN', '-Infinity', '1e', '.5', '2147483648', '18446744073709551616', '١٢'] as const;
const WORDS = ['__proto__', 'constructor', 'prototype', '\u0000', '\ud800', '"', '\\u0000', '\\ud800', '\r\n', '\r\n\r\n', '#', '+', '$SYS/', 'null', 'true', '[[[[[[[[', '{"a":'.repeat(40), '\t', '�', '\u202e'] as const;
/** So that repetitions of repetitions do not fill the memory of whoever mutates. */
const LARGEST = 64 * 1024;

type Mutation = (random: Random, bytes: Buffer, other: Buffer) => Buffer;

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  bit: (random, bytes) => changed(bytes, random.below(bytes.length), (byte) => byte ^ (1 << random.below(8))),
  byte: (random, bytes) => changed(bytes, random.below(bytes.length), () => random.pick(BYTES)),
  delete: (random, bytes) => spliced(bytes, random.below(bytes.length), random.between(1, 16)),
  duplicate(random, bytes) {
    const at = random.below(bytes.length);
    return spliced(bytes, at, 0, bytes.subarray(at, at + random.between(1, 64)));
  },
  insert: (random, bytes) => spliced(bytes, random.below(bytes.length + 1), 0, random.bytes(random.between(1, 16))),
  truncate: (random, bytes) => bytes.subarray(0, random.below(bytes.length)),
  splice: (random, bytes, other) => Buffer.concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length + 1))]),
  length(random, bytes) {
    const width = random.pick([1, 2, 4]);
    const field = Buffer.alloc(4);
    field.writeUInt32BE(random.pick(LENGTHS));
    return spliced(bytes, random.below(Math.min(bytes.length, 24)), width, field.subarray(4 - width));
  },
  numeral(random, bytes) {
    const found = [...bytes.toString('latin1').matchAll(/\d+/g)];
    const { index = 0, 0: digits = '' } = found.length > 0 ? random.pick(found) : {};
    return spliced(bytes, index, digits.length, Buffer.from(random.pick(NUMERALS)));
  },
  word: (random, bytes) => spliced(bytes, random.below(bytes.length + 1), random.below(4), Buffer.from(random.pick(WORDS))),
  repeat: (random, bytes) => Buffer.concat(Array.from({ length: random.between(2, 8) }, () => bytes)),
};
const KINDS = Object.values(MUTATIONS);

/** The bytes with one to four mutations; `other` is what a splice takes its end from. */
export function mutate(random: Random, bytes: Buffer, other: Buffer = bytes): Buffer {
  let result = bytes;
  for (let times = random.pick([1, 1, 1, 2, 2, 3, 4]); times > 0 && result.length > 0; times -= 1) result = random.pick(KINDS)(random, result, other);
  return result.subarray(0, LARGEST);
}

/** Where the bytes are cut so that they come in several pieces. */
export function cuts(random: Random, length: number): number[] {
  return Array.from({ length: random.between(1, 4) }, () => random.below(length + 1)).toSorted((a, b) => a - b);
}

function changed(bytes: Buffer, at: number, change: (byte: number) => number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = change(copy[at] ?? 0);
  return copy;
}

function spliced(bytes: Buffer, at: number, length: number, instead: Uint8Array = Buffer.alloc(0)): Buffer {
  return Buffer.concat([bytes.subarray(0, at), instead, bytes.subarray(at + length)]);
}
