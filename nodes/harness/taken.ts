import type { Node, NodeMessage } from 'node-red';
import type { Clock } from '../../core/clock/clock.ts';
import type { FlowRuntime } from './flow-runtime.ts';

/** Nodes that hold what they are given until they have everything: to wait for them would be to wait for ever. */
const GATHERERS = ['join', 'batch', 'split', 'sort'];
const LOOK_INTERVAL = 20;
/** A node that never says done, or a flow that pauses, is not waited for any longer than this, in milliseconds. */
const PATIENCE = 10_000;

export interface TakenOptions {
  node: Node;
  runtime: FlowRuntime;
  clock: Clock;
  signal: AbortSignal;
}

/**
 * Sends a message under an id of its own and waits until the flow has taken it: every node that it, or a copy of it, reached has said done. A node
 * that gathers counts as having taken it when it has it.
 *
 * @throws the reason of the signal.
 */
export async function sendUntilTaken(message: NodeMessage & { _msgid: string }, { node, runtime: { tracker }, clock, signal }: TakenOptions): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const tracked = tracker.begin(message._msgid, () => resolve());
  const end = clock.now() + PATIENCE;
  const look = (): void => {
    if (signal.aborted || clock.now() >= end || isGathered(tracker.holders(tracked))) resolve();
    else timer = clock.setTimeout(look, LOOK_INTERVAL);
  };
  let timer = clock.setTimeout(look, LOOK_INTERVAL);
  signal.addEventListener('abort', look, { once: true });
  try {
    node.send(message);
    tracker.release(tracked);
    await promise;
    signal.throwIfAborted();
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', look);
    tracker.abandon(tracked);
  }
}

/** Whether all that hold something gather it. Nobody has it while the runtime is about to hand it over. */
function isGathered(holders: readonly unknown[]): boolean {
  return holders.length > 0 && holders.every((holder) => typeof holder === 'object' && holder !== null && 'type' in holder && GATHERERS.some((type) => type === holder.type));
}
