import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PEERS = join(import.meta.dirname, '..', '..', 'peers');
const MODULES = join(PEERS, 'node_modules');
/** Where Linux distributions keep the headers of Node (Debian and Ubuntu: package libnode-dev). */
const SYSTEM_HEADERS = '/usr';

function sqliteLoads(): boolean {
  const script = `require(${JSON.stringify(join(MODULES, 'sqlite3'))})`;
  return spawnSync(process.execPath, ['-e', script], { stdio: 'ignore' }).status === 0;
}

function npmCi(env: Record<string, string>): string {
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: PEERS, env: { ...process.env, ...env }, encoding: 'utf8', maxBuffer: 1 << 26 });
  return `${result.stdout}\n${result.stderr}\n${result.error?.message ?? ''}`.trim();
}

/**
 * Installs the packages of bench/peers where they are missing, and returns their node_modules directory. The native
 * sqlite3 is taken prebuilt where it can be downloaded, else compiled; it uses Node-API, so headers of another Node do.
 * Throws an Error with the cure when neither works.
 */
export function installPeers(): string {
  if (existsSync(join(MODULES, 'node-red', 'red.js')) && sqliteLoads()) return MODULES;
  process.stderr.write('Installing the peers into bench/peers/node_modules; compiling sqlite3 can take two minutes.\n');
  let log = npmCi({});
  if (!sqliteLoads()) {
    const headers = existsSync(join(SYSTEM_HEADERS, 'include', 'node', 'node_api.h')) ? { npm_config_nodedir: SYSTEM_HEADERS } : {};
    log = npmCi({ npm_config_build_from_source: 'true', ...headers });
  }
  if (!existsSync(join(MODULES, 'node-red', 'red.js')) || !sqliteLoads()) {
    const compiler = spawnSync('g++', ['--version']).error ? ' There is no C++ compiler (Debian and Ubuntu: apt-get install g++ make python3).' : '';
    throw new Error(`The peers could not be installed: sqlite3 could neither be downloaded nor compiled.${compiler} Leave the peers out with --only, or cure what npm wrote:\n${log.slice(-3000)}`);
  }
  return MODULES;
}
