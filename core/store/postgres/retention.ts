import type { Clock, Timer } from '../../clock/clock.ts';
import { TrustedTime } from '../../clock/trusted-time.ts';
import { messageOf } from '../../errors/holdfast-error.ts';
import { isDiskAtFault } from '../../sqlite/storage-error.ts';
import { KEEP_ALL } from '../retention.ts';
import type { RetentionRules } from '../retention.ts';
import { StoreClockError } from '../store-clock-error.ts';
import type { StoreCounts } from '../store.ts';
import { Bound } from './bound.ts';
import type { Client } from './connection.ts';
import { expirePartitionWhole, expireRollups, expireSlice, overdue, ruleOf, seriesAfter } from './expiry.ts';
import type { SeriesRule } from './expiry.ts';
import { Partitions } from './partitions.ts';
import type { Server } from './server.ts';
import { addUp } from './tally.ts';
import { lockForWriting, transaction } from './transaction.ts';

export interface RetentionOptions {
  server: Server;
  partitions: Partitions;
  clock: Clock;
  counts: StoreCounts;
  problem: (error: Error) => void;
}

/** From when rules are put in force to when they begin to act: those of a flow that is deployed anew may be on their way. */
const FIRST_MILLISECONDS = 1_000;
const INTERVAL = 60_000;
/** Later than this hardly anything comes late: TimescaleDB compresses what is older. */
const COMPRESSED_AFTER = 14 * 86_400_000;
/** Series whose rules are asked at a time. */
const PAGE = 500;

/**
 * What is done in the background, once a minute: adds up what commits have changed, makes partitions ahead, lets go what is older than
 * its retention, and the oldest of all when the schema has grown to its bound. Each transaction is short, so that writers hardly wait.
 */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #bound: Bound;
  #rules: RetentionRules = { of: () => KEEP_ALL, maximumBytes: Infinity };
  #time: TrustedTime | undefined;
  #timer: Timer | undefined;
  #round: Promise<void> | undefined;
  #closed = false;
  #failed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#bound = new Bound({ ...options, rulesOf: (client) => this.#allRules(client) });
    this.#schedule(FIRST_MILLISECONDS);
  }

  /** Bytes that the schema takes, as far as it is known, and what is wrong with that or with the clock. */
  get state(): { bytes: number | undefined; problem: string | undefined } {
    return { bytes: this.#bound.bytes, problem: this.#bound.problem ?? this.#time?.problem };
  }

  /** Puts rules in force. */
  retain(rules: RetentionRules): void {
    this.#rules = rules;
    this.#schedule(FIRST_MILLISECONDS);
  }

  /** Resolves when a round that is under way has ended. */
  async idle(): Promise<void> {
    await this.#round;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #schedule(milliseconds: number): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#schedule(INTERVAL);
      // Each minute, also while a round takes longer: what has been looked at all along has not leapt.
      this.#time?.snapshot();
      this.#round ??= this.#run().finally(() => (this.#round = undefined));
    }, milliseconds);
  }

  async #run(): Promise<void> {
    try {
      await this.#tidy();
      await this.#expirePartitions();
      await this.#expireSeries();
      await this.#bound.keep(this.#rules.maximumBytes);
      this.#failed = false;
    } catch (error) {
      // A server that is away has been told of already.
      if (this.#failed || this.#closed || isDiskAtFault(error)) return;
      this.#failed = true;
      this.#options.problem(error instanceof Error ? error : new Error(messageOf(error)));
    }
  }

  async #tidy(): Promise<void> {
    const { server, partitions, clock } = this.#options;
    const ahead = Partitions.ahead(clock.now());
    try {
      await server.use((client) => transaction(client, async () => {
        await lockForWriting(client);
        await addUp(client);
        await this.#keepTime(client);
        if (!partitions.has(ahead, clock.now())) await partitions.make(client, ahead, clock.now());
      }));
    } catch (error) {
      partitions.forget();
      throw error;
    }
  }

  /** The time by which readings expire, kept in the database over restarts. */
  async #keepTime(client: Client): Promise<void> {
    const { clock, problem, server } = this.#options;
    const { rows: [kept] } = await client.query<{ time: string | null; steady: string | null }>('SELECT time, steady FROM layout');
    const snapshot = kept && kept.time !== null ? { time: Number(kept.time), steady: Number(kept.steady) } : undefined;
    this.#time ??= new TrustedTime({ clock, snapshot, place: `the store ${server.place}`, problem: (sentence) => problem(new StoreClockError(sentence)) });
    const { time, steady } = this.#time.snapshot();
    await client.query('UPDATE layout SET time = $1, steady = $2', [Math.round(time), Math.round(steady)]);
  }

  async #expirePartitions(): Promise<void> {
    const { server, partitions, counts } = this.#options;
    const rules = await server.use(async (client) => {
      await partitions.load(client);
      await partitions.hypertable?.compress(client, this.#options.clock.now() - COMPRESSED_AFTER);
      return this.#allRules(client);
    });
    const before = rules.reduce((least, rule) => Math.min(least, rule.before), rules.length === 0 ? -Infinity : Infinity);
    for (const partition of partitions.known.filter(({ to }) => to <= before)) {
      counts.expired += (await server.use((client) => expirePartitionWhole(client, partitions, partition, (inside) => this.#allRules(inside)))) ?? 0;
    }
  }

  async #expireSeries(): Promise<void> {
    const { server, counts } = this.#options;
    let last = 0;
    for (let page = [0]; page.length > 0 && !this.#closed;) {
      page = await server.use(async (client) => {
        const rules = await this.#rulesAfter(client, last);
        const late = await overdue(client, rules);
        for (let more = late.length > 0; more && !this.#closed;) {
          const slice = await expireSlice(client, late);
          counts.expired += slice.gone;
          more = slice.more;
        }
        await expireRollups(client, rules);
        return rules.map(({ series }) => series);
      });
      last = page.at(-1) ?? last;
    }
  }

  async #allRules(client: Client): Promise<SeriesRule[]> {
    const all: SeriesRule[] = [];
    for (let page = await this.#rulesAfter(client, 0); page.length > 0; page = await this.#rulesAfter(client, all.at(-1)?.series ?? 0)) all.push(...page);
    return all;
  }

  async #rulesAfter(client: Client, id: number): Promise<SeriesRule[]> {
    return (await seriesAfter(client, id, PAGE)).map((series) => {
      const retention = this.#rules.of(series.device, series.metric);
      return ruleOf(series.id, retention, this.#time?.timeFor(Object.values(retention)) ?? -Infinity);
    });
  }
}
