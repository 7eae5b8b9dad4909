import type { Refused } from '../quarantine/quarantine-table.ts';
import { weightOf } from './record.ts';
import type { InboxRecord } from './record.ts';

/** `key`: of the attempt by which it came, see core/intake/attempt-key.ts; `follows`: nothing but somebody who waits for the one with that key. */
export type Item =
  | { channel: string; record: InboxRecord; key: number | undefined }
  | { refused: Refused }
  | { condemned: Omit<Refused, 'position'>; key: number | undefined }
  | { follows: number };

/** What the items of a commit are, sorted. */
export interface Sorted {
  readonly channels: Map<string, InboxRecord[]>;
  readonly refused: Refused[];
  readonly condemned: Array<Omit<Refused, 'position'>>;
  readonly attempts: number[];
}

const BATCH_RECORDS = 1_000;
const BATCH_BYTES = 1024 * 1024;

export function sort(items: readonly Item[]): Sorted {
  const sorted: Sorted = { channels: new Map(), refused: [], condemned: [], attempts: [] };
  for (const item of items) {
    if ('refused' in item) sorted.refused.push(item.refused);
    else if (!('follows' in item) && item.key !== undefined) sorted.attempts.push(item.key);
    if ('condemned' in item) sorted.condemned.push(item.condemned);
    else if ('record' in item) {
      const records = sorted.channels.get(item.channel);
      if (records) records.push(item.record);
      else sorted.channels.set(item.channel, [item.record]);
    }
  }
  return sorted;
}

/** The keys of the attempts by which items came. */
export function keysOf(items: readonly Item[]): Set<number> {
  const keys = new Set<number>();
  for (const item of items) if ('key' in item && item.key !== undefined) keys.add(item.key);
  return keys;
}

/** Small enough that a batch read back from disk fits in memory beside the others. */
export function* parts(records: readonly InboxRecord[]): Generator<{ records: readonly InboxRecord[]; bytes: number }> {
  let start = 0;
  let bytes = 0;
  for (let at = 0; at < records.length; at += 1) {
    const record = records[at];
    bytes += record ? weightOf(record) : 0;
    const last = at + 1 === records.length;
    if (!last && at + 1 - start < BATCH_RECORDS && bytes < BATCH_BYTES) continue;
    yield { records: start === 0 && last ? records : records.slice(start, at + 1), bytes };
    start = at + 1;
    bytes = 0;
  }
}
