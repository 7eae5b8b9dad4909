import type { Via } from '../sample/via.ts';
import { VIA } from '../sample/via.ts';
import { Account, dueOf } from './account.ts';
import type { Outcome } from '../inbox/outcomes.ts';
import { Counts, statementOf } from './counts.ts';
import type { Kind, Statement } from './counts.ts';
import { Journal } from './journal.ts';
import type { JournalEntry, LedgerLog } from './ledger-log.ts';
import { EVERYBODY, OTHERS } from './ledger-log.ts';

/** A protocol's sum, or that of all. */
interface Total {
  readonly counts: Counts;
  inFlight: number;
}

/** What the ledger says of everybody: in all, and by protocol. */
export interface LedgerStatement {
  total: Statement;
  protocols: Partial<Record<Via, Statement>>;
}

export interface LedgerOptions {
  /** Whether a device is known to the registry: such a one has an account of its own in any case. */
  registered?: (device: string) => boolean;
  /** Beyond so many accounts, devices that are not registered share one. */
  maximumAccounts?: number;
}

/** The reason under which a record counts that a contract refused in the flow. */
const BY_CONTRACT = 'contract';
const MAXIMUM_ACCOUNTS = 100_000;
const ACCOUNTS_IN_MEMORY = 50_000;

/**
 * The counts that must add up: received + released = stored + handled + quarantined + duplicate + conflated + refused + in flight, for each
 * device, each protocol and in all, at every moment and over restarts. The unit is the message, as a protocol delivered it.
 *
 * What a record does to the counts is written with the transaction that moves the record, so that a crash cannot part
 * them. Of what never was a record (refusals) a crash may lose the last seconds, on both sides of the sum.
 */
export class Ledger {
  readonly #log: LedgerLog;
  readonly #registered: (device: string) => boolean;
  readonly #maximumAccounts: number;
  readonly #accounts = new Map<Via, Map<string, Account>>(VIA.map((via) => [via, new Map()]));
  /** How many accounts there are, in memory and on disk. */
  #size: number;
  #inFlight = 0;
  #inFlightBytes = 0;
  readonly #totals = new Map<Via, Total>();
  readonly #due = new Set<Account>();
  readonly #journal: Journal;
  #settled = 0;
  /** The accounts that the commit being written adds records to. */
  #fresh: Account[] = [];

  constructor(log: LedgerLog, { registered = () => false, maximumAccounts = MAXIMUM_ACCOUNTS }: LedgerOptions = {}) {
    this.#log = log;
    this.#registered = registered;
    this.#maximumAccounts = maximumAccounts;
    log.foldAll();
    this.#journal = new Journal(log);
    this.#size = log.size();
    const folded = log.read(EVERYBODY);
    for (const via of VIA) this.#totals.set(via, { counts: folded.get(via) ?? new Counts(), inFlight: 0 });
  }

  /** The weight of all that is kept and has not settled, in bytes. */
  get inFlightBytes(): number {
    return this.#inFlightBytes;
  }

  /** Of how many accounts the journal on disk has something that is not being moved yet. */
  get accountsInJournal(): number {
    return this.#journal.size;
  }

  /** How many accounts are in memory: those to which something happens, and some more. */
  get accountsInMemory(): number {
    let size = 0;
    for (const accounts of this.#accounts.values()) size += accounts.size;
    return size;
  }

  /** How many records have settled since the ledger was opened. */
  get settledCount(): number {
    return this.#settled;
  }

  /** How many messages are kept and have not settled. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * The account of a device, or the shared one: ids that subscribed topics and flows invent would fill memory and disk. Who has
   * an account of its own keeps it.
   */
  account(device: string, via: Via): Account {
    return this.#accounts.get(via)?.get(device) ?? this.#open(device, via, true);
  }

  /** The account in which a record was counted when it came. */
  accountOf({ device, via, pooled }: { device: string; via: Via; pooled?: boolean }): Account {
    const owner = pooled ? OTHERS : device;
    return this.#accounts.get(via)?.get(owner) ?? this.#open(owner, via, false);
  }

  /** A record that was in the inbox's file when the ledger was opened; one that has settled is not in the table before it is forgotten. */
  found(account: Account, bytes: number, outcome: Outcome | undefined): void {
    if (outcome) this.#countEnd(account, outcome);
    else this.#fly(account, 1, bytes);
  }

  /** Records that were found have been put into the journal as received. */
  foundReceived(account: Account, records: number): void {
    this.#count(account, 'received', records);
    this.#journal.of(account).count('received', records);
  }

  /** A record is part of the commit that is being written; it counts with `committed`. `released`: it comes from quarantine, and was received before. */
  keeping(account: Account, bytes: number, released = false): void {
    if (account.fresh === 0) this.#fresh.push(account);
    account.fresh += 1;
    if (released) account.freshReleased += 1;
    account.freshBytes += bytes;
  }

  /** A record has settled. It stays in the inbox's file until it is forgotten. */
  settled(account: Account, bytes: number, outcome: Outcome): void {
    this.#fly(account, -1, -bytes);
    this.#countEnd(account, outcome);
    this.#settled += 1;
  }

  /** A record that has settled is about to leave the inbox's file with the next commit. */
  forgetting(account: Account, outcome: Outcome): void {
    if (outcome === 'refused') account.due.countRefused(BY_CONTRACT);
    else account.due.count(outcome);
    this.#mark(account);
  }

  /** A message that was received and never became a record. */
  ended(account: Account, kind: 'duplicate' | 'conflated' | 'quarantined', messages: 1 | -1 = 1): void {
    for (const one of ['received', kind] as const) {
      this.#count(account, one, messages);
      account.due.count(one, messages);
    }
    this.#mark(account);
  }

  refused(account: Account, reason: string): void {
    this.#count(account, 'received');
    account.due.count('received');
    this.#countRefused(account, reason);
    account.due.countRefused(reason);
    this.#mark(account);
  }

  /** Whether something was counted that is not on disk. */
  get hasNews(): boolean {
    return this.#due.size > 0 || this.#fresh.length > 0;
  }

  /** What the commit being written has to put into the journal; undefined when nothing has changed. */
  journal(): JournalEntry[] | undefined {
    if (!this.hasNews) return undefined;
    const entries: JournalEntry[] = [];
    for (const account of this.#due) entries.push(dueOf(account));
    for (const account of this.#fresh) if (!account.isDue) entries.push(dueOf(account));
    return entries;
  }

  /** The commit is on disk. */
  committed(): void {
    for (const account of this.#fresh) {
      this.#fly(account, account.fresh, account.freshBytes);
      const journaled = this.#journal.of(account);
      for (const [kind, records] of [['received', account.fresh - account.freshReleased], ['released', account.freshReleased]] as const) {
        this.#count(account, kind, records);
        journaled.count(kind, records);
      }
    }
    this.#forgetFresh();
    for (const account of this.#due) {
      this.#journal.of(account).add(account.due.kinds, account.due.refused);
      account.due.clear();
      account.isDue = false;
    }
    this.#due.clear();
  }

  /** The commit failed: its records are none. */
  failed(): void {
    this.#forgetFresh();
  }

  /**
   * Moves some of the journal into the table. What stands in it is known, so nothing is read; each account is written once,
   * however often it was in the journal.
   *
   * @returns whether there is more to move.
   */
  fold(): boolean {
    const more = this.#journal.fold();
    if (this.accountsInMemory > ACCOUNTS_IN_MEMORY) for (const accounts of this.#accounts.values()) dropIdle(accounts);
    return more;
  }

  /** Everybody's sums. */
  read(): LedgerStatement {
    const all: Total = { counts: new Counts(), inFlight: 0 };
    const protocols: Partial<Record<Via, Statement>> = {};
    for (const [via, { counts, inFlight }] of this.#totals) {
      all.counts.add(counts.kinds, counts.refused);
      all.inFlight += inFlight;
      if (!counts.isZero || inFlight > 0) protocols[via] = statementOf(counts, inFlight);
    }
    return { total: statementOf(all.counts, all.inFlight), protocols };
  }

  /** One device's sums, by protocol. Reads the disk: for pages and programs that ask, not for hot paths. */
  device(device: string): Partial<Record<Via, Statement>> {
    if (device === EVERYBODY) return {};
    const folded = this.#log.read(device);
    const statements: Partial<Record<Via, Statement>> = {};
    for (const via of VIA) {
      const account = this.#accounts.get(via)?.get(device);
      const counts = folded.get(via) ?? new Counts();
      if (account) counts.add(account.live.kinds, account.live.refused);
      if (!counts.isZero || (account?.inFlight ?? 0) > 0) statements[via] = statementOf(counts, account?.inFlight ?? 0);
    }
    return statements;
  }

  /** The ids of at most `limit` devices behind `after`, in order: those the table knows and those in memory. */
  devices(after: string, limit: number): string[] {
    const ids = new Set(this.#log.devices(after, limit));
    for (const accounts of this.#accounts.values()) for (const [device, account] of accounts) if (device > after && !account.isIdle) ids.add(device);
    return [...ids].toSorted().slice(0, limit);
  }

  #open(device: string, via: Via, mayPool: boolean): Account {
    if (device !== OTHERS && device !== '' && !this.#log.has(device, via)) {
      if (mayPool && this.#size >= this.#maximumAccounts && !this.#registered(device)) return this.account(OTHERS, via);
      this.#size += 1;
    }
    const account = new Account(device, via);
    this.#accounts.get(via)?.set(device, account);
    return account;
  }

  #fly(account: Account, records: number, bytes: number): void {
    account.inFlight += records;
    account.inFlightBytes += bytes;
    this.#inFlight += records;
    this.#inFlightBytes += bytes;
    const total = this.#totals.get(account.via);
    if (total) total.inFlight += records;
  }

  #count(account: Account, kind: Kind, messages = 1): void {
    account.live.count(kind, messages);
    this.#totals.get(account.via)?.counts.count(kind, messages);
  }

  #countRefused(account: Account, reason: string): void {
    account.live.countRefused(reason);
    this.#totals.get(account.via)?.counts.countRefused(reason);
  }

  #countEnd(account: Account, outcome: Outcome): void {
    if (outcome === 'refused') this.#countRefused(account, BY_CONTRACT);
    else this.#count(account, outcome);
  }

  #mark(account: Account): void {
    if (account.isDue) return;
    account.isDue = true;
    this.#due.add(account);
  }

  #forgetFresh(): void {
    for (const account of this.#fresh) {
      account.fresh = 0;
      account.freshReleased = 0;
      account.freshBytes = 0;
    }
    this.#fresh = [];
  }
}

function dropIdle(accounts: Map<string, Account>): void {
  for (const [device, account] of accounts) if (account.isIdle) accounts.delete(device);
}
