import type { Account } from './account.ts';
import { Counts } from './counts.ts';
import { entryOf } from './ledger-log.ts';
import type { LedgerLog } from './ledger-log.ts';

/** So many accounts at a time go from the journal into the table: it takes milliseconds. */
const ACCOUNTS_A_FOLD = 500;

interface Sum {
  readonly account: Account;
  readonly counts: Counts;
}

/** A row of the journal, and what it says. */
interface Part {
  readonly id: number;
  readonly sums: readonly Sum[];
}

/** What stands in the journal on disk, by account: so it can be moved into the table without being read, each account once, however often it was written. */
export class Journal {
  readonly #log: LedgerLog;
  readonly #accounts = new Set<Account>();
  /** What is left of the journal as it was when it was rewritten last. */
  #parts: Part[] = [];

  constructor(log: LedgerLog) {
    this.#log = log;
  }

  /** How many accounts it has something of, beside those that are being moved. */
  get size(): number {
    return this.#accounts.size;
  }

  /** What has been written of an account, to be added to. */
  of(account: Account): Counts {
    if (account.journaled) return account.journaled;
    this.#accounts.add(account);
    return (account.journaled = new Counts());
  }

  /** Moves a part into the table. @returns whether there is more to move. */
  fold(): boolean {
    if (this.#parts.length === 0) this.#rewrite();
    const part = this.#parts.at(-1);
    if (!part) return false;
    this.#log.fold(part.id, part.sums.map(({ account: { device, via }, counts }) => entryOf(device, via, counts)));
    this.#parts.pop();
    for (const { account, counts } of part.sums) account.live.add(counts.kinds, counts.refused, -1);
    return this.#parts.length > 0;
  }

  #rewrite(): void {
    const sums: Sum[] = [];
    for (const account of this.#accounts) if (account.journaled) sums.push({ account, counts: account.journaled });
    const parts: Sum[][] = [];
    for (let from = 0; from < sums.length; from += ACCOUNTS_A_FOLD) parts.push(sums.slice(from, from + ACCOUNTS_A_FOLD));
    if (parts.length === 0) return;
    const ids = this.#log.rewrite(parts.map((part) => part.map(({ account: { device, via }, counts }) => entryOf(device, via, counts))));
    this.#parts = ids.map((id, index) => ({ id, sums: parts[index] ?? [] }));
    for (const { account } of sums) account.journaled = undefined;
    this.#accounts.clear();
  }
}
