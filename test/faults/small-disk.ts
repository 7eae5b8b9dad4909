import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const MEGABYTE = 1024 * 1024;
/** What a message may need while it waits in the inbox and in the store's log, generously. */
const BYTES_PER_MESSAGE = 1_000;

/** A disk in memory that can be filled to the last block. */
export interface SmallDisk {
  folder: string;
  fill(): void;
  empty(): void;
  remove(): void;
}

/** Mounts a disk with room for so many messages; undefined where that is not allowed. */
export function mountSmallDisk(directory: string, messages: number): SmallDisk | undefined {
  const folder = join(directory, 'disk');
  mkdirSync(folder);
  const megabytes = 128 + Math.ceil((messages * BYTES_PER_MESSAGE) / MEGABYTE);
  if (process.platform !== 'linux' || spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]).status !== 0) return undefined;
  const remove = (): void => void spawnSync('umount', ['--lazy', folder]);
  process.once('exit', remove);
  const filler = join(folder, 'filler');
  return {
    folder,
    fill() {
      for (const size of [MEGABYTE, 64 * 1024, 4096, 512]) {
        const chunk = Buffer.alloc(size, 1);
        try {
          for (;;) appendFileSync(filler, chunk);
        } catch {
          // The disk is full for pieces of this size.
        }
      }
    },
    empty: () => rmSync(filler, { force: true }),
    remove() {
      process.off('exit', remove);
      remove();
    },
  };
}
