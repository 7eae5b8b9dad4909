import type { Clock } from '../../../clock/clock.ts';
import { TrustedTime } from '../../../clock/trusted-time.ts';
import { storageError } from '../../../sqlite/storage-error.ts';
import { KEEP_ALL } from '../../retention.ts';
import type { RetentionRules } from '../../retention.ts';
import { StoreClockError } from '../../store-clock-error.ts';
import { Bound } from './bound.ts';
import type { BoundState } from './bound.ts';
import { Expiry } from './retention-expiry.ts';
import type { ExpiryOptions } from './retention-expiry.ts';
import { retentionPlan } from '../../retention-plan.ts';
import type { RetentionPlan } from '../../retention-plan.ts';
import { RetentionWorker } from './retention-worker.ts';
import type { Series, SeriesIndex } from '../series/series-index.ts';
import { TrustedTimeTable } from './trusted-time-table.ts';

export interface RetentionOptions extends ExpiryOptions {
  clock: Clock;
  index: SeriesIndex;
  /** Begins to move the log into chunks. @returns whether there is nothing left of it. */
  sealSoon: () => boolean;
  problem: (error: Error) => void;
}

/** From when rules are put in force to when they begin to act: those of a flow that is deployed anew may be on their way. */
const FIRST_MILLISECONDS = 1_000;
const EXPIRY_INTERVAL = 60_000;
const BOUND_INTERVAL = 5_000;
/** From one time that is kept on disk to the next. */
const TIME_INTERVAL = 900_000;

/** Lets go what is older than its retention, and the oldest of all when the store has grown to its bound. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #expiry: Expiry;
  readonly #bound: Bound;
  readonly #time: TrustedTime;
  readonly #workers: { expiry: RetentionWorker; bound: RetentionWorker; time: RetentionWorker };
  #rules: RetentionRules = { of: () => KEEP_ALL, maximumBytes: Infinity };
  /** The number of the series that is next. */
  #next = 0;

  constructor(options: RetentionOptions) {
    this.#options = options;
    const { clock, database, path, problem } = options;
    const table = new TrustedTimeTable(database);
    const time = (this.#time = new TrustedTime({ clock, snapshot: table.read(), place: `the store ${path}`, problem: (sentence) => problem(new StoreClockError(sentence)) }));
    this.#expiry = new Expiry(options);
    const bound = (this.#bound = new Bound({ ...options, expiry: this.#expiry, tiersOf: (series) => this.#planOf(series).tiers }));
    this.#workers = {
      expiry: new RetentionWorker({ clock, problem, interval: EXPIRY_INTERVAL, begin: () => void (this.#next = 0), step: () => this.#step() }),
      bound: new RetentionWorker({ clock, problem, interval: BOUND_INTERVAL, begin: () => bound.begin(), step: () => bound.step() }),
      time: new RetentionWorker({ clock, problem: (error) => problem(storageError(path, error)), interval: TIME_INTERVAL, begin: () => table.write(time.snapshot()), step: () => false }),
    };
    this.#workers.time.restart(FIRST_MILLISECONDS);
  }

  /** Puts rules in force. */
  retain(rules: RetentionRules): void {
    this.#rules = rules;
    this.#bound.maximumBytes = rules.maximumBytes;
    this.#workers.expiry.restart(FIRST_MILLISECONDS);
    this.#workers.bound.restart(FIRST_MILLISECONDS);
  }

  /** How the store stands to its bound and to the clock. @throws StorageError */
  state(): BoundState {
    const { bytes, problem } = this.#bound.state();
    return { bytes, problem: problem ?? this.#time.problem };
  }

  close(): void {
    this.#workers.expiry.close();
    this.#workers.bound.close();
    this.#workers.time.close();
  }

  /** Lets a little of what is too old go. @returns whether there is more to look at. */
  #step(): boolean {
    const { byId } = this.#options.index;
    const series = byId[this.#next];
    if (!series || !this.#letGo(series)) this.#next += 1;
    return this.#next < byId.length;
  }

  #letGo(series: Series): boolean {
    const { marks, rollups } = this.#options;
    const { readingsFrom, tiers } = this.#planOf(series);
    const oldest = Math.min(this.#expiry.oldest(series)?.first ?? Infinity, series.oldestPending);
    if (oldest < readingsFrom && this.#expiry.letReadingsGo(series, readingsFrom, 'expired', tiers)) return true;
    if (marks.of(series).readingsFrom === -Infinity) return false;
    const old = tiers.find(({ width, from }) => rollups.hasBefore(series, width, from));
    return old !== undefined && this.#expiry.letRollupsGo(series, old.width, old.from, 'expiredRollups', tiers);
  }

  #planOf({ device, metric }: Series): RetentionPlan {
    const retention = this.#rules.of(device, metric);
    return retentionPlan(retention, this.#time.timeFor(Object.values(retention)));
  }
}
