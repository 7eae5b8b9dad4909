import type { Clock, Timer } from '../clock/clock.ts';
import type { Refusal } from '../intake/refusal.ts';
import { BackOff } from './back-off.ts';

export interface WithheldOptions {
  clock: Clock;
  /** Chance: a number of at least 0 and less than 1. */
  random: () => number;
  /** How many messages the broker sends at most without an acknowledgement; undefined when it does not say. */
  window: () => number | undefined;
  /** It is time for another connection. `soon`: the present one still brought something, so there is no need to stay away for long. */
  again: (problem: string, soon: boolean) => void;
}

const FIRST_PAUSE = 5_000;
const LONGEST_PAUSE = 60_000;
/** After so long without a refusal the pauses begin from the shortest. */
const CALM = 120_000;
/** Brokers that do not say how many messages they send without an acknowledgement most often send 10 or more (RabbitMQ; Mosquitto 20, EMQX 32). */
const UNKNOWN_WINDOW = 10;

/**
 * The messages of one connection that are left with the broker. It sends them again only over another connection, so after a pause
 * there must be one; sooner when they fill half of what the broker sends without an acknowledgement, for then they stand in the way of the others.
 */
export class WithheldMessages {
  readonly #options: WithheldOptions;
  readonly #pauses: BackOff;
  #count = 0;
  #last: Refusal | undefined;
  #lastAt = -Infinity;
  #timer: Timer | undefined;

  constructor(options: WithheldOptions) {
    this.#options = options;
    this.#pauses = new BackOff({ minimum: FIRST_PAUSE, maximum: LONGEST_PAUSE, random: options.random });
  }

  /** What is told of the messages that are left with the broker; undefined when there are none. */
  get problem(): string | undefined {
    return this.#last && `${this.#last.message} The broker sends it again.`;
  }

  /** @param blocks nothing more comes over this connection. */
  add(refusal: Refusal, blocks: boolean): void {
    const { clock, window, again } = this.#options;
    const now = clock.now();
    if (now - this.#lastAt >= CALM) this.#pauses.reset();
    this.#count += 1;
    this.#last = refusal;
    this.#lastAt = now;
    if (blocks || this.#count >= Math.ceil((window() ?? UNKNOWN_WINDOW) / 2)) return again(this.problem ?? '', false);
    this.#timer ??= clock.setTimeout(() => again(this.problem ?? '', true), Math.max(this.#pauses.next(), Math.min(LONGEST_PAUSE, refusal.retryAfter ?? 0)));
  }

  /** The connection is gone. */
  forget(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#count = 0;
    this.#last = undefined;
  }
}
