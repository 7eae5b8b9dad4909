import type { Clock, Timer } from '../clock/clock.ts';
import { TrustedTime } from '../clock/trusted-time.ts';
import { aTurn } from './a-turn.ts';
import { countEntries } from './count-entries.ts';
import type { Quarantine, QuarantineBounds, QuarantineEntry, QuarantineFilter, QuarantinePage, QuarantineSummary, ReleaseOptions, ReleaseProgress } from './quarantine.ts';
import type { QuarantineDisk } from './quarantine-disk.ts';
import { QuarantineError } from './quarantine-error.ts';
import { Release } from './release.ts';
import { waitingOf } from './tally.ts';

export interface InboxQuarantineOptions extends QuarantineDisk {
  clock: Clock;
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
}

const AT_ONCE = 250;
const SWEEP_INTERVAL = 60_000;
const SWEEP_ON = 5;
const DISK_RETRY_DELAY = 5_000;
/** From one time that is kept on disk to the next, in milliseconds. */
const TIME_INTERVAL = 900_000;

/** What waits in quarantine beside an inbox: shown, driven in again, dropped, and kept within its bounds. */
export class InboxQuarantine implements Quarantine {
  readonly #disk: QuarantineDisk;
  readonly #clock: Clock;
  readonly #problem: (error: unknown) => void;
  readonly #release: Release;
  readonly #watchers = new Set<(entries: readonly QuarantineEntry[]) => void>();
  readonly #time: TrustedTime;
  /** Ids of entries that came and have not been told of. */
  #untold: number[] = [];
  #telling = false;
  #sweep: Timer | undefined;
  #closed = false;

  constructor(options: InboxQuarantineOptions) {
    this.#disk = options;
    this.#clock = options.clock;
    this.#problem = options.problem;
    this.#release = new Release(options);
    const { clock, problem } = options;
    this.#time = new TrustedTime({ clock, snapshot: options.table.time, place: 'the quarantine', problem: (sentence) => problem(new QuarantineError(sentence)) });
    this.#sweepIn(SWEEP_INTERVAL);
  }

  /** What may wait there; what is beyond goes soon, some at a time. */
  setBounds(bounds: QuarantineBounds): void {
    this.#disk.table.bounds = bounds;
    this.#sweep?.cancel();
    this.#sweepIn(SWEEP_ON);
  }

  /** How much the inbox may hold, in bytes, while entries are driven in again. */
  set roomInInbox(bytes: () => number) {
    this.#release.roomInInbox = bytes;
  }

  list(filter: QuarantineFilter, page: { limit: number; before?: number }): QuarantinePage {
    return this.#disk.selection.page(filter, page);
  }

  async count(filter: QuarantineFilter): Promise<number> {
    return await countEntries(this.#disk, this.#clock, filter);
  }

  summary(): QuarantineSummary {
    const { table, selection } = this.#disk;
    const { sums, byReason, byDevice, byContract } = table.tally;
    const { bytes, ...counts } = sums;
    const oldest = selection.oldest();
    return { waiting: waitingOf(sums), bytes, ...(oldest !== undefined && { oldest }), byReason, byDevice, byContract, ...counts };
  }

  async drop(filter: QuarantineFilter): Promise<number> {
    const { table, selection } = this.#disk;
    const meant = { ...filter, upTo: Math.min(filter.upTo ?? Infinity, table.tally.sums.put) };
    const before = table.tally.sums.dropped;
    for (let after: number | undefined = 0; after !== undefined && !this.#closed; ) {
      const { found, next } = selection.ids(meant, after, AT_ONCE);
      if (found.length > 0) this.#disk.write((quarantine) => quarantine.remove(found, 'dropped'));
      after = next;
      await aTurn();
    }
    return table.tally.sums.dropped - before;
  }

  async release(filter: QuarantineFilter, options: ReleaseOptions = {}): Promise<ReleaseProgress> {
    return await this.#release.begin(filter, options);
  }

  progress(): ReleaseProgress | undefined {
    return this.#release.progress();
  }

  cancel(): void {
    this.#release.cancel();
  }

  async *export(filter: QuarantineFilter): AsyncGenerator<string, void> {
    for (let after: number | undefined = 0; after !== undefined && !this.#closed; ) {
      const { found, next } = this.#disk.selection.entries(filter, after, AT_ONCE);
      for (const { payload, ...entry } of found) yield `${JSON.stringify({ ...entry, payload: Buffer.from(payload).toString('base64') })}\n`;
      after = next;
      await aTurn();
    }
  }

  watch(told: (entries: readonly QuarantineEntry[]) => void): () => void {
    this.#watchers.add(told);
    return () => void this.#watchers.delete(told);
  }

  /** To be told of every commit of the inbox. */
  committed(): void {
    const { added } = this.#disk.table;
    if (this.#watchers.size === 0 || added.length === 0) return;
    this.#untold.push(...added);
    this.#tell();
  }

  close(): void {
    this.#closed = true;
    this.#sweep?.cancel();
    this.#release.close();
    this.#watchers.clear();
  }

  /** A turn later and some at a time: whoever is told must not keep the inbox from its work. */
  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    setImmediate(() => {
      this.#telling = false;
      if (this.#closed) return;
      try {
        const entries = this.#disk.table.entries(this.#untold.splice(0, AT_ONCE));
        if (entries.length > 0) for (const told of this.#watchers) told(entries);
      } catch (error) {
        this.#problem(error);
      }
      if (this.#untold.length > 0) this.#tell();
    });
  }

  #sweepIn(milliseconds: number): void {
    if (this.#closed) return;
    this.#sweep = this.#clock.setTimeout(() => {
      let again = SWEEP_INTERVAL;
      try {
        if (this.#expire()) again = SWEEP_ON;
      } catch (error) {
        this.#problem(error);
        again = DISK_RETRY_DELAY;
      }
      this.#sweepIn(again);
    }, milliseconds);
  }

  /** @returns whether there is more to go. */
  #expire(): boolean {
    const { table } = this.#disk;
    const { maximumAge } = table.bounds;
    const time = this.#time.snapshot();
    const before = maximumAge === 0 || table.count() === 0 ? -Infinity : this.#time.timeFor([maximumAge]) - maximumAge;
    const isTimeKept = maximumAge === 0 || Math.abs(time.time - (table.time?.time ?? 0)) < TIME_INTERVAL;
    if (isTimeKept && !table.isOverdue(before)) return false;
    let more = false;
    this.#disk.write(() => {
      more = table.expire(before);
      table.keepTime(time);
    });
    return more;
  }
}
