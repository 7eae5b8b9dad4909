import { decodeUint, encodeUint, OPTION, type CoapOption } from './message.ts';

/** One block of a body that is sent in several (RFC 7959 section 2.2). */
export interface Block {
  /** Counted from 0, in blocks of this size. */
  number: number;
  /** Whether more blocks follow. */
  more: boolean;
  /** Bytes of a block, a power of two from 16 to 1,024; 2,048 stands for the reserved size, with which nothing may be sent. */
  size: number;
}

export const RESERVED_SIZE = 2_048;

/** Reads the value of a Block1 option, of up to three bytes. */
export function blockOf(value: Uint8Array): Block {
  const bits = decodeUint(value);
  return { number: bits >> 4, more: (bits & 8) !== 0, size: 16 << (bits & 7) };
}

/** The Block1 option that acknowledges a block. */
export function block1Option({ number, more, size }: Block): CoapOption {
  return { number: OPTION.block1, value: encodeUint((number << 4) | (more ? 8 : 0) | (Math.log2(size) - 4)) };
}
