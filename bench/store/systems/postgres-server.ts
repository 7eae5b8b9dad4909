import { readdirSync, readFileSync } from 'node:fs';
import { findPostgresProgram, Postgres } from '../../../test/support/postgres.ts';
import { missingProgram } from '../../../test/support/requirements.ts';
import { cpuMicroseconds, peakRssMegabytes, TICK_MICROSECONDS } from '../../pipeline/measure.ts';
import type { Processes, Server } from './system.ts';

/** How to reach the server. */
export interface PostgresAddress {
  host: string;
  port: number;
  database: string;
  user: string;
  password: string;
  /** The number of its first process. */
  pid: number;
}

/** A PostgreSQL of its own, in `directory`. */
export async function startPostgres(directory: string): Promise<Server> {
  process.env['TMPDIR'] = directory;
  const server = await Postgres.start({ initdb: postgresProgram('initdb'), postgres: postgresProgram('postgres') });
  const { pid } = server;
  const kill = (): void => void process.kill(pid, 'SIGKILL');
  process.once('exit', kill);
  const address: PostgresAddress = { host: '127.0.0.1', port: server.port, database: server.database, ...server.login, pid };
  return {
    address,
    async stop() {
      process.off('exit', kill);
      await server.remove();
    },
  };
}

/** The processes of a server, and another one that works for it. */
export function postgresProcesses(server: number, helper: number): Processes {
  return {
    cpuMicroseconds: () => cpuMicroseconds([...processesOf(server), helper]) + endedMicroseconds(server),
    peakRssMegabytes: () => peakRssMegabytes([...processesOf(server), helper]),
  };
}

/** @throws Error with the cure when it is not there */
export function postgresProgram(name: string): string {
  const found = findPostgresProgram(name);
  if (found === undefined) throw new Error(missingProgram([name], 'postgresql'));
  return found;
}

/** The fields of /proc/<pid>/stat after the name, which stands in brackets and may hold spaces (proc(5)). */
function stat(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** The server and those of its processes that run now. */
function processesOf(server: number): number[] {
  const running = readdirSync('/proc').map(Number).filter((pid) => pid > 0);
  return [server, ...running.filter((pid) => isChild(pid, server))];
}

function isChild(pid: number, parent: number): boolean {
  try {
    return Number(stat(pid)[1]) === parent;
  } catch {
    return false; // It has ended meanwhile.
  }
}

/** What those of its processes took that have ended: cutime and cstime. */
function endedMicroseconds(server: number): number {
  const fields = stat(server);
  return (Number(fields[13]) + Number(fields[14])) * TICK_MICROSECONDS;
}
