import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Holdfast as a person starts it: `scripts/start.ts` in a process of its own, on free loopback ports, with a home of its own. */

const ROOT = join(import.meta.dirname, '..', '..');
const NODE_RED = createRequire(import.meta.url).resolve('node-red/red.js');

/** A start may have to build first and shares the machine with the rest of the suite. */
const START_LIMIT = 120_000;
const STOP_LIMIT = 30_000;
const REQUEST_LIMIT = 15_000;

export interface HoldfastOptions {
  /** A home directory to start on; a new temporary one when not given, and then `remove` deletes it. */
  home?: string;
  port?: number;
  mqttPort?: number;
  /** Further variables; undefined unsets one. */
  env?: Record<string, string | undefined>;
  /** Further arguments of Node-RED, such as `--safe`. */
  args?: readonly string[];
  /** Starts `node-red -s settings.ts`, which neither builds nor looks at ports, in place of `npm start`'s script. */
  plain?: boolean;
  /** The password of the login, when it is known from an earlier start. */
  password?: string;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Finished extends Exit {
  stdout: string;
  stderr: string;
}

export interface Holdfast {
  readonly home: string;
  readonly port: number;
  readonly mqttPort: number;
  /** Where the editor answers, without a slash at the end. */
  readonly url: string;
  readonly pid: number;
  /** The admin's password: printed at first start, given, or known from the start before. */
  readonly password: string | undefined;
  stdout(): string;
  stderr(): string;
  /** Resolves when the output matches; rejects when the process ends before, or after `limit` milliseconds. */
  waitForOutput(pattern: RegExp, limit?: number): Promise<RegExpExecArray>;
  /** Logs in with `POST /auth/token`. @returns the access token; rejects when refused. */
  login(password?: string, username?: string): Promise<string>;
  /** Asks the admin API; an object as body is sent as JSON. */
  request(path: string, options?: { token?: string; method?: string; body?: unknown; headers?: Record<string, string> }): Promise<Response>;
  /** Resolves when the process has ended, however it came. */
  readonly exit: Promise<Exit>;
  /** Sends the signal and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
  /** Kills what may still run and starts again on the same home and ports. */
  restart(options?: Pick<HoldfastOptions, 'env' | 'args'>): Promise<Holdfast>;
  /** Asks the process to end, as a service manager does, and kills it when it does not. */
  stop(): Promise<Exit>;
  /** Stops, and deletes the home when it was made here. */
  remove(): Promise<void>;
}

/** Starts Holdfast and waits until its editor answers and its flows have been started. */
export async function startHoldfast(options: HoldfastOptions = {}): Promise<Holdfast> {
  const settled = await settle(options);
  try {
    return await launch(settled);
  } catch (error) {
    if (settled.isOwnHome) rmSync(settled.home, { recursive: true, force: true });
    throw error;
  }
}

/** Starts Holdfast where it is expected to refuse, and waits for its end. */
export async function runHoldfast(options: HoldfastOptions = {}): Promise<Finished> {
  const settled = await settle(options);
  const running = spawnHoldfast(settled);
  try {
    return await running.finished(START_LIMIT);
  } finally {
    if (settled.isOwnHome) rmSync(settled.home, { recursive: true, force: true });
  }
}

/** Runs another script of the project, such as `password.ts`, for a home; `input` is piped into it. */
export async function runScript(name: string, home: string, env: Record<string, string | undefined> = {}, input = ''): Promise<Finished> {
  const running = spawnNode([join(ROOT, 'scripts', name)], cleanEnvironment({ HOLDFAST_HOME: home, ...env }));
  running.child.stdin?.end(input);
  return running.finished(START_LIMIT);
}

/** A new, empty temporary directory. The caller deletes it. */
export function makeHome(): string {
  return mkdtempSync(join(tmpdir(), 'holdfast-'));
}

/** TCP ports on 127.0.0.1 that nothing listens on, all different. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, () => listen(0)));
  const ports = servers.map((server) => server.port);
  await Promise.all(servers.map((server) => server.close()));
  return ports;
}

/** Takes a port of 127.0.0.1 (0: any free one), as another program would. */
export async function listen(port: number): Promise<{ port: number; close(): Promise<void> }> {
  const server = createServer();
  await new Promise<void>((done, fail) => server.once('error', fail).listen({ port, host: '127.0.0.1' }, done));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port');
  return { port: address.port, close: () => new Promise((done) => server.close(() => done())) };
}

interface Settled {
  home: string;
  isOwnHome: boolean;
  port: number;
  mqttPort: number;
  env: Record<string, string | undefined>;
  args: readonly string[];
  plain: boolean;
  password: string | undefined;
}

async function settle(options: HoldfastOptions): Promise<Settled> {
  const [port = 0, mqttPort = 0] = await freePorts(2);
  return {
    home: options.home ?? makeHome(),
    isOwnHome: options.home === undefined,
    port: options.port ?? port,
    mqttPort: options.mqttPort ?? mqttPort,
    env: options.env ?? {},
    args: options.args ?? [],
    plain: options.plain ?? false,
    password: options.password ?? options.env?.['HOLDFAST_ADMIN_PASSWORD'],
  };
}

async function launch(settled: Settled): Promise<Holdfast> {
  const running = spawnHoldfast(settled);
  const url = `http://127.0.0.1:${settled.port}`;

  const request: Holdfast['request'] = (path, { token, method = 'GET', body, headers = {} } = {}) =>
    fetch(url + path, {
      method,
      headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(REQUEST_LIMIT),
    });

  try {
    // Flows whose node types are unknown wait for them; the editor serves all the same.
    await running.waitForOutput(/Started flows|Waiting for missing types|Flows stopped in safe mode/, START_LIMIT);
    await running.waitForOutput(/Server now running at/, START_LIMIT);
    const answer = await request('/auth/login');
    if (!answer.ok) throw new Error(`the editor answered ${answer.status}`);
  } catch (error) {
    await running.kill('SIGKILL');
    throw new Error(`Holdfast did not start: ${String(error)}\n${running.stdout()}${running.stderr()}`, { cause: error });
  }

  const password = /password {2}(\S+)/.exec(running.stdout())?.[1] ?? settled.password;
  return {
    home: settled.home,
    port: settled.port,
    mqttPort: settled.mqttPort,
    url,
    pid: running.child.pid ?? 0,
    password,
    stdout: running.stdout,
    stderr: running.stderr,
    waitForOutput: running.waitForOutput,
    request,
    async login(given = password, username = 'admin') {
      const body = { client_id: 'node-red-admin', grant_type: 'password', scope: '*', username, password: given };
      const answer = await request('/auth/token', { method: 'POST', body });
      const content: unknown = await answer.json().catch(() => undefined);
      if (typeof content === 'object' && content !== null && 'access_token' in content) return String(content.access_token);
      throw new Error(`the login was refused with ${answer.status}`);
    },
    exit: running.exit,
    kill: (signal = 'SIGKILL') => running.kill(signal),
    async restart({ env, args } = {}) {
      await running.kill('SIGKILL');
      return launch({ ...settled, env: { ...settled.env, HOLDFAST_ADMIN_PASSWORD: undefined, ...env }, args: args ?? settled.args, password });
    },
    stop: () => running.kill('SIGTERM'),
    async remove() {
      await running.kill('SIGTERM');
      if (settled.isOwnHome) rmSync(settled.home, { recursive: true, force: true });
    },
  };
}

function spawnHoldfast(settled: Settled): Running {
  const script = settled.plain ? [NODE_RED, '--settings', join(ROOT, 'settings.ts')] : [join(ROOT, 'scripts', 'start.ts')];
  const running = spawnNode([...script, ...settled.args], environmentOf(settled));
  running.child.stdin?.end();
  return running;
}

function environmentOf({ home, port, mqttPort, env }: Settled): NodeJS.ProcessEnv {
  return cleanEnvironment({ HOLDFAST_HOME: home, PORT: String(port), HOLDFAST_MQTT_PORT: String(mqttPort), ...env });
}

/** The machine's variables without those that would steer Holdfast or Node-RED, whose log is read in English. */
function cleanEnvironment(env: Record<string, string | undefined>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(HOLDFAST_|NODE_RED_|PORT$|LC_|LANGUAGE$)/.test(name));
  return { ...Object.fromEntries(inherited), LANG: 'en_US.UTF-8', ...env };
}

interface Running {
  readonly child: ChildProcess;
  readonly exit: Promise<Exit>;
  stdout(): string;
  stderr(): string;
  waitForOutput(pattern: RegExp, limit?: number): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): Promise<Exit>;
  finished(limit: number): Promise<Finished>;
}

const children = new Set<ChildProcess>();
// A suite that breaks off must not leave processes behind.
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

function spawnNode(args: readonly string[], env: NodeJS.ProcessEnv): Running {
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  let ended = false;
  const exit = new Promise<Exit>((done, fail) => {
    child.once('error', fail);
    // "close" comes after the last byte of output, "exit" may come before it.
    child.once('close', (code, signal) => {
      ended = true;
      children.delete(child);
      done({ code, signal });
    });
  });

  async function kill(signal: NodeJS.Signals): Promise<Exit> {
    if (!ended) child.kill(signal);
    const forced = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
    return exit.finally(() => clearTimeout(forced));
  }

  return {
    child,
    exit,
    kill,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    async waitForOutput(pattern, limit = 30_000) {
      const end = performance.now() + limit;
      for (;;) {
        const isLast = ended;
        const match = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
        if (match) return match;
        if (isLast) throw new Error(`the process ended before its output matched ${String(pattern)}`);
        if (performance.now() > end) throw new Error(`the output did not match ${String(pattern)} within ${limit} ms`);
        await wait(25);
      }
    },
    async finished(limit) {
      const forced = setTimeout(() => child.kill('SIGKILL'), limit);
      const result = await exit.finally(() => clearTimeout(forced));
      return { ...result, ...output };
    },
  };
}
