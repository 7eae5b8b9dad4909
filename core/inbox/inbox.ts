import type { Clock, Timer } from '../clock/clock.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { GroupCommit } from '../sqlite/group-commit.ts';
import type { Committed } from '../sqlite/group-commit.ts';
import { Channel } from './channel.ts';
import { InboxLog } from './inbox-log.ts';
import type { Commit, NewBatch, Refused } from './inbox-log.ts';
import type { QuarantineTable } from './quarantine-table.ts';
import type { InboxRecord } from './record.ts';
import { openOutcomes, outcomeOf } from './outcomes.ts';
import type { SettledBatch } from './backlog.ts';
import { Ledger } from '../ledger/ledger.ts';

export interface InboxOptions {
  path: string;
  clock: Clock;
  /** The longest a record waits for its commit, in milliseconds. */
  commitInterval?: number;
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
}

/** `key`: of the attempt by which it came, see core/intake/attempt-key.ts. */
type Item = { channel: string; record: InboxRecord; key: number | undefined } | { refused: Refused } | { condemned: Omit<Refused, 'position'>; key: number | undefined };

/** What the items of a commit are, sorted. */
interface Sorted {
  readonly channels: Map<string, InboxRecord[]>;
  readonly refused: Refused[];
  readonly condemned: Array<Omit<Refused, 'position'>>;
  readonly attempts: number[];
}

const BATCH_RECORDS = 1_000;
const BATCH_BYTES = 1024 * 1024;
const FORGET_INTERVAL = 100;
const FOLD_INTERVAL = 5_000;
const FOLD_AGAIN = 100;
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
  /** The keys of attempts that wait for their commit. */
  readonly #attempting = new Set<number>();
  /** What became of every message: the counts that must add up. */
  readonly ledger: Ledger;
  #foldTimer: Timer | undefined;
  #forgetTimer: Timer | undefined;
  #closed = false;
  #paused = false;

  /** @throws StorageError when the file cannot be opened. */
  constructor({ path, clock, commitInterval = 4, problem }: InboxOptions) {
    this.#log = new InboxLog(path, clock);
    this.ledger = new Ledger(this.#log.ledger);
    this.#log.outline((device, via, bytes, outcome) => this.ledger.found(this.ledger.account(device, via), bytes, outcome));
    this.#clock = clock;
    this.#problem = problem;
    this.#group = new GroupCommit({ clock, interval: commitInterval, maximumItems: 10_000, commit: (items) => this.#commit(items) });
  }

  /**
   * Keeps `record`; `committed` is called without an error once it is on disk, with one when it is not. With `key` it is
   * remembered that this attempt came through.
   */
  append(channel: string, record: InboxRecord, committed: Committed, key?: number): void {
    this.#add({ channel, record, key }, committed, key);
  }

  /** Whether a message with this attempt's key is on disk. One that waits for its commit is committed first. */
  attempted(key: number): boolean {
    if (this.#attempting.has(key)) this.#group.flush();
    return this.#log.attempts.has(key);
  }

  /** Puts a record into quarantine that is not to enter the flow at all; otherwise as `append`. */
  condemn(record: InboxRecord, reason: string, detail: string, committed: Committed, key?: number): void {
    this.#add({ condemned: { record, reason, detail }, key }, committed, key);
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
          forget: (batch) => this.#forget(batch),
          account: ({ device, via }) => this.ledger.account(device, via),
          settled: (account, bytes, outcome) => this.ledger.settled(account, bytes, outcome),
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

  /** When the oldest record of a channel was received, in milliseconds since the epoch; undefined when it has none. */
  oldest(channel: string): number | undefined {
    return this.#log.oldest(channel);
  }

  quarantined(): number {
    return this.#log.quarantine.count();
  }

  quarantineList(limit: number): ReturnType<QuarantineTable['list']> {
    return this.#log.quarantine.list(limit);
  }

  /** Commits what waits, notes what has settled and closes the file. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#group.flush();
    this.#flushForgotten();
    this.#forgetTimer?.cancel();
    this.#foldTimer?.cancel();
    const channels = [...this.#channels.values()];
    for (const channel of channels) channel.close();
    this.#log.close(channels.flatMap((channel) => [...channel.open]));
  }

  #add(item: Item, committed: Committed, key: number | undefined): void {
    if (this.#closed) return committed(new InboxClosedError());
    if (key === undefined) return this.#group.add(item, committed);
    this.#attempting.add(key);
    this.#group.add(item, (error) => {
      this.#attempting.delete(key);
      committed(error);
    });
  }

  #commit(items: readonly Item[]): void {
    const { channels, refused, condemned, attempts } = sort(items);
    const batches: NewBatch[] = [];
    for (const [name, records] of channels) {
      let { room } = this.channel(name);
      for (const { device, via, payload } of records) this.ledger.keeping(this.ledger.account(device, via), payload.length);
      for (const part of parts(records)) {
        batches.push({ channel: name, ...part, delivered: room > 0 });
        room -= part.records.length;
      }
    }
    for (const { record } of condemned) this.ledger.ended(this.ledger.account(record.device, record.via), 'quarantined');
    const firsts = this.#write({ batches, refused, condemned, attempts }, () => {
      for (const { record } of condemned) this.ledger.ended(this.ledger.account(record.device, record.via), 'quarantined', -1);
    });
    batches.forEach(({ channel, records, bytes, delivered }, index) => {
      const first = firsts[index];
      if (first !== undefined) this.channel(channel).offer({ first, records, bytes, outcomes: openOutcomes(records.length), deaths: 0, delivered });
    });
  }

  /** Writes with what has settled meanwhile, and with what the ledger has to say of all of it. */
  #write(commit: Pick<Commit, 'batches' | 'refused' | 'condemned' | 'attempts'>, undo?: () => void): number[] {
    const forgotten = [...this.#forgotten];
    try {
      const firsts = this.#log.commit({ ...commit, forgotten, journal: this.ledger.journal() });
      this.ledger.committed();
      for (const first of forgotten) this.#forgotten.delete(first);
      this.#foldSoon();
      return firsts;
    } catch (error) {
      this.ledger.failed();
      undo?.();
      throw error;
    }
  }

  /** Settled batches go with the next commit, or a little later when there is none: no fsync is spent on them alone under load. */
  #forget({ first, accounts, outcomes }: SettledBatch): void {
    accounts.forEach((account, index) => {
      const outcome = outcomeOf(outcomes, index);
      if (outcome) this.ledger.forgetting(account, outcome);
    });
    this.#forgotten.add(first);
    this.#flushSoon(FORGET_INTERVAL);
  }

  /** Has what the ledger counted on disk soon, also when nothing is committed. */
  noted(): void {
    this.#flushSoon(FORGET_INTERVAL);
  }

  #flushSoon(milliseconds: number): void {
    this.#forgetTimer ??= this.#clock.setTimeout(() => {
      this.#forgetTimer = undefined;
      this.#flushForgotten();
    }, milliseconds);
  }

  #flushForgotten(): void {
    if (this.#forgotten.size === 0 && this.ledger.journal() === undefined) return;
    try {
      this.#write({});
    } catch (error) {
      this.#problem(error);
      this.#flushSoon(DISK_RETRY_DELAY);
    }
  }

  #foldSoon(milliseconds = FOLD_INTERVAL): void {
    this.#foldTimer ??= this.#clock.setTimeout(() => {
      this.#foldTimer = undefined;
      try {
        if (this.ledger.fold()) this.#foldSoon(FOLD_AGAIN);
      } catch (error) {
        this.#problem(error);
        this.#foldSoon(DISK_RETRY_DELAY);
      }
    }, milliseconds);
  }
}

function sort(items: readonly Item[]): Sorted {
  const sorted: Sorted = { channels: new Map(), refused: [], condemned: [], attempts: [] };
  for (const item of items) {
    if ('refused' in item) {
      sorted.refused.push(item.refused);
      continue;
    }
    if (item.key !== undefined) sorted.attempts.push(item.key);
    if ('condemned' in item) sorted.condemned.push(item.condemned);
    else {
      const records = sorted.channels.get(item.channel);
      if (records) records.push(item.record);
      else sorted.channels.set(item.channel, [item.record]);
    }
  }
  return sorted;
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
