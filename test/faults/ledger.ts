import { setTimeout as wait } from 'node:timers/promises';
import type { Holdfast } from '../support/node-red-process.ts';
import { BACKEND_ID } from './flow.ts';

/** What the harness reads of `GET /holdfast-backend/<id>/ledger`. */
export interface LedgerTotal {
  received: number;
  stored: number;
  quarantined: number;
  duplicate: number;
  refused: Record<string, number>;
  inFlight: number;
  difference: number;
}

const WATCH_INTERVAL = 500;

/** Asks the ledger again and again, through kills, and remembers the largest difference it ever showed. */
export class LedgerWatch {
  largestDifference = 0;
  readings = 0;
  #last: LedgerTotal | undefined;
  #token: { holdfast: Holdfast; value: string } | undefined;
  #stopped = false;
  readonly #holdfast: () => Holdfast;
  readonly #running: Promise<void>;

  constructor(holdfast: () => Holdfast) {
    this.#holdfast = holdfast;
    this.#running = this.#watch();
  }

  /** Reads it once more at rest. @throws Error when the backend serves no ledger. */
  async end(): Promise<LedgerTotal> {
    this.#stopped = true;
    await this.#running;
    await this.#read();
    if (!this.#last) throw new Error('The backend gave no ledger.');
    return this.#last;
  }

  async #watch(): Promise<void> {
    while (!this.#stopped) {
      // While Holdfast is dead, starting, or stopped, there is nobody to ask.
      await this.#read().catch(() => undefined);
      await wait(WATCH_INTERVAL);
    }
  }

  async #read(): Promise<void> {
    const holdfast = this.#holdfast();
    if (this.#token?.holdfast !== holdfast) this.#token = { holdfast, value: await holdfast.login() };
    const answer = await holdfast.request(`/holdfast-backend/${BACKEND_ID}/ledger`, { token: this.#token.value });
    if (!answer.ok) throw new Error(`The backend gives no ledger (HTTP ${answer.status} on /holdfast-backend/<id>/ledger).`);
    const { total } = (await answer.json()) as { total: LedgerTotal };
    this.#last = total;
    this.readings += 1;
    if (Math.abs(total.difference) > Math.abs(this.largestDifference)) this.largestDifference = total.difference;
  }
}
