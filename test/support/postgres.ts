import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePorts } from './node-red-process.ts';
import { findProgram, isProgram, requireProgram } from './requirements.ts';
import { selfSigned } from './self-signed.ts';

const PACKAGES = '/usr/lib/postgresql';
const START_LIMIT = 60_000;
const STOP_LIMIT = 30_000;
/** Where Debian's package keeps the versions it has, each in a folder of its own, and PATH knows none of them. */
const DEBIAN_FOLDERS = versionsIn(PACKAGES);

export interface PostgresPrograms {
  initdb: string;
  postgres: string;
}

/** A login of the server. */
export interface PostgresLogin {
  user: string;
  password: string;
}

/** The programs of a PostgreSQL, or the suite or test of `context` is skipped and named as not run. */
export function requirePostgres(context: Mocha.Context): PostgresPrograms {
  return { initdb: programOf(context, 'initdb'), postgres: programOf(context, 'postgres') };
}

/**
 * A PostgreSQL of its own: temporary folder, free port of 127.0.0.1, fsync on, passwords and TLS as a server for others has them. It
 * can be ended, killed and started again on the same data. PostgreSQL refuses to run as root: then it runs as `postgres` or `nobody`.
 */
export class Postgres {
  readonly login: PostgresLogin = { user: 'holdfast', password: 'a secret of this test' };
  readonly database = 'holdfast';
  readonly port: number;
  readonly certificate: string;
  readonly #programs: PostgresPrograms;
  readonly #folder: string;
  readonly #identity: { uid?: number; gid?: number };
  #process: ChildProcess | undefined;
  #log = '';

  private constructor(programs: PostgresPrograms, port: number) {
    this.#programs = programs;
    this.port = port;
    this.#folder = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
    this.#identity = process.getuid?.() === 0 ? unprivileged() : {};
    const { key, cert } = selfSigned();
    this.certificate = cert;
    mkdirSync(this.#data, { mode: 0o700 });
    this.#write('password', this.login.password);
    this.#write('server.key', key);
    this.#write('server.crt', cert);
    for (const file of ['', 'data', 'password', 'server.key', 'server.crt']) this.#own(file);
  }

  /** Makes one and starts it. `settings`: further lines of postgresql.conf. */
  static async start(programs: PostgresPrograms, settings: readonly string[] = []): Promise<Postgres> {
    const [port = 0] = await freePorts(1);
    const server = new Postgres(programs, port);
    try {
      server.#initialize(settings);
      await server.start();
      await server.#query('postgres', `CREATE DATABASE ${server.database}`);
      return server;
    } catch (error) {
      await server.remove();
      throw error;
    }
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  /** Starts it again; resolves when it takes connections. */
  async start(): Promise<void> {
    const end = performance.now() + START_LIMIT;
    // What is left of a server that was killed holds its memory for a moment: the next one then refuses, and is asked again.
    while (performance.now() < end) {
      if (await this.#attempt()) return;
      await wait(100);
    }
    throw new Error(`PostgreSQL did not start: ${this.#log.slice(-2_000)}`);
  }

  /** Ends it: SIGINT as its administrator would, SIGKILL as a power cut would. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.kill(signal);
    const limit = setTimeout(() => running.kill('SIGKILL'), STOP_LIMIT);
    await once(running, 'close');
    clearTimeout(limit);
  }

  /** Runs one statement as the owner of the database. @returns its rows. */
  async query(text: string): Promise<Array<Record<string, unknown>>> {
    return this.#query(this.database, text);
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }

  async #query(database: string, text: string): Promise<Array<Record<string, unknown>>> {
    const { default: pg } = await import('pg');
    const client = new pg.Client({ host: '127.0.0.1', port: this.port, database, ...this.login });
    await client.connect();
    try {
      const { rows } = await client.query<Record<string, unknown>>(text);
      return rows;
    } finally {
      await client.end();
    }
  }

  get #data(): string {
    return join(this.#folder, 'data');
  }

  #initialize(settings: readonly string[]): void {
    const { user } = this.login;
    const { status, stderr } = spawnSync(this.#programs.initdb, ['--pgdata', this.#data, '--username', user, '--pwfile', join(this.#folder, 'password'), '--auth', 'scram-sha-256', '--encoding', 'UTF8', '--locale', 'C', '--no-sync'], { ...this.#identity, cwd: this.#folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(`initdb failed: ${stderr}`);
    const lines = ['listen_addresses = \'127.0.0.1\'', `port = ${this.port}`, `unix_socket_directories = ''`, 'shared_buffers = 64MB', 'max_connections = 40', 'ssl = on', `ssl_cert_file = '${this.#folder}/server.crt'`, `ssl_key_file = '${this.#folder}/server.key'`];
    writeFileSync(join(this.#data, 'postgresql.conf'), [...lines, ...settings, ''].join('\n'));
    this.#own('data/postgresql.conf');
  }

  async #attempt(): Promise<boolean> {
    const running = spawn(this.#programs.postgres, ['-D', this.#data], { ...this.#identity, cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] });
    running.stderr.setEncoding('utf8').on('data', (text: string) => (this.#log = (this.#log + text).slice(-100_000)));
    this.#process = running;
    const isRunning = (): boolean => running.exitCode === null && running.signalCode === null;
    const end = performance.now() + START_LIMIT;
    while (isRunning() && performance.now() < end) {
      if (await this.#answers()) return true;
      await wait(50);
    }
    return false;
  }

  async #answers(): Promise<boolean> {
    if (!(await isOpen(this.port))) return false;
    return this.#query('postgres', 'SELECT 1').then(() => true, () => false);
  }

  #write(file: string, text: string): void {
    writeFileSync(join(this.#folder, file), text, { mode: 0o600 });
  }

  #own(file: string): void {
    const { uid, gid } = this.#identity;
    if (uid !== undefined && gid !== undefined) chownSync(join(this.#folder, file), uid, gid);
  }
}

/** A program of PostgreSQL, of the newest version that is there; undefined when there is none. */
export function findPostgresProgram(name: string): string | undefined {
  return DEBIAN_FOLDERS.map((folder) => join(folder, name)).find(isProgram) ?? findProgram(name);
}

function programOf(context: Mocha.Context, name: string): string {
  return findPostgresProgram(name) ?? requireProgram(context, name, 'postgresql');
}

function versionsIn(folder: string): string[] {
  try {
    return readdirSync(folder).toSorted((a, b) => Number(b) - Number(a)).map((version) => join(folder, version, 'bin'));
  } catch {
    return [];
  }
}

function unprivileged(): { uid: number; gid: number } {
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  const found = ['postgres', 'nobody'].map((name) => users.find(([user]) => user === name)).find((user) => user !== undefined);
  if (!found) throw new Error('PostgreSQL does not run as root, and there is no user postgres or nobody.');
  return { uid: Number(found[2]), gid: Number(found[3]) };
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
