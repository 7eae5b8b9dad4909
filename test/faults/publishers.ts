import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { PublishOrder } from './publish.ts';

const PROCESSES = 2;
const MESSAGE = 'A publisher ended before everything was acknowledged';

interface Publisher {
  acknowledged: number;
  ended: Promise<void>;
  kill: () => void;
}

/** The processes that publish, and how far they are. */
export class Publishers {
  readonly #publishers: Publisher[];
  #failure: Error | undefined;

  constructor(order: PublishOrder) {
    const shares = Array.from({ length: PROCESSES }, (_, process) => order.devices.filter((_device, index) => Math.floor(index / 2) % PROCESSES === process));
    this.#publishers = shares.map((devices) => this.#start({ ...order, devices, rate: order.rate / PROCESSES }));
  }

  /** How many messages have been acknowledged. Throws when a publisher ended with an error. */
  get acknowledged(): number {
    if (this.#failure) throw this.#failure;
    return this.#publishers.reduce((sum, publisher) => sum + publisher.acknowledged, 0);
  }

  /** Resolves when everything is acknowledged. */
  async ended(): Promise<void> {
    await Promise.all(this.#publishers.map(({ ended }) => ended));
    if (this.#failure) throw this.#failure;
  }

  kill(): void {
    for (const { kill } of this.#publishers) kill();
  }

  #start(order: PublishOrder): Publisher {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'publish.ts')], { env: { ...process.env, ORDER: JSON.stringify(order) }, stdio: ['ignore', 'pipe', 'pipe'] });
    process.once('exit', () => child.kill('SIGKILL'));
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = `${errors}${text}`.slice(-4_000)));
    const publisher: Publisher = {
      acknowledged: 0,
      kill: () => void child.kill('SIGKILL'),
      ended: new Promise((resolve) => {
        child.on('close', (code, signal) => {
          if (code !== 0) this.#failure ??= new Error(`${MESSAGE} (${signal ?? `exit code ${code}`}).\n${errors}`);
          resolve();
        });
      }),
    };
    createInterface({ input: child.stdout }).on('line', (line) => {
      publisher.acknowledged = (JSON.parse(line) as { acknowledged: number }).acknowledged;
    });
    return publisher;
  }
}
