/**
 * A disk whose power can be cut: what was flushed is there afterwards; of what was written later, any part may be, in pieces of
 * 512 bytes, each as it was or as it became, whatever the order (Pillai et al., All File Systems Are Not Created Equal, OSDI 2014).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Event } from './trace.ts';

const SECTOR = 512;

/** A number from 0 up to but without 1, from a seed. */
export type Chance = () => number;

type Change = { kind: 'write'; offset: number; data: Buffer } | { kind: 'truncate'; size: number };

class TracedFile {
  #durable: Buffer;
  #changes: Change[] = [];

  constructor(content: Buffer = Buffer.alloc(0)) {
    this.#durable = content;
  }

  add(change: Change): void {
    this.#changes.push(change);
  }

  flush(): void {
    this.#durable = this.#image(() => 0, 1);
    this.#changes = [];
  }

  /** What is on the disk when the power fails; `survives` is how likely it is of a piece that was not flushed. */
  afterCut(chance: Chance, survives: number): Buffer {
    return this.#image(chance, survives);
  }

  #image(chance: Chance, survives: number): Buffer {
    let size = this.#durable.length;
    const most = this.#changes.reduce((longest, change) => Math.max(longest, change.kind === 'write' ? change.offset + change.data.length : change.size), size);
    const image = Buffer.alloc(most);
    this.#durable.copy(image);
    for (const change of this.#changes) {
      if (change.kind === 'truncate') {
        if (chance() >= survives) continue;
        if (change.size < size) image.fill(0, change.size, size);
        size = change.size;
        continue;
      }
      const { offset, data } = change;
      for (let start = 0; start < data.length;) {
        const end = Math.min(data.length, start + SECTOR - ((offset + start) % SECTOR));
        if (chance() < survives) {
          data.copy(image, offset + start, start, end);
          size = Math.max(size, offset + end);
        }
        start = end;
      }
    }
    return image.subarray(0, size);
  }
}

/** The files of one directory. */
export class Disk {
  /** The names that are on disk for sure. */
  readonly #durable = new Map<string, TracedFile>();
  readonly #files = new Map<string, TracedFile>();
  /** Names that came or went since the directory was flushed, in order. */
  #changes: Array<{ name: string; file: TracedFile | undefined }> = [];

  /** A file that was there before, on disk whole. */
  add(name: string, content: Buffer): void {
    const file = new TracedFile(content);
    this.#files.set(name, file);
    this.#durable.set(name, file);
  }

  apply(event: Event): void {
    switch (event.kind) {
      case 'create':
        return this.#name(event.name, new TracedFile());
      case 'remove':
        return this.#name(event.name, undefined);
      case 'write':
      case 'truncate':
        return this.#file(event.name).add(event);
      case 'sync':
        this.#file(event.name).flush();
        return this.#flushNames(this.#changes.findLastIndex(({ file }) => file === this.#files.get(event.name)) + 1);
      case 'sync-directory':
        return this.#flushNames(this.#changes.length);
      case 'say':
        return undefined;
    }
  }

  /** Cuts the power, and writes what is on the disk to `directory`. The disk itself goes on. */
  cut(directory: string, chance: Chance): void {
    // A file system journals its names in order: some of the changes are there, and none without those before it.
    const names = new Map(this.#durable);
    for (const { name, file } of this.#changes.slice(0, Math.floor(chance() * (this.#changes.length + 1)))) setName(names, name, file);
    // Now all of it, now nothing of it, now a part.
    const survives = [0, 1, chance()][Math.floor(chance() * 3)] ?? 0;
    for (const [name, file] of names) writeFileSync(join(directory, name), file.afterCut(chance, survives));
  }

  #name(name: string, file: TracedFile | undefined): void {
    setName(this.#files, name, file);
    this.#changes.push({ name, file });
  }

  #flushNames(count: number): void {
    for (const { name, file } of this.#changes.splice(0, count)) setName(this.#durable, name, file);
  }

  #file(name: string): TracedFile {
    const file = this.#files.get(name);
    if (!file) throw new Error(`the trace writes to ${name}, which it never opened`);
    return file;
  }
}

function setName(names: Map<string, TracedFile>, name: string, file: TracedFile | undefined): void {
  if (file) names.set(name, file);
  else names.delete(name);
}
