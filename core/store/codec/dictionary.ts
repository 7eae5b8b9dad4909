/**
 * A column of texts that may repeat: the different ones in the order of their first use, and which of them each is.
 *
 * | bytes | what |
 * |---|---|
 * | varint | how many different ones |
 * | … | each: its length in bytes, times 2, and 1 more if it is UTF-16 (varint), and its bytes; UTF-8, or UTF-16 where it is no valid Unicode |
 * | … | which of them each is; see symbols.ts |
 */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readSymbols, writeSymbols } from './symbols.ts';

/** Gives texts numbers, in the order in which they come. */
export class Dictionary {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/** Writes a column whose texts have got their numbers in this order; there is at least one. */
export function writeDictionary(writer: ByteWriter, { texts }: Dictionary, symbols: Uint32Array, count: number): void {
  writer.varint(texts.length);
  for (const text of texts) {
    const encoding = text.isWellFormed() ? 'utf8' : 'utf16le';
    const length = Buffer.byteLength(text, encoding);
    writer.varint(2 * length + (encoding === 'utf8' ? 0 : 1));
    writer.text(text, length, encoding);
  }
  writeSymbols(writer, symbols, count, texts.length);
}

/** Reads the texts, and into `symbols` which of them each is. @throws RangeError when they are not what was written. */
export function readDictionary(reader: ByteReader, symbols: Uint32Array, count: number): string[] {
  const texts: string[] = [];
  const distinct = reader.varint();
  if (distinct === 0 || distinct > count) throw new RangeError('there are too many texts');
  while (texts.length < distinct) {
    const length = reader.varint();
    texts.push(reader.text(Math.floor(length / 2), length % 2 === 0 ? 'utf8' : 'utf16le'));
  }
  readSymbols(reader, symbols, count, distinct);
  return texts;
}
