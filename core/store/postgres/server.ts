import type { Pool } from 'pg';
import type { Clock, Timer } from '../../clock/clock.ts';
import { HoldfastError, messageOf } from '../../errors/holdfast-error.ts';
import { StorageError } from '../../sqlite/storage-error.ts';
import { BackOff } from '../../subscriber/back-off.ts';
import { checkConnection, openPool, placeOf } from './connection.ts';
import type { Client, PostgresConnection } from './connection.ts';
import { isConnectionLost, postgresError } from './postgres-error.ts';

export interface ServerOptions {
  connection: PostgresConnection;
  clock: Clock;
  /** Chance: a number of at least 0 and less than 1. */
  random: () => number;
  /** Told once when the server goes away, and of what is wrong with it. */
  problem: (error: Error) => void;
  /** Done once before anything else, on the first connection that comes about. */
  prepare: (client: Client) => Promise<void>;
}

/** What a connection is for. */
export type Lane = 'write' | 'ask';

/** What pg-pool says when no connection of the pool became free in time. */
const WAITED_IN_VAIN = 'timeout exceeded when trying to connect';
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 15_000;

/**
 * The database server: hands out connections while it is there. When it goes away everybody is told so at once, and it is asked
 * again after pauses that double (see BackOff); nobody waits in a queue, so memory stays flat.
 */
export class Server {
  readonly place: string;
  readonly #options: ServerOptions;
  readonly #backOff: BackOff;
  readonly #pools = new Map<Lane, Promise<Pool>>();
  #prepared: Promise<void> | undefined;
  #away: StorageError | undefined;
  #again = -Infinity;
  #probe: Timer | undefined;
  #closed = false;
  #told = false;

  /** @throws ConfigError for a setting that cannot work. */
  constructor(options: ServerOptions) {
    checkConnection(options.connection);
    this.#options = options;
    this.place = placeOf(options.connection);
    this.#backOff = new BackOff({ minimum: FIRST_PAUSE, maximum: LONGEST_PAUSE, random: options.random });
  }

  /** Why it cannot be used at the moment; undefined when it can. */
  get away(): StorageError | undefined {
    return this.#away;
  }

  /**
   * Does `work` with a connection. What writes has one for itself, whatever is asked at the same time.
   *
   * @throws StorageError, at once while the server is known to be away; any other HoldfastError of `work` as it is.
   */
  async use<Result>(work: (client: Client) => Promise<Result>, lane: Lane = 'ask'): Promise<Result> {
    if (this.#closed) throw new StorageError('UNAVAILABLE', this.place, `The store in ${this.place} has been closed.`);
    if (this.#away && this.#options.clock.now() < this.#again) throw this.#away;
    try {
      const result = await this.#withClient(await this.#poolOf(lane), async (client) => {
        await this.#prepare(client);
        return work(client);
      });
      this.#isBack();
      return result;
    } catch (error) {
      throw this.#failed(error);
    }
  }

  /** Ends all connections, those in use when they have been given back. */
  close(): void {
    this.#closed = true;
    this.#probe?.cancel();
    for (const opened of this.#pools.values()) void opened.then((pool) => pool.end()).catch(() => undefined);
  }

  #poolOf(lane: Lane): Promise<Pool> {
    const { connection } = this.#options;
    let pool = this.#pools.get(lane);
    if (!pool) this.#pools.set(lane, (pool = openPool(connection, lane === 'write' ? 1 : connection.poolSize - 1)));
    return pool;
  }

  /** A connection whose work failed in the middle of something is not used again. */
  async #withClient<Result>(pool: Pool, work: (client: Client) => Promise<Result>): Promise<Result> {
    const client = await this.#connect(pool);
    let failure: Error | undefined;
    const ended = (error: Error): void => void (failure = error);
    client.on('error', ended);
    try {
      return await work(client);
    } catch (error) {
      failure ??= error instanceof Error && isConnectionLost(error) ? error : undefined;
      throw error;
    } finally {
      client.off('error', ended);
      client.release(failure);
    }
  }

  async #connect(pool: Pool): Promise<Client> {
    try {
      return await pool.connect();
    } catch (error) {
      if (messageOf(error) !== WAITED_IN_VAIN) throw error;
      throw new StorageError('UNAVAILABLE', this.place, `All connections to ${this.place} are busy with other questions. Ask again later, for less at a time, or raise the number of connections in the backend.`, { cause: error });
    }
  }

  async #prepare(client: Client): Promise<void> {
    this.#prepared ??= this.#options.prepare(client).catch((error: unknown) => {
      this.#prepared = undefined;
      throw new NotPrepared(error);
    });
    await this.#prepared;
  }

  #isBack(): void {
    if (!this.#away) return;
    this.#away = undefined;
    this.#told = false;
    this.#backOff.reset();
    this.#probe?.cancel();
    this.#probe = undefined;
  }

  #failed(thrown: unknown): Error {
    const error = thrown instanceof NotPrepared ? thrown.cause : thrown;
    if (error instanceof HoldfastError && !(error instanceof StorageError)) return error;
    const failure = postgresError(this.place, error);
    const isGone = isConnectionLost(error) || thrown instanceof NotPrepared || !this.#prepared;
    if (isGone && !this.#closed) this.#goesAway(failure);
    return failure;
  }

  #goesAway(failure: StorageError): void {
    const { clock, problem } = this.#options;
    this.#away = failure;
    const pause = this.#backOff.next();
    this.#again = clock.now() + pause;
    this.#probe?.cancel();
    this.#probe = clock.setTimeout(() => void this.use((client) => client.query('SELECT 1')).catch(() => undefined), pause);
    if (this.#told) return;
    this.#told = true;
    problem(failure);
  }
}

/** The database could be reached and not be made ready: until it is, it is as good as away. */
class NotPrepared extends Error {
  constructor(cause: unknown) {
    super(messageOf(cause), { cause });
  }
}
