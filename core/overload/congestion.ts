import type { Clock, Timer } from '../clock/clock.ts';

export interface CongestionOptions {
  clock: Clock;
  /** How many messages are kept and have not settled. */
  backlog: () => number;
  /** How many have settled so far. */
  settled: () => number;
  /** Which share of the time this thread was busy since the last call, from 0 to 1. */
  utilization: () => number;
}

const LOOK_EVERY = 50;
/** Below this no flow lags. */
const SMALLEST_LAG = 2_000;
/** The flow may lag by what it settles in this time, in seconds. */
const LAG_SECONDS = 0.25;
const BUSY = 0.9;
/** A flow that could settle its backlog within this time, in seconds, is worth waiting for, busy or not. */
const CATCHES_UP_SECONDS = 10;
/** Longer than this, in milliseconds, nobody waits: a client would take the connection for dead. */
const LONGEST = 2_000;
/** How much of the last look's rate goes into the average. */
const SMOOTHING = 0.3;

interface Held {
  readonly answer: () => void;
  readonly until: number;
}

/**
 * Keeps the door from starving the flow when both want all of the thread: what comes in is put on disk at once, but its acknowledgement
 * waits until the flow has come closer, so that senders that wait for acknowledgements send as fast as the flow can follow. A flow
 * that lags for another reason (a database that is away) leaves the thread idle, and then nothing waits: the inbox takes it all.
 */
export class Congestion {
  readonly #options: CongestionOptions;
  #held: Held[] = [];
  #timer: Timer | undefined;
  #busy = false;
  #lag = SMALLEST_LAG;
  #settledPerSecond = 0;
  #settledBefore = 0;
  #lookedAt = 0;

  constructor(options: CongestionOptions) {
    this.#options = options;
  }

  /** How many acknowledgements wait. */
  get size(): number {
    return this.#held.length;
  }

  /** Calls `answer` at once, or when the flow has come closer, after two seconds at the latest. */
  pass(answer: () => void): void {
    const { backlog, clock } = this.#options;
    const lagging = backlog() > this.#lag;
    if (lagging) this.#watch();
    if ((lagging && this.#busy) || this.#held.length > 0) this.#held.push({ answer, until: clock.now() + LONGEST });
    else answer();
  }

  /** Lets all that wait go, before the door is closed. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#busy = false;
    this.#release(this.#held.length);
  }

  #watch(): void {
    if (this.#timer) return;
    this.#options.utilization();
    this.#settledBefore = this.#options.settled();
    this.#lookedAt = this.#options.clock.now();
    this.#timer = this.#options.clock.setTimeout(() => this.#look(), LOOK_EVERY);
  }

  #look(): void {
    const { clock, backlog, settled, utilization } = this.#options;
    const now = clock.now();
    const seconds = Math.max(1, now - this.#lookedAt) / 1_000;
    const count = settled();
    this.#settledPerSecond += SMOOTHING * ((count - this.#settledBefore) / seconds - this.#settledPerSecond);
    this.#settledBefore = count;
    this.#lookedAt = now;
    this.#lag = Math.max(SMALLEST_LAG, this.#settledPerSecond * LAG_SECONDS);
    this.#busy = utilization() >= BUSY || backlog() < this.#settledPerSecond * CATCHES_UP_SECONDS;
    const room = this.#busy ? Math.max(0, this.#lag - backlog()) : this.#held.length;
    const overdue = this.#held.findIndex(({ until }) => until > now);
    this.#release(Math.max(room, overdue < 0 ? this.#held.length : overdue));
    const goesOn = this.#held.length > 0 || backlog() > SMALLEST_LAG;
    this.#timer = goesOn ? clock.setTimeout(() => this.#look(), LOOK_EVERY) : undefined;
    if (!goesOn) this.#busy = false;
  }

  #release(count: number): void {
    for (const { answer } of this.#held.splice(0, count)) answer();
  }
}
