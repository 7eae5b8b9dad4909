import { duckdb } from './duckdb.ts';
import { ours } from './ours.ts';
import { postgresql } from './postgres.ts';
import { sqliteClustered, sqliteIndexed, sqliteSingle } from './sqlite.ts';
import type { System } from './system.ts';

export const SYSTEMS: readonly System[] = [ours, sqliteSingle, sqliteIndexed, sqliteClustered, postgresql, duckdb];
