/** The columns of a block that are not its times; what their bytes are is in chunk-codec.ts. */
import type { Block } from './block.ts';
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { Dictionary, readDictionary, writeDictionary } from './dictionary.ts';
import { TYPE, typeOfKind } from './kind.ts';
import { readNumbers, writeNumbers } from './numbers.ts';
import { readSymbols, writeSymbols } from './symbols.ts';
import { wordsOf } from './xor.ts';

/** The most readings of a block that is written, so that a few bytes cannot ask for memory without end. */
export const MAXIMUM_READINGS = 65_536;

const NOTES = { none: 0, some: 1 } as const;
const NO_NOTE = '';
const NO_SYMBOL = 0xffff;

const symbols = new Uint32Array(MAXIMUM_READINGS);
const symbolOfKind = new Uint16Array(256);
const numbers = new Float64Array(MAXIMUM_READINGS);

export function writeKinds(writer: ByteWriter, block: Block, from: number, to: number): void {
  const kinds: number[] = [];
  symbolOfKind.fill(NO_SYMBOL);
  for (let index = from; index < to; index += 1) {
    const kind = block.kind(index);
    if (symbolOfKind[kind] === NO_SYMBOL) symbolOfKind[kind] = kinds.push(kind) - 1;
    symbols[index - from] = symbolOfKind[kind] ?? 0;
  }
  writer.uint8(kinds.length - 1);
  for (const kind of kinds) writer.uint8(kind);
  writeSymbols(writer, symbols, to - from, kinds.length);
}

export function readKinds(reader: ByteReader, block: Block): void {
  const kinds: number[] = [];
  for (let left = reader.uint8(); left >= 0; left -= 1) {
    const kind = reader.uint8();
    if (typeOfKind(kind) > TYPE.text) throw new RangeError('a reading is of a type that is not known');
    kinds.push(kind);
  }
  readSymbols(reader, symbols, block.length, kinds.length);
  for (let index = 0; index < block.length; index += 1) block.kinds[index] = kinds[symbols[index] ?? 0] ?? 0;
}

/** The readings that are numbers. */
export function writeNumberColumn(writer: ByteWriter, block: Block, from: number, to: number): void {
  const count = countOf(block, from, to, TYPE.number);
  if (count === 0) return;
  if (count === to - from) return writeNumbers(writer, block.numbers, from, to);
  copyWords(block, from, to, (words, at, others, place) => {
    others[place] = words[at] ?? 0;
    others[place + 1] = words[at + 1] ?? 0;
  });
  writeNumbers(writer, numbers, 0, count);
}

export function readNumberColumn(reader: ByteReader, block: Block): void {
  const count = countOf(block, 0, block.length, TYPE.number);
  if (count === 0) return;
  if (count === block.length) return readNumbers(reader, block.numbers, 0, count);
  readNumbers(reader, numbers, 0, count);
  copyWords(block, 0, block.length, (words, at, others, place) => {
    words[at] = others[place] ?? 0;
    words[at + 1] = others[place + 1] ?? 0;
  });
}

export function writeTextColumn(writer: ByteWriter, block: Block, from: number, to: number): void {
  if (block.texts.length === 0) return;
  const dictionary = new Dictionary();
  let count = 0;
  for (let index = from; index < to; index += 1) {
    const text = block.text(index);
    if (text !== undefined) symbols[count++] = dictionary.numberOf(text);
  }
  if (count > 0) writeDictionary(writer, dictionary, symbols, count);
}

export function readTextColumn(reader: ByteReader, block: Block): void {
  const count = countOf(block, 0, block.length, TYPE.text);
  if (count === 0) return;
  for (const text of readDictionary(reader, symbols, count)) block.texts.push(text);
  let place = 0;
  for (let index = 0; index < block.length; index += 1) if (typeOfKind(block.kind(index)) === TYPE.text) block.numbers[index] = symbols[place++] ?? 0;
}

export function writeNotes(writer: ByteWriter, block: Block, from: number, to: number): void {
  const { notes } = block;
  let hasNotes = false;
  if (notes) for (let index = from; index < to && !hasNotes; index += 1) hasNotes = notes[index] !== undefined;
  writer.uint8(hasNotes ? NOTES.some : NOTES.none);
  if (!hasNotes) return;
  const dictionary = new Dictionary();
  for (let index = from; index < to; index += 1) symbols[index - from] = dictionary.numberOf(block.note(index) ?? NO_NOTE);
  writeDictionary(writer, dictionary, symbols, to - from);
}

export function readNotes(reader: ByteReader, block: Block): void {
  const notes = reader.uint8();
  if (notes === NOTES.none) return;
  if (notes !== NOTES.some) throw new RangeError('notes have a form that is not known');
  const texts = readDictionary(reader, symbols, block.length);
  block.notes = Array.from({ length: block.length }, (_, index) => texts[symbols[index] ?? 0] || undefined);
}

function countOf(block: Block, from: number, to: number, type: number): number {
  const { kinds } = block;
  let count = 0;
  for (let index = from; index < to; index += 1) if (typeOfKind(kinds[index] ?? 0) === type) count += 1;
  return count;
}

/** Copies the bits of each number of the block to or from its place in `numbers`, where they are without gaps. */
function copyWords(block: Block, from: number, to: number, copy: (words: Uint32Array, at: number, others: Uint32Array, place: number) => void): void {
  const words = wordsOf(block.numbers);
  const others = wordsOf(numbers);
  let place = 0;
  for (let index = from; index < to; index += 1) {
    if (typeOfKind(block.kind(index)) !== TYPE.number) continue;
    copy(words, 2 * index, others, place);
    place += 2;
  }
}
