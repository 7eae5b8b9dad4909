import type { Clock } from '../clock/clock.ts';
import { GroupCommit } from '../sqlite/group-commit.ts';
import type { Committed } from '../sqlite/group-commit.ts';
import { Channel } from './channel.ts';
import { InboxClosedError } from './inbox-closed-error.ts';
import { InboxLog } from './inbox-log.ts';
import type { Commit, NewBatch } from './inbox-log.ts';
import { InboxQuarantine } from '../quarantine/inbox-quarantine.ts';
import type { QuarantineCause } from '../quarantine/cause.ts';
import type { Refused } from '../quarantine/quarantine-table.ts';
import type { Waiting } from '../quarantine/selection.ts';
import type { InboxRecord } from './record.ts';
import { openOutcomes, outcomeOf } from './outcomes.ts';
import { keysOf, parts, sort } from './commit-items.ts';
import { Flushing } from './flushing.ts';
import type { Item } from './commit-items.ts';
import { unkeepable, weightOf } from './record.ts';
import type { SettledBatch } from './backlog.ts';
import type { Account } from '../ledger/account.ts';
import { Folding } from '../ledger/folding.ts';
import { Ledger } from '../ledger/ledger.ts';
import type { LedgerOptions } from '../ledger/ledger.ts';
import { LedgerError } from '../ledger/ledger-log.ts';
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
  /** What waits there with a reason. */
  readonly quarantine: InboxQuarantine;
  readonly #folding: Folding;
  readonly #flushing: Flushing;
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
    this.#flushing = new Flushing({ clock, problem, isDue: () => this.#forgotten.size > 0 || this.ledger.hasNews, flush: () => void this.#write({}) });
    this.quarantine = new InboxQuarantine({
      clock, problem,
      table: this.#log.quarantine,
      selection: this.#log.selection,
      write: (work) => void this.#write({ quarantine: work }),
      readmit: (waiting, note) => this.#readmit(waiting, note),
      sources: () => (this.#paused ? undefined : [...this.#channels].flatMap(([name, { window }]) => (window === undefined ? [] : [{ name, window }]))),
      held: (channel) => ({ records: this.#unsettled.get(channel) ?? 0, bytes: this.ledger.inFlightBytes }),
    });
    this.#group = new GroupCommit({ clock, interval: commitInterval, maximumItems: 10_000, commit: (items) => this.#commit(items) });
  }

  /**
   * Keeps `record`; `committed` is called without an error once it is on disk, with one when it is not. With `key` it is
   * remembered that this attempt came through.
   */
  append(channel: string, record: InboxRecord, committed: Committed, key?: number): void {
    this.#pool(record);
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
  condemn(channel: string, record: InboxRecord, cause: QuarantineCause, committed: Committed, key?: number): void {
    this.#add({ condemned: { channel, record, ...cause }, key }, record, committed, key);
  }

  /** Puts one sample of a record that is in the flow into quarantine, once however often it is said; how the record ends is for its channel to hear. */
  quarantineSample(refused: Refused & { sample: number }, committed: Committed): void {
    if (this.#closed) committed(new InboxClosedError());
    else this.#group.add({ refused }, committed);
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
          quarantine: (refused, committed) => (this.#closed ? undefined : this.#group.add({ refused: { ...refused, channel: name } }, committed)),
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

  /** Commits what waits, notes what has settled and closes the file. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#group.flush();
    } catch (error) {
      this.#problem(error);
    }
    this.#flushing.close();
    this.#folding.close();
    this.quarantine.close();
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

  #pool(record: InboxRecord): void {
    if (this.ledger.account(record.device, record.via).device !== record.device) record.pooled = true;
  }

  #count(channel: string, records: number): void {
    this.#unsettled.set(channel, (this.#unsettled.get(channel) ?? 0) + records);
  }

  #commit(items: readonly Item[]): void {
    // All that waited for their commit have it now, well or not.
    this.#attempting = undefined;
    const { channels, ...others } = sort(items);
    const { condemned } = others;
    const batches = this.#batchesOf(channels);
    for (const { record } of condemned) this.ledger.ended(this.ledger.account(record.device, record.via), 'quarantined');
    const firsts = this.#write({ batches, ...others }, () => {
      for (const { record } of condemned) this.ledger.ended(this.ledger.account(record.device, record.via), 'quarantined', -1);
    });
    this.#offer(batches, firsts);
  }

  /** Moves what waits in quarantine into the inbox, in the transaction that `note` writes something into; throws when that fails, and then nothing has moved. */
  #readmit(waiting: readonly Waiting[], note: () => void): void {
    for (const { record } of waiting) this.#pool(record);
    const channels = Map.groupBy(waiting, ({ channel }) => channel);
    const batches = this.#batchesOf(Array.from(channels, ([name, entries]) => [name, entries.map(({ record }) => record)] as const));
    this.#offer(batches, this.#write({ batches, quarantine: (table) => {
      table.remove(waiting.map(({ id }) => id), 'released');
      note();
    } }));
  }

  #batchesOf(channels: Iterable<readonly [name: string, records: readonly InboxRecord[]]>): NewBatch[] {
    const batches: NewBatch[] = [];
    for (const [name, records] of channels) {
      let { room } = this.channel(name);
      for (const record of records) this.ledger.keeping(this.ledger.accountOf(record), weightOf(record), record.released !== undefined);
      for (const part of parts(records)) {
        batches.push({ channel: name, ...part, delivered: room > 0 });
        room -= part.records.length;
      }
    }
    return batches;
  }

  #offer(batches: readonly NewBatch[], firsts: readonly number[]): void {
    batches.forEach(({ channel, records, bytes, delivered }, index) => {
      const first = firsts[index];
      this.#count(channel, records.length);
      if (first !== undefined) this.channel(channel).offer({ first, records, bytes, outcomes: openOutcomes(records.length), deaths: 0, delivered });
    });
  }

  /** Writes with what has settled meanwhile, and with what the ledger has to say of all of it. */
  #write(commit: Pick<Commit, 'batches' | 'refused' | 'condemned' | 'attempts' | 'quarantine'>, undo?: () => void): number[] {
    const forgotten = [...this.#forgotten];
    try {
      const firsts = this.#log.commit({ ...commit, forgotten, journal: this.ledger.journal() });
      this.ledger.committed();
      for (const first of forgotten) this.#forgotten.delete(first);
      this.#folding.committed();
      this.quarantine.committed();
      return firsts;
    } catch (error) {
      this.ledger.failed();
      undo?.();
      throw error;
    }
  }

  #forget({ first, accounts, outcomes }: SettledBatch): void {
    accounts.forEach((account, index) => {
      const outcome = outcomeOf(outcomes, index);
      if (outcome) this.ledger.forgetting(account, outcome);
    });
    this.#forgotten.add(first);
    this.#flushing.soon();
  }

  /** Has what the ledger counted on disk soon, also when nothing is committed. */
  noted(): void {
    this.#flushing.soon();
  }
}
