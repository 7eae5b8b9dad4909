import type { Clock, Timer } from '../clock/clock.ts';
import { blocksOf } from './blocks.ts';
import { writeCursor } from './cursor.ts';
import { HistoryTimeoutError } from './history-error.ts';
import type { HistoryQuery } from './query.ts';
import { rowsFrom } from './result.ts';
import type { HistoryAnswer, HistoryBlock, Notice } from './result.ts';
import { breathe } from './task.ts';
import type { HistorySource } from './source.ts';

export interface RunOptions extends HistorySource {
  /** Ends the work; the answer then throws its reason. */
  signal?: AbortSignal;
  /** The longest that working out one block may take, in milliseconds; the time in which nobody asks for the next one does not count. Default 30,000. */
  timeout?: number;
}

const TIMEOUT = 30_000;
/** Rows of a block at most: what a consumer has in hand at a time. */
const BLOCK = 1_000;
const SHOWN = 5;

/**
 * Answers a question, a block at a time: nothing is read before it is asked for, and an answer of millions of rows takes no more memory than one of
 * a thousand. Walk over it once; leave the loop and the work ends.
 *
 * @throws (while it is walked over) HistoryLimitError, HistoryTimeoutError, the errors of the store, and the reason of the signal.
 */
export function runHistory(query: HistoryQuery, options: RunOptions): HistoryAnswer {
  return new Run(query, options);
}

class Run implements HistoryAnswer {
  readonly #query: HistoryQuery;
  readonly #options: RunOptions;
  readonly #notices: Notice[] = [];
  #rows = 0;
  #next: string | undefined;
  #expiredBefore = -Infinity;
  readonly #answered = new Set<string>();
  #whole = false;

  constructor(query: HistoryQuery, options: RunOptions) {
    this.#query = query;
    this.#options = options;
  }

  get notices(): readonly Notice[] {
    return this.#notices;
  }

  get rows(): number {
    return this.#rows;
  }

  get next(): string | undefined {
    return this.#next;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<HistoryBlock, void> {
    const { clock, timeout = TIMEOUT, signal: outer, ...source } = this.#options;
    const stopWatch = new StopWatch(clock, timeout);
    const signal = outer ? AbortSignal.any([outer, stopWatch.signal]) : stopWatch.signal;
    const task = { query: this.#query, source: { ...source, clock }, signal, expired: (before: number) => void (this.#expiredBefore = Math.max(this.#expiredBefore, before)) };
    stopWatch.start();
    try {
      signal.throwIfAborted();
      for await (const block of blocksOf(task)) {
        this.#answered.add(block.device);
        for (const part of partsOf(block)) {
          const cut = this.#withinLimit(part);
          stopWatch.stop();
          if (cut) yield cut;
          signal.throwIfAborted();
          stopWatch.start();
          if (this.#next !== undefined) return;
          // Who takes the rows may be as quick as to leave no turn to anybody else.
          if (part !== block) await breathe(signal);
        }
      }
      this.#whole = true;
    } finally {
      stopWatch.stop();
      this.#tell();
    }
  }

  /** As much of a block as may still be given; when that is not all, the answer ends there. */
  #withinLimit(block: HistoryBlock): HistoryBlock | undefined {
    const { limit, from, to } = this.#query;
    const room = limit - this.#rows;
    const owed = block.rows[room];
    if (owed) this.#next = writeCursor({ from, to, position: { device: block.device, metric: block.metric, ts: owed.ts } });
    const cut = owed ? rowsFrom(block, 0, room) : block;
    this.#rows += cut.rows.length;
    return cut.rows.length > 0 ? cut : undefined;
  }

  #tell(): void {
    const { limit, from, kind, devices: { ids = [] }, position } = this.#query;
    if (this.#next !== undefined) this.#notices.push({ code: 'limited', message: `The answer was cut after ${limit} rows. Go on with the cursor "next", raise the limit, or ask for buckets.` });
    if (this.#expiredBefore > from) {
      const before = `Readings before ${new Date(this.#expiredBefore).toISOString()} have expired`;
      this.#notices.push({ code: 'expired', message: kind === 'raw' ? `${before}. Ask for aggregates to see what is kept of them.` : `${before}: buckets that begin earlier are made of rollups, as far as there are any, without median, p95 and timeWeighted.` });
    }
    const unknown = ids.filter((id) => !this.#answered.has(id));
    if (this.#whole && !position && unknown.length > 0) {
      const named = unknown.slice(0, SHOWN).map((id) => `"${id.slice(0, 80)}"`).join(', ');
      this.#notices.push({ code: 'unknown', message: `There is nothing of ${named}${unknown.length > SHOWN ? ` and ${unknown.length - SHOWN} more` : ''} in what was asked for. Look at the ids, the metrics, the time and the quality.` });
    }
  }
}

function* partsOf(block: HistoryBlock): Generator<HistoryBlock> {
  if (block.rows.length <= BLOCK) yield block;
  else for (let from = 0; from < block.rows.length; from += BLOCK) yield rowsFrom(block, from, from + BLOCK);
}

/** Aborts when something takes too long between start and stop. */
class StopWatch {
  readonly #controller = new AbortController();
  readonly #clock: Clock;
  readonly #timeout: number;
  #timer: Timer | undefined;

  constructor(clock: Clock, timeout: number) {
    this.#clock = clock;
    this.#timeout = timeout;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  start(): void {
    this.stop();
    this.#timer = this.#clock.setTimeout(() => this.#controller.abort(new HistoryTimeoutError(this.#timeout)), this.#timeout);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
