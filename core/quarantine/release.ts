import type { Clock, Timer } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { InboxClosedError } from '../inbox/inbox-closed-error.ts';
import { StorageError } from '../sqlite/storage-error.ts';
import { countEntries } from './count-entries.ts';
import type { QuarantineFilter, ReleaseOptions, ReleaseProgress } from './quarantine.ts';
import type { QuarantineDisk } from './quarantine-disk.ts';
import { QuarantineError } from './quarantine-error.ts';
import type { Waiting } from './selection.ts';

export interface ReleaseRun extends QuarantineDisk {
  clock: Clock;
  problem: (error: unknown) => void;
}

/** A release as it stands on disk. */
interface Saved {
  progress: ReleaseProgress;
  channel: string | undefined;
  /** Entries up to this id have had their turn; */
  after: number;
  /** and those beyond this one came later. */
  upTo: number;
}

/** So many entries move with one transaction: it takes milliseconds. */
const AT_ONCE = 50;
/** From one slice to the next, in milliseconds. */
const PAUSE = 2;
/** How long it waits for the flow to catch up, and for sources to be there. */
const CATCH_UP = 25;
const SOURCES_AWAITED = 1_000;
/** A source that has not been there for so long while others were, or could have been, is gone, in milliseconds. */
const GONE_AFTER = 5_000;
const DISK_RETRY_DELAY = 5_000;
/** So many windows of a source's records are in the inbox before no more are driven in, as in memory; see core/inbox/channel.ts. */
const WINDOWS = 4;
const ROOM_IN_INBOX = 64 * 1024 * 1024;

/**
 * Drives entries in again, a slice at a time: each in one transaction that takes them out of quarantine, puts their records into the inbox,
 * and notes how far it has come. So it goes on after a kill where it was.
 */
export class Release {
  readonly #options: ReleaseRun;
  #job: Saved | undefined;
  #timer: Timer | undefined;
  /** Since when sources could be there, ms since the epoch; undefined: they cannot. */
  #sourcesSince: number | undefined;
  /** The source that the last step waited for. */
  #congested: string | undefined;
  #closed = false;
  roomInInbox: () => number = () => ROOM_IN_INBOX;

  constructor(options: ReleaseRun) {
    this.#options = options;
    this.#job = savedJob(options);
    if (this.#job?.progress.state === 'running') this.#stepIn(PAUSE);
  }

  /** @throws QuarantineError when another one is running. */
  async begin(filter: QuarantineFilter, { channel }: ReleaseOptions): Promise<ReleaseProgress> {
    const { table, clock } = this.#options;
    this.#refuseAnother();
    const upTo = Math.min(filter.upTo ?? Infinity, table.tally.sums.put);
    const total = await countEntries(this.#options, clock, { ...filter, upTo });
    // Somebody else may have been quicker while it was counted.
    this.#refuseAnother();
    const job: Saved = {
      progress: { job: (this.#job?.progress.job ?? 0) + 1, filter, total, released: 0, skipped: 0, state: 'running' },
      channel, after: 0, upTo,
    };
    this.#options.write(() => table.saveJob(JSON.stringify(job)));
    this.#job = job;
    this.#stepIn(0);
    return { ...job.progress };
  }

  #refuseAnother(): void {
    if (this.#closed) throw new InboxClosedError();
    const last = this.#job?.progress;
    if (last?.state === 'running') throw new QuarantineError(`A release of ${last.total} entries is under way, of which ${last.released} have been driven in again. Wait for it, or stop it.`);
  }

  progress(): ReleaseProgress | undefined {
    return this.#job && { ...this.#job.progress };
  }

  cancel(): void {
    if (this.#job?.progress.state !== 'running') return;
    this.#timer?.cancel();
    this.#save({ ...this.#job, progress: { ...this.#job.progress, state: 'cancelled' } });
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #stepIn(milliseconds: number): void {
    if (this.#closed) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      try {
        const wait = this.#step();
        if (wait !== undefined) this.#stepIn(wait);
      } catch (error) {
        this.#failed(error);
      }
    }, milliseconds);
  }

  /** A disk that fails may recover: what was to move then has not. */
  #failed(error: unknown): void {
    this.#options.problem(error);
    const job = this.#job;
    if (error instanceof StorageError || !job) return this.#stepIn(DISK_RETRY_DELAY);
    this.#job = { ...job, progress: { ...job.progress, state: 'failed', problem: messageOf(error) } };
    try {
      this.#save(this.#job);
    } catch (again) {
      this.#options.problem(again);
    }
  }

  /** @returns after how many milliseconds the next one is to be; undefined: it is over. */
  #step(): number | undefined {
    const job = this.#job;
    if (job?.progress.state !== 'running') return undefined;
    const { clock, selection } = this.#options;
    const sources = this.#options.sources();
    if (!sources) {
      this.#sourcesSince = undefined;
      return SOURCES_AWAITED;
    }
    this.#sourcesSince ??= clock.now();
    if (this.#congested !== undefined && this.#isCongested(this.#congested, sources)) return CATCH_UP;
    this.#congested = undefined;
    const { found, next } = selection.records({ ...job.progress.filter, upTo: job.upTo }, job.after, AT_ONCE, clock.now());
    const names = sources.map(({ name }) => name);
    const routed = found.map((waiting) => ({ ...waiting, channel: routeOf(waiting, names, job.channel) }));
    const moving = routed.filter((waiting): waiting is Waiting => waiting.channel !== undefined);
    if (moving.length < found.length && this.#mayAppear()) return SOURCES_AWAITED;
    this.#congested = moving.find(({ channel }) => this.#isCongested(channel, sources))?.channel;
    if (this.#congested !== undefined) return CATCH_UP;
    this.#move(job, moving, { skipped: found.length - moving.length, next });
    return next === undefined ? undefined : PAUSE;
  }

  /** A source that is not there may just not have been started. */
  #mayAppear(): boolean {
    const waited = this.#options.clock.now() - (this.#sourcesSince ?? 0);
    return waited >= 0 && waited < GONE_AFTER;
  }

  #isCongested(channel: string, sources: ReadonlyArray<{ name: string; window: number }>): boolean {
    const { records, bytes } = this.#options.held(channel);
    const window = sources.find(({ name }) => name === channel)?.window ?? Infinity;
    return records > WINDOWS * window || bytes > this.roomInInbox();
  }

  #move(job: Saved, moving: readonly Waiting[], { skipped, next }: { skipped: number; next: number | undefined }): void {
    const { progress } = job;
    const after: Saved = {
      ...job,
      after: next ?? job.upTo,
      progress: { ...progress, released: progress.released + moving.length, skipped: progress.skipped + skipped, state: next === undefined ? 'done' : 'running' },
    };
    if (skipped > 0 && progress.skipped === 0) after.progress.problem = 'The source of some entries is gone: they wait on. Name another source to drive them in by, or drop them.';
    if (moving.length === 0) return this.#save(after);
    const { table, readmit } = this.#options;
    readmit(moving, () => table.saveJob(JSON.stringify(after)));
    this.#job = after;
  }

  #save(job: Saved): void {
    this.#options.write((table) => table.saveJob(JSON.stringify(job)));
    this.#job = job;
  }
}

/** The last release; one that cannot be read is told of, and what it has not driven in waits on. */
function savedJob({ table: { job }, problem }: ReleaseRun): Saved | undefined {
  try {
    return job === undefined ? undefined : (JSON.parse(job) as Saved);
  } catch (error) {
    problem(error);
    return undefined;
  }
}

/** By which source an entry goes in: its own; else the one that was named, the only one there is, or, where it never had one, the first. */
function routeOf({ channel }: Waiting, sources: readonly string[], named: string | undefined): string | undefined {
  if (sources.includes(channel)) return channel;
  if (named !== undefined && sources.includes(named)) return named;
  return sources.length === 1 || channel === '' ? sources[0] : undefined;
}
