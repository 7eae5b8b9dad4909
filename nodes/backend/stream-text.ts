import { once } from 'node:events';
import type { Response } from 'express';
import type { Clock } from '../../core/clock/clock.ts';
import { HoldfastError } from '../../core/errors/holdfast-error.ts';

export interface StreamOptions {
  /** The Content-Type. */
  type: string;
  clock: Clock;
  /** How long a client may take nothing, in milliseconds. */
  stalled: number;
  /** Aborted when the client has gone. */
  signal: AbortSignal;
}

/**
 * Sends text part by part as fast as the client takes it, and no part is made before the one ahead of it has gone out. The status goes out with the
 * first part; the response is left open.
 *
 * @throws what making a part throws, and HoldfastError when the client stalls or has gone.
 */
export async function streamText(parts: AsyncIterable<string>, response: Response, { type, clock, stalled, signal }: StreamOptions): Promise<void> {
  for await (const part of parts) {
    signal.throwIfAborted();
    if (!response.headersSent) response.status(200).set('Content-Type', type);
    if (!response.write(part)) await drained(response, clock, stalled, signal);
  }
}

async function drained(response: Response, clock: Clock, stalled: number, signal: AbortSignal): Promise<void> {
  const patience = new AbortController();
  const timer = clock.setTimeout(() => patience.abort(new HoldfastError('HOLDFAST_HISTORY_STALLED', `The client has taken nothing for ${stalled / 1_000} s.`)), stalled);
  try {
    await once(response, 'drain', { signal: AbortSignal.any([signal, patience.signal]) });
  } finally {
    timer.cancel();
  }
}
