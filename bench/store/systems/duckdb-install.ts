import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PEERS = join(import.meta.dirname, '..', 'peers');
const ENTRY = join(PEERS, 'node_modules', '@duckdb', 'node-api', 'lib', 'index.js');

/** Installs DuckDB where it is missing. @returns the path of its library. @throws Error with the cure when it cannot. */
export function installPeers(): string {
  if (existsSync(ENTRY)) return ENTRY;
  process.stderr.write('Installing DuckDB into bench/store/peers/node_modules (70 MB).\n');
  const { status, stderr, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: PEERS, encoding: 'utf8' });
  if (status !== 0 || !existsSync(ENTRY)) throw new Error(`DuckDB could not be installed. Leave it out with --only, or cure what npm wrote: ${error?.message ?? stderr.slice(-2_000)}`);
  return ENTRY;
}
