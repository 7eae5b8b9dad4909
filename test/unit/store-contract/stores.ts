import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import type { Sample } from '../../../core/sample/sample.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';
import type { PostgresConnection } from '../../../core/store/postgres/connection.ts';
import { PostgresStore } from '../../../core/store/postgres/postgres-store.ts';
import type { Store } from '../../../core/store/store.ts';
import type { Postgres } from '../../support/postgres.ts';

/** Monday, 1 January 2024: the time at which the stores of the tests begin. */
export const START = Date.UTC(2024, 0, 1);

/** A store that can be opened again on what it has kept. */
export interface StoreUnderTest {
  readonly kind: 'embedded' | 'postgresql';
  readonly clock: ManualClock;
  readonly store: Store;
  readonly problems: Error[];
  /** Writes and waits for the answer. @returns the error that was told. */
  write(...samples: Sample[]): Promise<Error | undefined>;
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

  write(...samples: Sample[]): Promise<Error | undefined> {
    const told = new Promise<Error | undefined>((resolve) => this.store.write(samples, resolve));
    this.clock.advance(2);
    return told;
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
  store: Store;

  constructor(server: Postgres) {
    super();
    this.#server = server;
    this.#connection = connectionTo(server);
    this.store = this.open();
  }

  open(): Store {
    return new PostgresStore({ connection: this.#connection, clock: this.clock, random: () => 0.5, problem: (error) => this.problems.push(error) });
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
