/** Starting and ending the processes of a system under test. */
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A TCP port of the loopback interface that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The machine gave no free port.');
  return address.port;
}

/** As `freePort`, of UDP. */
export async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}

/** Resolves when something takes connections on the port; throws when nothing does within the time. */
export async function listening(port: number, milliseconds = 15_000): Promise<void> {
  const deadline = performance.now() + milliseconds;
  for (;;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (open) return;
    if (performance.now() > deadline) throw new Error(`Nothing listened on port ${port} within ${milliseconds / 1000} seconds.`);
    await pause(100);
  }
}

/** What runs now; none of it may outlive the benchmark, however that ends. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A child process whose output is kept (its last part) and can be waited for. */
export class Child {
  readonly process: ChildProcess;
  readonly name: string;
  #output = '';
  #waiting: (() => void)[] = [];

  constructor(name: string, command: string, args: readonly string[], options: { cwd?: string; env?: Record<string, string> } = {}) {
    this.name = name;
    this.process = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    const keep = (chunk: Buffer): void => {
      this.#output = (this.#output + chunk.toString()).slice(-200_000);
      this.#wake();
    };
    this.process.stdout?.on('data', keep);
    this.process.stderr?.on('data', keep);
    this.process.on('error', (error) => keep(Buffer.from(error.message)));
    running.add(this.process);
    this.process.on('exit', () => {
      running.delete(this.process);
      this.#wake();
    });
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.name} could not be started: ${this.#output}`);
    return this.process.pid;
  }

  get output(): string {
    return this.#output;
  }

  get ended(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves with the match when the output matches; throws when the process ends first or the time is over. */
  async waitFor(pattern: RegExp, milliseconds = 30_000): Promise<RegExpExecArray> {
    const deadline = performance.now() + milliseconds;
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match) return match;
      if (this.ended || this.process.pid === undefined) throw new Error(`${this.name} ended before it was ready. It wrote:\n${this.#output.slice(-4000)}`);
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`${this.name} was not ready within ${milliseconds / 1000} seconds. It wrote:\n${this.#output.slice(-4000)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Asks the process to end, and ends it when it has not within three seconds. */
  async stop(): Promise<void> {
    if (this.ended || this.process.pid === undefined) return;
    const exited = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 3000);
    await exited;
    clearTimeout(timer);
  }
}
