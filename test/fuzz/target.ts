import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account, ToBackend, ToFuzzer } from './messages.ts';
import type { World } from './world.ts';

const PROGRAM = join(import.meta.dirname, 'backend-process.ts');

/** The process that is fuzzed, as this one sees it. */
export class Target {
  crashes = 0;
  /** In milliseconds. */
  longestStall = 0;
  /** In bytes. */
  peakRss = 0;
  lastRss = 0;
  readonly #directory = mkdtempSync(join(tmpdir(), 'holdfast-fuzz-'));
  readonly #process: ChildProcess;
  readonly #failed: (sentence: string, crashed: boolean) => void;
  #world: ((world: World | undefined) => void) | undefined;
  #account: ((account: Account | undefined) => void) | undefined;
  #ended = false;
  #finished = false;
  readonly #clean = (): void => {
    if (!this.#ended) this.#process.kill('SIGKILL');
    rmSync(this.#directory, { recursive: true, force: true });
  };

  /** @param failed told of everything that the process should not have done, as soon as it is known. */
  constructor(failed: (sentence: string, crashed: boolean) => void) {
    this.#failed = failed;
    this.#process = fork(PROGRAM, [this.#directory], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    process.once('exit', this.#clean);
    this.#process.on('message', (message: ToFuzzer) => this.#take(message));
    this.#process.on('exit', (code, signal) => {
      this.#ended = true;
      if (this.#finished && code === 0) return;
      if (this.crashes === 0) this.#crashed(`The process ended with ${signal ?? `code ${String(code)}`}.`);
      this.#world?.(undefined);
      this.#account?.(undefined);
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Undefined when the process ended before it was ready. */
  ready(): Promise<World | undefined> {
    return new Promise((resolve) => (this.#world = resolve));
  }

  /** Closes the gateway and waits for what is under way. Undefined when the process is gone. */
  finish(): Promise<Account | undefined> {
    return new Promise((resolve) => {
      if (this.#ended) return resolve(undefined);
      this.#account = resolve;
      this.#process.send({ kind: 'finish' } satisfies ToBackend);
    });
  }

  /** Ends the process, if it has not ended by itself, and removes its folder. */
  async remove(): Promise<void> {
    const ended = new Promise<void>((resolve) => (this.#ended ? resolve() : this.#process.once('exit', () => resolve())));
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), this.#finished ? 10_000 : 0);
    await ended;
    clearTimeout(timer);
    process.off('exit', this.#clean);
    this.#clean();
  }

  #take(message: ToFuzzer): void {
    switch (message.kind) {
      case 'ready':
        return this.#world?.(message.world);
      case 'health':
        this.longestStall = Math.max(this.longestStall, message.stall);
        this.lastRss = message.rss;
        this.peakRss = Math.max(this.peakRss, message.rss);
        return;
      case 'failure':
        return this.#failed(message.sentence, false);
      case 'crash':
        return this.#crashed(message.sentence);
      case 'account':
        this.#finished = true;
        return this.#account?.(message.account);
    }
  }

  #crashed(sentence: string): void {
    this.crashes += 1;
    this.#failed(sentence, true);
  }
}
