import type { Via } from '../sample/via.ts';
import { Counts } from './counts.ts';
import { entryOf } from './ledger-log.ts';
import type { JournalEntry } from './ledger-log.ts';

/** The messages of one device by one protocol, as far as memory has to know them; the rest stands on disk. */
export class Account {
  /** Empty for strangers: whoever did not authenticate. */
  readonly device: string;
  readonly via: Via;
  /** Kept and not settled. */
  inFlight = 0;
  inFlightBytes = 0;
  /** What the table on disk does not hold yet. */
  readonly live = new Counts();
  /** What the journal on disk does not hold yet, and may: of records that left the inbox, or never entered it. */
  readonly due = new Counts();
  isDue = false;
  /** What the journal on disk holds and the table does not; undefined: nothing. */
  journaled: Counts | undefined;
  /** Records of the commit that is being written. */
  fresh = 0;
  /** Of these, those that were driven in again from quarantine. */
  freshReleased = 0;
  freshBytes = 0;

  constructor(device: string, via: Via) {
    this.device = device;
    this.via = via;
  }

  get isIdle(): boolean {
    return this.inFlight === 0 && !this.isDue && this.fresh === 0 && this.live.isZero;
  }
}

/** What the commit being written has to put into the journal of an account. */
export function dueOf({ device, via, due, fresh, freshReleased }: Account): JournalEntry {
  const sum = new Counts();
  sum.add(due.kinds, due.refused);
  sum.count('received', fresh - freshReleased);
  sum.count('released', freshReleased);
  return entryOf(device, via, sum);
}
