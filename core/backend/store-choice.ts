import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { SqliteStore } from '../store/embedded/sqlite-store.ts';
import type { PostgresConnection } from '../store/postgres/connection.ts';
import { PostgresStore } from '../store/postgres/postgres-store.ts';
import type { Store } from '../store/store.ts';

/** Where a backend keeps its readings. */
export type StoreChoice =
  | { kind: 'embedded' }
  | {
      kind: 'postgresql';
      connection: PostgresConnection;
      /** Chance: a number of at least 0 and less than 1. */
      random: () => number;
    };

export const EMBEDDED: StoreChoice = { kind: 'embedded' };

/** @throws StorageError when a file cannot be used; ConfigError for a setting that cannot work. A database that is away keeps no store from opening. */
export function openChosenStore(choice: StoreChoice, directory: string, clock: Clock, problem: (error: Error) => void): Store {
  if (choice.kind === 'postgresql') return new PostgresStore({ connection: choice.connection, random: choice.random, clock, problem });
  return new SqliteStore({ path: join(directory, 'store.sqlite'), clock, problem });
}

/** Whether both say the same; chance is chance. */
export function isSameChoice(a: StoreChoice, b: StoreChoice): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
