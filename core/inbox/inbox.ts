import type { Clock, Timer } from '../clock/clock.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { GroupCommit } from '../sqlite/group-commit.ts';
import type { Committed } from '../sqlite/group-commit.ts';
import { Channel } from './channel.ts';
import { InboxLog } from './inbox-log.ts';
import type { NewBatch, Refused } from './inbox-log.ts';
import type { InboxRecord } from './record.ts';
import { settledBitmap } from './settled-bitmap.ts';

export interface InboxOptions {
  path: string;
  clock: Clock;
  /** The longest a record waits for its commit, in milliseconds. */
  commitInterval?: number;
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
}

type Item = { channel: string; record: InboxRecord } | { refused: Refused };

const BATCH_RECORDS = 1_000;
const BATCH_BYTES = 1024 * 1024;
const FORGET_INTERVAL = 100;
const DISK_RETRY_DELAY = 5_000;

/** The backend is being stopped: what comes now is not kept and not acknowledged. Code `HOLDFAST_INBOX_CLOSED`. */
export class InboxClosedError extends HoldfastError {
  constructor() {
    super('HOLDFAST_INBOX_CLOSED', 'The backend is stopping and takes no more samples. Send again in a moment.');
  }
}

/**
 * The durable log between devices and flows. `append` says "committed" when the record is on disk, and only then may a
 * device be acknowledged; the channel of a source brings its records into the flow, again after a crash or a deploy,
 * until they have settled.
 */
export class Inbox {
  readonly #log: InboxLog;
  readonly #clock: Clock;
  readonly #problem: (error: unknown) => void;
  readonly #group: GroupCommit<Item>;
  readonly #channels = new Map<string, Channel>();
  readonly #forgotten = new Set<number>();
  #forgetTimer: Timer | undefined;
  #closed = false;
  #paused = false;

  /** @throws StorageError when the file cannot be opened. */
  constructor({ path, clock, commitInterval = 4, problem }: InboxOptions) {
    this.#log = new InboxLog(path, clock);
    this.#clock = clock;
    this.#problem = problem;
    this.#group = new GroupCommit({ clock, interval: commitInterval, maximumItems: 10_000, commit: (items) => this.#commit(items) });
  }

  /** Keeps `record`; `committed` is called without an error once it is on disk, with one when it is not. */
  append(channel: string, record: InboxRecord, committed: Committed): void {
    if (this.#closed) committed(new InboxClosedError());
    else this.#group.add({ channel, record }, committed);
  }

  /** The channel of a source; its name is the id of the node that delivers, and is kept over restarts. */
  channel(name: string): Channel {
    let channel = this.#channels.get(name);
    if (!channel) {
      channel = new Channel(
        {
          read: (position) => this.#log.read(name, position),
          markDelivered: (firsts) => this.#log.markDelivered(firsts),
          markSuspect: (batch, position) => this.#log.markSuspect(name, batch, position),
          forget: (first) => this.#forget(first),
          quarantine: (refused, committed) => (this.#closed ? undefined : this.#group.add({ refused }, committed)),
          problem: this.#problem,
        },
        this.#clock,
      );
      channel.paused = this.#paused;
      this.#channels.set(name, channel);
    }
    return channel;
  }

  /** Holds deliveries of every channel back, or lets them go on. */
  pause(paused: boolean): void {
    this.#paused = paused;
    for (const channel of this.#channels.values()) channel.paused = paused;
  }

  /** Records on disk that have not settled, by channel. Reads the disk: for status pages, not for hot paths. */
  unsettled(): Map<string, number> {
    return this.#log.unsettled();
  }

  quarantined(): number {
    return this.#log.quarantined();
  }

  quarantineList(limit: number): ReturnType<InboxLog['quarantineList']> {
    return this.#log.quarantineList(limit);
  }

  /** Commits what waits, notes what has settled and closes the file. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#group.flush();
    this.#flushForgotten();
    this.#forgetTimer?.cancel();
    const channels = [...this.#channels.values()];
    for (const channel of channels) channel.close();
    this.#log.close(channels.flatMap((channel) => [...channel.open]));
  }

  #commit(items: readonly Item[]): void {
    const refused: Refused[] = [];
    const batches: NewBatch[] = [];
    for (const [name, records] of this.#byChannel(items, refused)) {
      let { room } = this.channel(name);
      for (const part of parts(records)) {
        batches.push({ channel: name, ...part, delivered: room > 0 });
        room -= part.records.length;
      }
    }
    const forgotten = [...this.#forgotten];
    const firsts = this.#log.commit(batches, refused, forgotten);
    for (const first of forgotten) this.#forgotten.delete(first);
    batches.forEach(({ channel, records, bytes, delivered }, index) => {
      const first = firsts[index];
      if (first !== undefined) this.channel(channel).offer({ first, records, bytes, settled: settledBitmap(records.length), deaths: 0, delivered });
    });
  }

  #byChannel(items: readonly Item[], refused: Refused[]): Map<string, InboxRecord[]> {
    const channels = new Map<string, InboxRecord[]>();
    for (const item of items) {
      if ('refused' in item) refused.push(item.refused);
      else {
        const records = channels.get(item.channel);
        if (records) records.push(item.record);
        else channels.set(item.channel, [item.record]);
      }
    }
    return channels;
  }

  /** Settled batches go with the next commit, or a little later when there is none: no fsync is spent on them alone under load. */
  #forget(first: number): void {
    this.#forgotten.add(first);
    this.#flushForgottenIn(FORGET_INTERVAL);
  }

  #flushForgottenIn(milliseconds: number): void {
    this.#forgetTimer ??= this.#clock.setTimeout(() => {
      this.#forgetTimer = undefined;
      this.#flushForgotten();
    }, milliseconds);
  }

  #flushForgotten(): void {
    if (this.#forgotten.size === 0) return;
    try {
      this.#log.commit([], [], this.#forgotten);
      this.#forgotten.clear();
    } catch (error) {
      this.#problem(error);
      this.#flushForgottenIn(DISK_RETRY_DELAY);
    }
  }
}

/** Small enough that a batch read back from disk fits in memory beside the others. */
function* parts(records: readonly InboxRecord[]): Generator<{ records: readonly InboxRecord[]; bytes: number }> {
  let start = 0;
  let bytes = 0;
  for (let at = 0; at < records.length; at += 1) {
    bytes += records[at]?.payload.length ?? 0;
    const last = at + 1 === records.length;
    if (!last && at + 1 - start < BATCH_RECORDS && bytes < BATCH_BYTES) continue;
    yield { records: start === 0 && last ? records : records.slice(start, at + 1), bytes };
    start = at + 1;
    bytes = 0;
  }
}
