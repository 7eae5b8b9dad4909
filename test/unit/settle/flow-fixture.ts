import assert from 'node:assert/strict';
import { SettleTracker } from '../../../core/settle/settle-tracker.ts';
import type { Message, Outcome } from '../../../core/settle/settle-tracker.ts';

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What Node-RED tells of a flow: a message is handed to a node, received by it, and done; nodes are their names. */
export class Flow {
  readonly tracker = new SettleTracker();
  outcome: Outcome | undefined;
  outcomes = 0;

  begin(id = 'm'): Message {
    const tracked = this.tracker.begin(id, (outcome) => {
      this.outcome = outcome;
      this.outcomes += 1;
    });
    const message: Message = { _msgid: id };
    this.handed(message, 'A', 'source');
    this.tracker.release(tracked);
    return message;
  }

  handed(message: Message, node: string, sender: string): void {
    this.tracker.handed(message, node, sender);
  }

  /** The node's handler runs: `work` is what it does before it returns. */
  runs(message: Message, node: string, work: () => void = () => undefined, saysDone = true): void {
    this.tracker.received(message, node);
    work();
    this.tracker.returned(message, node, saysDone);
  }

  done(message: Message, node: string, error?: unknown): void {
    this.tracker.done(message, node, error);
  }

  async kind(): Promise<string | undefined> {
    await turn();
    assert.ok(this.outcomes <= 1, 'it ended twice');
    return this.outcome?.kind;
  }
}
