import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import type { Sample } from '../../../core/sample/sample.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';
import type { PostgresConnection } from '../../../core/store/postgres/connection.ts';
import { PostgresStore } from '../../../core/store/postgres/postgres-store.ts';
import type { Deletion, Store } from '../../../core/store/store.ts';
import type { Postgres } from '../../support/postgres.ts';

/** Monday, 1 January 2024: the time at which the stores of the tests begin. */
export const START = Date.UTC(2024, 0, 1);

/** What is done in the background has a round a minute. */
const ROUND = 60_000;

/** A store that can be opened again on what it has kept. */
export interface StoreUnderTest {
  readonly kind: 'embedded' | 'postgresql';
  readonly clock: ManualClock;
  readonly store: Store;
  readonly problems: Error[];
  /** Writes and waits for the answer. @returns the error that was told. */
  write(...samples: Sample[]): Promise<Error | undefined>;
  /** Lets time pass, some minutes at least, and waits for what is done in the background. */
  pass(milliseconds: number): Promise<void>;
  delete(deletion: Deletion): Promise<number>;
  reopen(): void;
  remove(): Promise<void>;
}

abstract class Opened implements StoreUnderTest {
  abstract readonly kind: 'embedded' | 'postgresql';
  readonly clock = new ManualClock(START);
  readonly problems: Error[] = [];
  abstract store: Store;

  abstract open(): Store;
  abstract clear(): Promise<void>;
  abstract idle(): Promise<void>;

  write(...samples: Sample[]): Promise<Error | undefined> {
    const told = new Promise<Error | undefined>((resolve) => this.store.write(samples, resolve));
    this.clock.advance(2);
    return told;
  }

  async pass(milliseconds: number): Promise<void> {
    for (const step of [milliseconds - 3 * ROUND, ROUND, ROUND, ROUND]) {
      this.clock.advance(step);
      await this.idle();
    }
  }

  delete(deletion: Deletion): Promise<number> {
    return this.store.delete(deletion);
  }

  reopen(): void {
    this.store.close();
    this.store = this.open();
  }

  async remove(): Promise<void> {
    this.store.close();
    await this.clear();
  }
}

class EmbeddedUnderTest extends Opened {
  readonly kind = 'embedded';
  readonly #folder = mkdtempSync(join(tmpdir(), 'holdfast-contract-'));
  store: Store = this.open();

  open(): Store {
    return new SqliteStore({ path: join(this.#folder, 'store.sqlite'), clock: this.clock, problem: (error) => this.problems.push(error) });
  }

  /** It pauses between its slices. */
  override async delete(deletion: Deletion): Promise<number> {
    let ended = false;
    const deleted = this.store.delete(deletion).finally(() => (ended = true));
    while (!ended) {
      this.clock.advance(5);
      await new Promise((resolve) => void setImmediate(resolve));
    }
    return deleted;
  }

  async idle(): Promise<void> {
    // All of it is done when the clock has moved.
  }

  async clear(): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

let schemas = 0;

/** The login to the tests' own server, with a schema that nobody else uses. */
export function connectionTo(server: Postgres, more: Partial<PostgresConnection> = {}): PostgresConnection {
  return { host: '127.0.0.1', port: server.port, database: server.database, schema: `test_${++schemas}`, ...server.login, poolSize: 3, timeout: 20_000, ...more };
}

class PostgresUnderTest extends Opened {
  readonly kind = 'postgresql';
  readonly #server: Postgres;
  readonly #connection: PostgresConnection;
  store: PostgresStore;

  constructor(server: Postgres) {
    super();
    this.#server = server;
    this.#connection = connectionTo(server);
    this.store = this.open();
  }

  open(): PostgresStore {
    return new PostgresStore({ connection: this.#connection, clock: this.clock, random: () => 0.5, problem: (error) => this.problems.push(error) });
  }

  idle(): Promise<void> {
    return this.store.idle();
  }

  override reopen(): void {
    this.store.close();
    this.store = this.open();
  }

  async clear(): Promise<void> {
    await this.#server.query(`DROP SCHEMA IF EXISTS ${this.#connection.schema} CASCADE`);
  }
}

export function openEmbedded(): StoreUnderTest {
  return new EmbeddedUnderTest();
}

export function openPostgres(server: Postgres): StoreUnderTest {
  return new PostgresUnderTest(server);
}
