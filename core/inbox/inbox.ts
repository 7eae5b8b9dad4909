import type { Clock, Timer } from '../clock/clock.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { GroupCommit } from '../sqlite/group-commit.ts';
import type { Committed } from '../sqlite/group-commit.ts';
import { Channel } from './channel.ts';
import { InboxLog } from './inbox-log.ts';
import type { Commit, NewBatch } from './inbox-log.ts';
import type { QuarantineTable } from './quarantine-table.ts';
import type { InboxRecord } from './record.ts';
import { openOutcomes, outcomeOf } from './outcomes.ts';
import { keysOf, parts, sort } from './commit-items.ts';
import type { Item } from './commit-items.ts';
import { unkeepable, weightOf } from './record.ts';
import type { SettledBatch } from './backlog.ts';
import type { Account } from '../ledger/account.ts';
import { Folding } from '../ledger/folding.ts';
import { Ledger } from '../ledger/ledger.ts';
import { LedgerError } from '../ledger/ledger-log.ts';
import type { LedgerOptions } from '../ledger/ledger.ts';
import { StorageError, storageError } from '../sqlite/storage-error.ts';

export interface InboxOptions {
  path: string;
  clock: Clock;
  /** The longest a record waits for its commit, in milliseconds. */
  commitInterval?: number;
  ledger?: LedgerOptions;
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
}

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
  /** The keys of attempts that wait for their commit; undefined until one is asked for, since most commits are never asked. */
  #attempting: Set<number> | undefined;
  /** How many records of each channel have not settled. */
  readonly #unsettled = new Map<string, number>();
  /** What became of every message: the counts that must add up. */
  readonly ledger: Ledger;
  readonly #folding: Folding;
  #forgetTimer: Timer | undefined;
  #closed = false;
  #paused = false;

  /** @throws StorageError when the file cannot be opened. */
  constructor({ path, clock, commitInterval = 4, ledger, problem }: InboxOptions) {
    this.#log = new InboxLog(path, clock);
    this.#clock = clock;
    this.#problem = problem;
    try {
      this.ledger = new Ledger(this.#log.ledger, ledger);
      this.#folding = new Folding({ ledger: this.ledger, clock, problem });
      this.#takeStock();
    } catch (error) {
      this.#log.abandon();
      if (!(error instanceof LedgerError)) throw storageError(path, error);
      throw new StorageError('DAMAGED', path, `The file ${path} is damaged (${error.message}). Restore it from a backup, or move it away to start with an empty one.`, { cause: error });
    }
    this.#group = new GroupCommit({ clock, interval: commitInterval, maximumItems: 10_000, commit: (items) => this.#commit(items) });
  }

  /**
   * Keeps `record`; `committed` is called without an error once it is on disk, with one when it is not. With `key` it is
   * remembered that this attempt came through.
   */
  append(channel: string, record: InboxRecord, committed: Committed, key?: number): void {
    if (this.ledger.account(record.device, record.via).device !== record.device) record.pooled = true;
    this.#add({ channel, record, key }, record, committed, key);
  }

  /** The latest time of reception that was ever kept, in milliseconds since the epoch; 0: none. */
  get received(): number {
    return this.#log.received;
  }

  get attemptSeed(): number {
    return this.#log.attemptSeed;
  }

  /** Whether a message with this attempt's key is on disk. */
  attempted(key: number): boolean {
    return this.#log.attempts.has(key);
  }

  /** Calls `committed` after the commit that a message with this attempt's key waits for. @returns false when none waits. */
  awaitAttempt(key: number, committed: Committed): boolean {
    this.#attempting ??= keysOf(this.#group.items);
    if (!this.#attempting.has(key)) return false;
    this.#group.add({ follows: key }, committed);
    return true;
  }

  /** Puts a record into quarantine that is not to enter the flow at all; otherwise as `append`. */
  condemn(record: InboxRecord, reason: string, detail: string, committed: Committed, key?: number): void {
    this.#add({ condemned: { record, reason, detail }, key }, record, committed, key);
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
          account: (record) => this.ledger.accountOf(record),
          settled: (account, weight, outcome) => {
            this.#count(name, -1);
            this.ledger.settled(account, weight, outcome);
          },
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

  /** Records on disk that have not settled, by channel; channels that have none are left out. */
  unsettled(): Map<string, number> {
    return new Map([...this.#unsettled].filter(([, records]) => records > 0));
  }

  /** When the oldest record of a channel was received, in milliseconds since the epoch; undefined when it has none. Throws StorageError. */
  oldest(channel: string): number | undefined {
    return this.#log.oldest(channel);
  }

  quarantined(): number {
    return this.#log.quarantine.count();
  }

  /** How many had to leave the quarantine because it was full, since its file was made. */
  quarantineDropped(): number {
    return this.#log.quarantine.dropped();
  }

  quarantineList(limit: number): ReturnType<QuarantineTable['list']> {
    return this.#log.quarantine.list(limit);
  }

  /** Commits what waits, notes what has settled and closes the file. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#group.flush();
    } catch (error) {
      this.#problem(error);
    }
    this.#flushForgotten();
    this.#forgetTimer?.cancel();
    this.#folding.close();
    const channels = [...this.#channels.values()];
    for (const channel of channels) channel.close();
    this.#log.close(channels.flatMap((channel) => [...channel.open]));
  }

  #add(item: Item, record: InboxRecord, committed: Committed, key: number | undefined): void {
    if (this.#closed) return committed(new InboxClosedError());
    const error = unkeepable(record);
    if (error) return committed(error);
    if (key !== undefined) this.#attempting?.add(key);
    this.#group.add(item, committed);
  }

  /** What the file holds from before, as the ledger has to know it. */
  #takeStock(): void {
    const before = new Map<Account, number>();
    const { uncounted } = this.#log;
    this.#log.outline((outline, channel, outcome) => {
      const account = this.ledger.accountOf(outline);
      this.ledger.found(account, outline.weight, outcome);
      if (!outcome) this.#count(channel, 1);
      if (uncounted) before.set(account, (before.get(account) ?? 0) + 1);
    });
    if (!uncounted) return;
    this.#log.countReceived(Array.from(before, ([{ device, via }, records]) => [device, via, [records]]));
    for (const [account, records] of before) this.ledger.foundReceived(account, records);
  }

  #count(channel: string, records: number): void {
    this.#unsettled.set(channel, (this.#unsettled.get(channel) ?? 0) + records);
  }

  #commit(items: readonly Item[]): void {
    // All that waited for their commit have it now, well or not.
    this.#attempting = undefined;
    const { channels, refused, condemned, attempts } = sort(items);
    const batches: NewBatch[] = [];
    for (const [name, records] of channels) {
      let { room } = this.channel(name);
      for (const record of records) this.ledger.keeping(this.ledger.accountOf(record), weightOf(record));
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
      this.#count(channel, records.length);
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
      this.#folding.committed();
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
    if (this.#closed) return;
    this.#forgetTimer ??= this.#clock.setTimeout(() => {
      this.#forgetTimer = undefined;
      this.#flushForgotten();
    }, milliseconds);
  }

  #flushForgotten(): void {
    if (this.#forgotten.size === 0 && !this.ledger.hasNews) return;
    try {
      this.#write({});
    } catch (error) {
      this.#problem(error);
      this.#flushSoon(DISK_RETRY_DELAY);
    }
  }
}
