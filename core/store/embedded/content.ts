import type { Quality, ReadingValue } from '../../sample/sample.ts';
import type { Block } from '../codec/block.ts';
import { qualityOfKind, sameValue } from '../codec/kind.ts';
import { readNote } from '../codec/note.ts';
import type { StoredReading } from '../store.ts';

/** What a reading is beside its time: what a correction changes. */
export interface Content {
  value: ReadingValue;
  quality: Quality;
  /** Unit, flags and raw value; see note.ts. */
  note: string | undefined;
}

export function sameContent(a: Content, b: Content): boolean {
  return sameValue(a.value, b.value) && a.quality === b.quality && a.note === b.note;
}

export function contentAt(block: Block, index: number): Content {
  return { value: block.value(index), quality: qualityOfKind(block.kind(index)), note: block.note(index) };
}

export function readingOf(ts: number, { value, quality, note }: Content): StoredReading {
  const reading: StoredReading = { ts, value, quality };
  return note === undefined ? reading : { ...reading, ...readNote(note) };
}
