import type { Clock, Timer } from '../clock/clock.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { BackOff } from '../subscriber/back-off.ts';
import { DrainRate } from './drain-rate.ts';
import { historicalLine } from './entry.ts';
import { Pacing } from './pacing.ts';
import type { Pace } from './pacing.ts';
import type { ForwardQueue } from './queue/queue.ts';
import type { LaneName, Queued } from './queue/segment.ts';
import type { Outcome, Target } from './target/target.ts';

export interface ForwarderOptions {
  queue: ForwardQueue;
  target: Target;
  clock: Clock;
  /** Chance: a number of at least 0 and less than 1. */
  random: () => number;
  /** A batch is sent when it has so many entries or bytes, or its first entry has waited so long, in milliseconds. */
  batch: { entries: number; bytes: number; wait: number };
  pace: Pace;
  /** That of the queue. */
  order: 'live-first' | 'in-order';
  /** Where everything goes in order: an entry that has waited longer is sent as backfill, in milliseconds. */
  liveFor: number;
  /** The first and the longest pause after a failure, in milliseconds. */
  pause: { minimum: number; maximum: number };
  /** Told of an entry that the other side will never take. */
  refused: (entry: Queued, reason: string) => void;
  problem: (error: unknown) => void;
}

/** How it stands. `waiting`: until that time nothing is sent, for this reason. */
export type ForwardState = { kind: 'idle' | 'connected' } | { kind: 'waiting'; until: number; reason: string };

/** For people. */
export interface ForwardStatus {
  state: ForwardState;
  entries: number;
  bytes: number;
  /** How long the oldest entry has waited, in milliseconds. */
  age: number;
  /** When nothing will wait any more, in milliseconds from now; undefined when that cannot be told. */
  through: number | undefined;
}

interface LaneState {
  readonly name: LaneName;
  underWay: number;
  /** Parts of a batch that was refused as a whole, in order: the entry that is to blame is looked for among them. */
  parts: Queued[][];
}

/** So long acknowledgements are waited for when it closes, in milliseconds. */
const CLOSE_TIMEOUT = 1_000;
/** After the queue could not be read. */
const READ_RETRY = 1_000;

/** Sends what is in a queue to its target: alarms before readings, the newest beside the backlog, each until it is acknowledged. */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #backOff: BackOff;
  readonly #pacing: Pacing;
  readonly #rate = new DrainRate();
  /** In the order in which they are served. */
  readonly #lanes: readonly LaneState[] = (['alarms', 'live', 'backlog'] as const).map((name) => ({ name, underWay: 0, parts: [] }));
  readonly #sending = new Set<Promise<void>>();
  #state: ForwardState = { kind: 'idle' };
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.#backOff = new BackOff({ ...options.pause, random: options.random });
    this.#pacing = new Pacing(options.pace, options.clock.now());
  }

  /** Sends what can be sent now. To be called when something has been queued. */
  pump(): void {
    if (this.#closed || this.#state.kind === 'waiting') return;
    this.#timer?.cancel();
    this.#timer = undefined;
    try {
      let wait = Infinity;
      for (const lane of this.#lanes) wait = Math.min(wait, this.#serve(lane));
      if (wait < Infinity) this.#timer = this.#options.clock.setTimeout(() => this.pump(), Math.max(1, wait));
    } catch (error) {
      this.#options.problem(error);
      this.#timer = this.#options.clock.setTimeout(() => this.pump(), READ_RETRY);
    }
  }

  get status(): ForwardStatus {
    const now = this.#options.clock.now();
    const { entries, bytes, oldest } = this.#options.queue.status;
    this.#rate.note(now, entries);
    const state: ForwardState = this.#state.kind === 'waiting' || this.#options.target.connected ? this.#state : { kind: 'idle' };
    return { state, entries, bytes, age: oldest === undefined ? 0 : Math.max(0, now - oldest), through: this.#rate.through(now, entries) };
  }

  /** Sends nothing more, and waits a moment for what is under way. The queue is closed by whoever opened it, after this. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    const { target, clock } = this.#options;
    if (this.#sending.size > 0) {
      const limit = new Promise<void>((resolve) => clock.setTimeout(resolve, CLOSE_TIMEOUT, true));
      await Promise.race([Promise.allSettled(this.#sending), limit]);
    }
    await target.close();
    await Promise.allSettled(this.#sending);
  }

  /** Sends what a lane has and may. @returns in how many milliseconds it is worth looking again; Infinity: when something happens. */
  #serve(lane: LaneState): number {
    const { queue, batch, clock } = this.#options;
    for (;;) {
      const part = lane.underWay === 0 ? lane.parts.shift() : undefined;
      if (part) {
        this.#send(lane, part);
        continue;
      }
      if (lane.parts.length > 0 || lane.underWay >= this.#options.target.window) return Infinity;
      const first = queue.nextQueued(lane.name);
      if (first === undefined) return Infinity;
      const missing = batch.wait - (clock.now() - first);
      if (lane.name !== 'alarms' && missing > 0 && missing <= batch.wait && queue.ready(lane.name) < batch.entries) return missing;
      const entries = queue.take(lane.name, batch.entries, batch.bytes, lane.name === 'backlog' ? (entry) => this.#isAdmitted(entry) : undefined);
      if (entries.length === 0) return this.#pacing.wait > 0 ? this.#pacing.wait : Infinity;
      this.#send(lane, entries);
    }
  }

  #isAdmitted(entry: Queued): boolean {
    const now = this.#options.clock.now();
    return !this.#isBackfill(entry, now) || this.#pacing.admits(entry.line.length, now);
  }

  /** Strictly in order, what is new goes through the same lane as the backlog. */
  #isBackfill({ queued, segment }: Queued, now: number): boolean {
    const { order, liveFor } = this.#options;
    return segment.lane === 'backlog' && (order === 'live-first' || now - queued > liveFor);
  }

  #send(lane: LaneState, entries: readonly Queued[]): void {
    const { target, clock } = this.#options;
    const now = clock.now();
    const items = entries.map((entry) => ({ device: entry.device, id: entry.id, line: this.#isBackfill(entry, now) ? historicalLine(entry) : entry.line }));
    const repeated = entries.some((entry) => entry.repeated);
    lane.underWay += 1;
    const sending = target
      .send({ kind: lane.name === 'alarms' ? 'alarm' : 'reading', items, repeated })
      .catch((error: unknown): Outcome => ({ kind: 'later', reason: messageOf(error) }))
      .then((outcome) => {
        lane.underWay -= 1;
        this.#ended(lane, entries, outcome);
      })
      .catch(this.#options.problem)
      .finally(() => {
        this.#sending.delete(sending);
        this.pump();
      });
    this.#sending.add(sending);
  }

  #ended(lane: LaneState, entries: readonly Queued[], outcome: Outcome): void {
    switch (outcome.kind) {
      case 'delivered':
        return this.#delivered(entries, outcome.refused ?? []);
      case 'refused':
        this.#reached();
        if (entries.length === 1) return this.#refuse(entries[0], outcome.reason);
        // Half by half, until the one that is to blame is alone. A part may have been kept nevertheless.
        for (const entry of entries) entry.repeated = true;
        lane.parts.unshift(entries.slice(0, entries.length >> 1), entries.slice(entries.length >> 1));
        return;
      case 'later':
        for (const { index, reason } of outcome.refused ?? []) this.#refuse(entries[index], reason);
        this.#options.queue.delivered((outcome.delivered ?? []).flatMap((index) => entries[index] ?? []));
        this.#options.queue.giveBack([...entries, ...lane.parts.flat()]);
        lane.parts = [];
        return this.#pause(outcome.reason, outcome.retryAfter ?? 0);
    }
  }

  #delivered(entries: readonly Queued[], refused: readonly { index: number; reason: string }[]): void {
    this.#reached();
    for (const { index, reason } of refused) this.#refuse(entries[index], reason);
    this.#options.queue.delivered(entries.filter(({ state }) => state === 'under way'));
  }

  #refuse(entry: Queued | undefined, reason: string): void {
    if (!entry) return;
    this.#options.refused(entry, reason);
    this.#options.queue.refused(entry, reason);
  }

  #reached(): void {
    this.#backOff.reset();
    if (this.#state.kind === 'idle') this.#state = { kind: 'connected' };
  }

  /** What else is under way may fail for the same reason: that is one failure. */
  #pause(reason: string, retryAfter: number): void {
    if (this.#closed) return;
    const now = this.#options.clock.now();
    const until = now + Math.max(retryAfter, this.#state.kind === 'waiting' ? 0 : this.#backOff.next());
    if (this.#state.kind === 'waiting' && until <= this.#state.until) return;
    this.#state = { kind: 'waiting', until, reason };
    this.#timer?.cancel();
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#state = { kind: 'idle' };
      this.pump();
    }, until - now);
  }
}
