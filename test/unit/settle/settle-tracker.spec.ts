import assert from 'node:assert/strict';
import type { Outcome } from '../../../core/settle/settle-tracker.ts';
import { Flow, turn } from './flow-fixture.ts';

describe('a message that is followed', () => {
  let flow: Flow;
  beforeEach(() => {
    flow = new Flow();
  });

  it('settles when the only node is done, not when it is handed, received or returned', async () => {
    const message = flow.begin();
    assert.equal(await flow.kind(), undefined);
    flow.runs(message, 'A');
    assert.equal(await flow.kind(), undefined);
    flow.done(message, 'A');
    assert.equal(await flow.kind(), 'settled');
    assert.equal(flow.tracker.size, 0);
  });

  it('settles when nobody takes it', async () => {
    flow.tracker.release(flow.tracker.begin('m', (outcome) => void (flow.outcome = outcome)));
    assert.equal(await flow.kind(), 'settled');
  });

  it('does not settle while its sender still sends', async () => {
    const tracked = flow.tracker.begin('m', (outcome) => void (flow.outcome = outcome));
    for (const node of ['A', 'B']) {
      const message = { _msgid: 'm' };
      flow.handed(message, node, 'source');
      flow.runs(message, node, () => flow.done(message, node));
      assert.equal(await flow.kind(), undefined);
    }
    flow.tracker.release(tracked);
    assert.equal(await flow.kind(), 'settled');
  });

  it('is held by the nodes that have it and are not done, and by none while it is on its way', () => {
    const tracked = flow.tracker.begin('m', () => undefined);
    const message = { _msgid: 'm' };
    flow.handed(message, 'A', 'source');
    assert.deepEqual(flow.tracker.holders(tracked), []);
    flow.runs(message, 'A', () => assert.deepEqual(flow.tracker.holders(tracked), ['A']));
    assert.deepEqual(flow.tracker.holders(tracked), ['A']);
    flow.handed({ ...message }, 'B', 'A');
    assert.deepEqual(flow.tracker.holders(tracked), [], 'a copy is on its way to another node');
    flow.done(message, 'A');
    assert.deepEqual(flow.tracker.holders(tracked), []);
  });

  it('waits for all branches of a fan-out, clones included, in whatever order', async () => {
    const message = flow.begin();
    const clones = ['B', 'C', 'D'].map((node) => ({ node, clone: { ...message } }));
    flow.runs(message, 'A', () => {
      for (const { node, clone } of clones) flow.handed(clone, node, 'A');
      flow.done(message, 'A');
    });
    for (const { node, clone } of clones.toReversed()) {
      assert.equal(await flow.kind(), undefined);
      flow.runs(clone, node);
      flow.done(clone, node);
    }
    assert.equal(await flow.kind(), 'settled');
  });

  it('follows one object through many nodes, each done before or after the next', async () => {
    const message = flow.begin();
    flow.runs(message, 'A', () => flow.handed(message, 'B', 'A'));
    flow.runs(message, 'B', () => flow.handed(message, 'C', 'B'));
    flow.done(message, 'B');
    flow.runs(message, 'C');
    flow.done(message, 'C');
    assert.equal(await flow.kind(), undefined);
    flow.done(message, 'A');
    assert.equal(await flow.kind(), 'settled');
  });

  it('is known by its object when a node changes its id, as split does, and so are the parts', async () => {
    const message = flow.begin();
    const parts = ['p1', 'p2'].map((id) => ({ _msgid: id }));
    flow.runs(message, 'A', () => {
      message._msgid = 'changed';
      for (const part of parts) flow.handed(part, 'B', 'A');
    });
    flow.done(message, 'A');
    assert.equal(await flow.kind(), undefined);
    for (const part of parts) flow.runs(part, 'B');
    for (const part of parts) flow.done(part, 'B');
    assert.equal(await flow.kind(), 'settled');
    assert.equal(flow.tracker.size, 0);
  });

  it('is known by its id when a node sends another object with it later', async () => {
    const message = flow.begin();
    flow.runs(message, 'A');
    const later = { _msgid: 'm' };
    await turn();
    flow.handed(later, 'B', 'A');
    flow.done(message, 'A');
    assert.equal(await flow.kind(), undefined);
    flow.runs(later, 'B', () => flow.done(later, 'B'));
    assert.equal(await flow.kind(), 'settled');
  });

  it('goes on with a complete or catch node that receives a copy once the last node is done', async () => {
    const message = flow.begin();
    const copy = { ...message };
    flow.runs(message, 'A', () => {
      flow.done(message, 'A');
      flow.tracker.received(copy, 'complete');
      flow.handed(copy, 'B', 'complete');
      flow.tracker.returned(copy, 'complete', true);
      flow.done(copy, 'complete');
    });
    assert.equal(await flow.kind(), undefined);
    flow.runs(copy, 'B');
    flow.done(copy, 'B');
    assert.equal(await flow.kind(), 'settled');
  });

  it('goes through link nodes, which receive without being handed, within one another', async () => {
    const message = flow.begin();
    flow.runs(message, 'A', () => {
      flow.runs(message, 'link in', () => flow.handed(message, 'B', 'link in'));
      flow.done(message, 'link in');
      // Still in the handler of A: what it makes anew belongs to it all the same.
      flow.handed({ _msgid: 'new' }, 'C', 'A');
    });
    flow.done(message, 'A');
    flow.runs(message, 'B');
    flow.done(message, 'B');
    assert.equal(await flow.kind(), undefined);
  });

  it('has its new messages counted also after an unfollowed one was received within its handler', async () => {
    const other = flow.tracker.begin('other', () => undefined);
    const message = flow.begin();
    const fresh = { _msgid: 'fresh' };
    flow.runs(message, 'A', () => {
      flow.tracker.received({ _msgid: 'other' }, 'X');
      flow.tracker.abandon(other);
      flow.runs({ _msgid: 'unfollowed' }, 'Y');
      flow.tracker.returned({ _msgid: 'other' }, 'X', true);
      flow.handed(fresh, 'B', 'A');
    });
    flow.done(message, 'A');
    assert.equal(await flow.kind(), undefined);
    flow.runs(fresh, 'B', () => flow.done(fresh, 'B'));
    assert.equal(await flow.kind(), 'settled');
  });

  it('does not take in what another node sends meanwhile', async () => {
    const message = flow.begin();
    flow.runs(message, 'A', () => flow.handed({ _msgid: 'of another' }, 'Z', 'timer'));
    flow.done(message, 'A');
    assert.equal(await flow.kind(), 'settled');
  });

  it('is done with a legacy node when its handler returns', async () => {
    const message = flow.begin();
    flow.runs(message, 'A', () => flow.handed(message, 'B', 'A'), false);
    assert.equal(await flow.kind(), undefined);
    flow.runs(message, 'B', undefined, false);
    assert.equal(await flow.kind(), 'settled');
  });

  it('fails with the first error of a node, once all others are done', async () => {
    const message = flow.begin();
    const clone = { ...message };
    flow.runs(message, 'A', () => {
      flow.handed(clone, 'B', 'A');
      flow.done(message, 'A', new Error('first'));
    });
    assert.equal(await flow.kind(), undefined);
    flow.runs(clone, 'B');
    flow.done(clone, 'B', 'second');
    assert.equal(await flow.kind(), 'failed');
    assert.deepEqual(flow.outcome, { kind: 'failed', error: new Error('first') });
  });

  it('fails when a node reports an error with it, and the done that may follow does not count twice', async () => {
    const message = flow.begin();
    const clone = { ...message };
    flow.runs(message, 'A', () => {
      flow.handed(clone, 'B', 'A');
      flow.done(message, 'A', 'it broke');
      flow.done(message, 'A');
      flow.done(message, 'A');
    });
    assert.equal(await flow.kind(), undefined);
    flow.runs(clone, 'B', () => flow.done(clone, 'B'));
    assert.equal(await flow.kind(), 'failed');
    assert.match(flow.outcome?.kind === 'failed' ? flow.outcome.error.message : '', /it broke/);
  });

  it('is not ended by a done of a node that never had it, or of one that says it twice', async () => {
    const message = flow.begin();
    flow.done(message, 'Z');
    flow.runs(message, 'A', () => flow.handed(message, 'B', 'A'));
    flow.done(message, 'A');
    flow.done(message, 'A');
    assert.equal(await flow.kind(), undefined);
    flow.runs(message, 'B');
    flow.done(message, 'B');
    assert.equal(await flow.kind(), 'settled');
    flow.done(message, 'B', new Error('late'));
    assert.equal(await flow.kind(), 'settled');
  });

  it('ends without a word when it is abandoned, and is forgotten', async () => {
    const ended: Outcome[] = [];
    const tracked = flow.tracker.begin('m', (outcome) => void ended.push(outcome));
    const message = { _msgid: 'm' };
    flow.handed(message, 'A', 'source');
    flow.tracker.release(tracked);
    flow.tracker.abandon(tracked);
    flow.tracker.abandon(tracked);
    assert.equal(flow.tracker.size, 0);
    flow.runs(message, 'A');
    flow.done(message, 'A');
    await turn();
    assert.deepEqual(ended, []);
  });

  it('may be sent again under a new id when the old delivery is over', async () => {
    const message = flow.begin();
    flow.runs(message, 'A', () => flow.done(message, 'A'));
    assert.equal(await flow.kind(), 'settled');
    const again = new Flow();
    const tracked = flow.tracker.begin('m2', (outcome) => void (again.outcome = outcome));
    message._msgid = 'm2';
    flow.handed(message, 'A', 'source');
    flow.tracker.release(tracked);
    assert.equal(await again.kind(), undefined);
    flow.runs(message, 'A', () => flow.done(message, 'A'));
    assert.equal(await again.kind(), 'settled');
  });
});
