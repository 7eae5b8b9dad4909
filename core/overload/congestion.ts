import type { Clock, Timer } from '../clock/clock.ts';
import { steadyTime } from './steady-time.ts';

export interface CongestionOptions {
  clock: Clock;
  /** How many messages are kept and have not settled. */
  backlog: () => number;
  /** How many have settled so far. */
  settled: () => number;
  /** Which share of the time this thread was busy since the last call, from 0 to 1. */
  utilization: () => number;
  /** Told of what an answer threw: those behind it are given all the same. */
  problem: (error: unknown) => void;
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
  /** Whose door it came by. */
  readonly owner: object;
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
  readonly #now: () => number;
  #held: Held[] = [];
  #timer: Timer | undefined;
  #busy = false;
  #lag = SMALLEST_LAG;
  #settledPerSecond = 0;
  #settledBefore = 0;
  #lookedAt = 0;
  #closed = false;

  constructor(options: CongestionOptions) {
    this.#options = options;
    this.#now = steadyTime(options.clock);
  }

  /** How many acknowledgements wait. */
  get size(): number {
    return this.#held.length;
  }

  /** Calls `answer` at once, or when the flow has come closer, after two seconds at the latest. */
  pass(owner: object, answer: () => void): void {
    const lagging = !this.#closed && this.#options.backlog() > this.#lag;
    if (lagging) this.#watch();
    if ((lagging && this.#busy) || this.#held.length > 0) this.#held.push({ owner, answer, until: this.#now() + LONGEST });
    else this.#tell(answer);
  }

  /** Lets those of one owner go, before its door is closed. The doors of others are not concerned. */
  release(owner: object): void {
    const released = this.#held.filter((held) => held.owner === owner);
    if (released.length === 0) return;
    this.#held = this.#held.filter((held) => held.owner !== owner);
    this.#answer(released);
  }

  /** Lets all go, and holds nothing from now on. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#busy = false;
    this.#answer(this.#held.splice(0));
  }

  #watch(): void {
    if (this.#timer) return;
    this.#options.utilization();
    this.#settledBefore = this.#options.settled();
    this.#lookedAt = this.#now();
    this.#timer = this.#options.clock.setTimeout(() => this.#look(), LOOK_EVERY);
  }

  #look(): void {
    const { clock, backlog, settled, utilization } = this.#options;
    const now = this.#now();
    const seconds = (now - this.#lookedAt) / 1_000;
    const count = settled();
    // A clock that was set back meanwhile says nothing of the rate.
    if (now > this.#lookedAt) this.#settledPerSecond += SMOOTHING * ((count - this.#settledBefore) / seconds - this.#settledPerSecond);
    this.#settledBefore = count;
    this.#lookedAt = now;
    this.#lag = Math.max(SMALLEST_LAG, this.#settledPerSecond * LAG_SECONDS);
    this.#busy = utilization() >= BUSY || backlog() < this.#settledPerSecond * CATCHES_UP_SECONDS;
    const room = this.#busy ? Math.max(0, this.#lag - backlog()) : this.#held.length;
    const overdue = this.#held.findIndex(({ until }) => until > now);
    this.#answer(this.#held.splice(0, Math.max(room, overdue < 0 ? this.#held.length : overdue)));
    const goesOn = !this.#closed && (this.#held.length > 0 || backlog() > SMALLEST_LAG);
    this.#timer = goesOn ? clock.setTimeout(() => this.#look(), LOOK_EVERY) : undefined;
    if (!goesOn) this.#busy = false;
  }

  #answer(released: readonly Held[]): void {
    for (const { answer } of released) this.#tell(answer);
  }

  #tell(answer: () => void): void {
    try {
      answer();
    } catch (error) {
      this.#options.problem(error);
    }
  }
}
