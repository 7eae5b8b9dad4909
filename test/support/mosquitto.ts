import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { connectAsync } from 'mqtt';

const LIMIT = 40_000;

/** A Mosquitto with a configuration and files of its own. */
export class Mosquitto {
  readonly directory = mkdtempSync(join(tmpdir(), 'holdfast-broker-'));
  readonly port: number;
  readonly #program: string;
  #process: ChildProcess | undefined;

  constructor(program: string, port: number) {
    this.#program = program;
    this.port = port;
    // Mosquitto gives up root's rights.
    chmodSync(this.directory, 0o777);
  }

  async start(...more: string[]): Promise<void> {
    const lines = [`listener ${this.port} 127.0.0.1`, 'persistence true', `persistence_location ${this.directory}/`, 'autosave_interval 1', 'max_queued_messages 0', ...more];
    if (!more.some((line) => line.startsWith('allow_anonymous'))) lines.push('allow_anonymous true');
    writeFileSync(join(this.directory, 'mosquitto.conf'), `${lines.join('\n')}\n`);
    this.#process = spawn(this.#program, ['-c', join(this.directory, 'mosquitto.conf')], { stdio: 'ignore' });
    await until(async () => {
      try {
        const probe = await connectAsync(`mqtt://127.0.0.1:${this.port}`, { reconnectPeriod: 0, clientId: 'probe' }, false);
        await probe.endAsync(true);
        return true;
      } catch (error) {
        return /not authori[sz]ed/i.test(String(error));
      }
    }, 'the broker answers');
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const running = this.#process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((done) => running.once('close', done));
    running.kill(signal);
    await gone;
  }

  /** Stops it in the middle of whatever it does. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Lets it write its memory to its file, as it does every few seconds by itself. */
  async save(): Promise<void> {
    const file = join(this.directory, 'mosquitto.db');
    rmSync(file, { force: true });
    this.#process?.kill('SIGUSR1');
    await until(() => existsSync(file), 'it has saved');
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Asks again and again until it holds. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, limit = LIMIT): Promise<void> {
  const end = performance.now() + limit;
  while (!(await holds())) {
    assert.ok(performance.now() < end, `waited ${limit} ms in vain until ${what}`);
    await wait(20);
  }
}
