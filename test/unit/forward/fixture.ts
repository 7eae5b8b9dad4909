import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { entryOfAlarm, entryOfSample } from '../../../core/forward/entry.ts';
import type { Entry } from '../../../core/forward/entry.ts';
import { Forwarder } from '../../../core/forward/forwarder.ts';
import type { ForwarderOptions } from '../../../core/forward/forwarder.ts';
import { ForwardQueue } from '../../../core/forward/queue/queue.ts';
import type { QueueOptions } from '../../../core/forward/queue/queue.ts';
import type { Batch, Outcome, Target } from '../../../core/forward/target/target.ts';

export const START = 1_700_000_000_000;

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The n-th sample of a device. */
export function reading(device: string, number: number): Entry {
  return entryOfSample({ id: `${device}/s${number}-x`, device, ts: START + number, received: START + number, tsSource: 'device', seq: number, src: { via: 'mqtt' }, values: { number } });
}

export function alarm(device: string, number: number): Entry {
  return entryOfAlarm({
    topic: `alarms/${device}`,
    payload: { id: `hot:${device}:${number}`, alarm: 'hot', device, state: 'raised', severity: 'high', ts: START + number, metric: 't', value: 90, sample: 's', message: 'Hot.', raisedAt: START + number },
    iot: { v: 1, kind: 'alarm', id: `hot:${device}:${number}/raised`, device, ts: START + number, src: { via: 'flow' } },
  });
}

/** What a line says. */
export interface Said {
  device: string;
  id: string;
  historical?: boolean;
  values?: { number: number };
}

export const saidIn = ({ items }: Pick<Batch, 'items'>): Said[] => items.map(({ line }) => JSON.parse(Buffer.from(line).toString()) as Said);

/** Another side that answers when it is told to, and keeps what it takes once. */
export class FakeTarget implements Target {
  readonly window: number;
  readonly name = 'fake';
  connected = true;
  readonly batches: Batch[] = [];
  readonly open: { batch: Batch; answer: (outcome: Outcome) => void }[] = [];
  /** Ids that it refuses, whatever comes with them. */
  guilty = new Set<string>();

  constructor(window = 1) {
    this.window = window;
  }

  send(batch: Batch): Promise<Outcome> {
    this.batches.push(batch);
    return new Promise((answer) => this.open.push({ batch, answer }));
  }

  close(): Promise<void> {
    for (const { answer } of this.open.splice(0)) answer({ kind: 'later', reason: 'closing' });
    return Promise.resolve();
  }

  /** Answers the oldest batch that is open. */
  async answer(outcome: Outcome = { kind: 'delivered' }): Promise<Batch> {
    const [first] = this.open.splice(0, 1);
    if (!first) throw new Error('nothing is under way');
    first.answer(outcome);
    await turn();
    return first.batch;
  }
}

/** A queue and what sends it, on a clock that is turned by hand, in a folder of its own. */
export class ForwardFixture {
  readonly #directory = mkdtempSync(join(tmpdir(), 'holdfast-forward-'));
  readonly problems: unknown[] = [];
  readonly refused: { id: string; reason: string }[] = [];
  readonly #dead: ForwardQueue[] = [];
  readonly #queueOptions: Partial<QueueOptions>;
  readonly #options: Partial<ForwarderOptions>;
  clock = new ManualClock(START);
  target = new FakeTarget();
  queue!: ForwardQueue;
  forwarder!: Forwarder;

  constructor(options: { queue?: Partial<QueueOptions>; forwarder?: Partial<ForwarderOptions>; window?: number } = {}) {
    this.#queueOptions = options.queue ?? {};
    this.#options = options.forwarder ?? {};
    this.target = new FakeTarget(options.window);
    this.#start();
  }

  get path(): string {
    return join(this.#directory, 'forward-n.sqlite');
  }

  /** Queues entries and has them on disk. @returns the error, where they are not. */
  queueUp(...entries: Entry[]): Error | undefined {
    let failure: Error | undefined;
    this.queue.add(entries, (error) => (failure = error));
    this.clock.advance(5);
    return failure;
  }

  /** Ends the process as kill -9 does: what is on disk is there, what was in memory is not. */
  kill(): void {
    this.#dead.push(this.queue);
    this.clock = new ManualClock(this.clock.now() + 1_000);
    this.target = new FakeTarget(this.target.window);
    this.#start();
  }

  /** Stops and starts in good order. */
  async restart(): Promise<void> {
    const closed = this.forwarder.close();
    this.clock.advance(1_000);
    await closed;
    this.queue.close();
    this.clock = new ManualClock(this.clock.now() + 1_000);
    this.target = new FakeTarget(this.target.window);
    this.#start();
  }

  remove(): void {
    for (const queue of [...this.#dead, this.queue]) queue.close();
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #start(): void {
    const { clock, target } = this;
    const problem = (error: unknown): void => void this.problems.push(error);
    const order = this.#queueOptions.order ?? 'in-order';
    const started: { forwarder?: Forwarder } = {};
    const queue = new ForwardQueue({
      path: this.path, clock, order, liveFor: 10_000, problem, changed: () => started.forwarder?.pump(),
      bounds: { bytes: 1e9, age: 0, full: 'refuse', keepEvery: 2 },
      ...this.#queueOptions,
    });
    const forwarder = new Forwarder({
      queue, target, clock, order, random: () => 0.5, liveFor: 10_000, problem,
      batch: { entries: 100, bytes: 1e6, wait: 0 }, pace: { messagesPerSecond: 0, bytesPerSecond: 0 }, pause: { minimum: 1_000, maximum: 8_000 },
      refused: ({ id }, reason) => void this.refused.push({ id, reason }),
      ...this.#options,
    });
    started.forwarder = forwarder;
    this.queue = queue;
    this.forwarder = forwarder;
    forwarder.pump();
  }
}
