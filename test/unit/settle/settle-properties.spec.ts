import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { SettleTracker } from '../../../core/settle/settle-tracker.ts';
import type { Message } from '../../../core/settle/settle-tracker.ts';

/** A node's visit by a message: what it sends on, and when it is done. */
interface Visit {
  /** How the message goes to the nodes it is sent to: the very object, a clone, or a new message with an id of its own. */
  sends: Array<{ as: 'same' | 'clone' | 'new'; to: Visit }>;
  /** Whether it says done before its handler returns, later, or (a legacy node) never. */
  done: 'within' | 'later' | 'never' | 'error';
}

const visitOf = (depth: number): fc.Arbitrary<Visit> =>
  fc.record({
    sends: depth === 0 ? fc.constant([]) : fc.array(fc.record({ as: fc.constantFrom('same', 'clone', 'new'), to: visitOf(depth - 1) }), { maxLength: 3 }),
    done: fc.constantFrom('within', 'later', 'later', 'never', 'error'),
  });

/** Runs a tree of visits in an order drawn at random, as the event loop might. */
class Runtime {
  readonly tracker = new SettleTracker();
  readonly tasks: Array<() => void> = [];
  openVisits = 0;
  failed = false;
  #ids = 0;

  deliver(message: Message, node: object, visit: Visit, sender: object): void {
    this.tracker.handed(message, node, sender);
    this.openVisits += 1;
    this.tasks.push(() => this.#receive(message, node, visit));
  }

  #receive(message: Message, node: object, { sends, done }: Visit): void {
    this.tracker.received(message, node);
    // The very object can go to one node only: Node-RED clones for all others.
    let given = false;
    for (const { as, to } of sends) {
      const same: boolean = as === 'same' && !given;
      given ||= same;
      this.deliver(same ? message : as === 'new' ? { _msgid: `new-${this.#ids++}` } : { ...message }, {}, to, node);
    }
    const finish = (): void => {
      this.failed ||= done === 'error';
      this.openVisits -= 1;
      if (done !== 'never') this.tracker.done(message, node, done === 'error' ? new Error('no') : undefined);
    };
    if (done === 'within' || done === 'error') finish();
    if (done === 'never') this.openVisits -= 1;
    this.tracker.returned(message, node, done !== 'never');
    if (done === 'later') this.tasks.push(finish);
  }
}

describe('any tree of messages', () => {
  it('ends exactly once, after its last node is done and not before, as failed when a node failed', async () => {
    await fc.assert(fc.asyncProperty(fc.array(visitOf(4), { minLength: 1, maxLength: 3 }), fc.infiniteStream(fc.nat()), async (roots, random) => {
      const runtime = new Runtime();
      const outcomes: string[] = [];
      const tracked = runtime.tracker.begin('m', (outcome) => {
        assert.equal(runtime.openVisits, 0, 'it ended while nodes were at work');
        outcomes.push(outcome.kind);
      });
      for (const root of roots) runtime.deliver({ _msgid: 'm' }, {}, root, {});
      runtime.tracker.release(tracked);
      while (runtime.tasks.length > 0) {
        const [task] = runtime.tasks.splice(random.next().value % runtime.tasks.length, 1);
        task?.();
        await Promise.resolve();
      }
      await new Promise((resolve) => setImmediate(resolve));
      assert.deepEqual(outcomes, [runtime.failed ? 'failed' : 'settled']);
      assert.equal(runtime.tracker.size, 0);
    }), { numRuns: 300 });
  });
});
