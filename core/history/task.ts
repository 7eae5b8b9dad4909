import type { HistoryQuery } from './query.ts';
import type { HistorySource } from './source.ts';

/** One question on its way to an answer. */
export interface Task {
  readonly query: HistoryQuery;
  readonly source: HistorySource;
  /** Aborted when nobody waits any more, or for too long. */
  readonly signal: AbortSignal;
  /** Told before which time the readings of a series have expired. */
  readonly expired: (before: number) => void;
}

/** One metric of one device. */
export interface Series {
  readonly device: string;
  readonly metric: string;
}

/** What a store answers, or the reason of the abort when that comes first. */
export async function whileWaiting<Value>(answer: Value | Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  if (!(answer instanceof Promise)) return answer;
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([answer, promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Lets everything else have its turn: after a stretch of work of a millisecond or so. */
export async function breathe(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => void setImmediate(resolve));
  signal.throwIfAborted();
}
