import assert from 'node:assert/strict';
import { Flow } from './flow-fixture.ts';

describe('a message that is followed over a deploy', () => {
  let flow: Flow;
  beforeEach(() => {
    flow = new Flow();
  });

  const alive = (...nodes: string[]) => (node: unknown): boolean => nodes.includes(String(node));

  it('is interrupted when a node says done while nodes are being stopped', async () => {
    const message = flow.begin();
    flow.runs(message, 'delay');
    flow.tracker.received(message, 'A');
    flow.tracker.pause();
    flow.done(message, 'delay');
    flow.done(message, 'A');
    flow.tracker.resume(alive('A'));
    assert.equal(await flow.kind(), 'interrupted');
  });

  it('is interrupted when it is with a node that no longer runs, handed or received', async () => {
    for (const received of [false, true]) {
      flow = new Flow();
      const message = flow.begin();
      if (received) flow.runs(message, 'A');
      flow.tracker.pause();
      assert.equal(await flow.kind(), undefined);
      flow.tracker.resume(alive('B'));
      assert.equal(await flow.kind(), 'interrupted');
    }
  });

  it('waits for the nodes that still run before it is interrupted by one that does not', async () => {
    const message = flow.begin();
    const clone = { ...message };
    flow.runs(message, 'A', () => flow.handed(clone, 'B', 'A'));
    flow.tracker.pause();
    flow.tracker.resume(alive('A'));
    assert.equal(await flow.kind(), undefined);
    flow.done(message, 'A');
    assert.equal(await flow.kind(), 'interrupted');
  });

  it('is not touched when nothing of it moved and its nodes still run', async () => {
    const message = flow.begin();
    flow.runs(message, 'A');
    flow.tracker.pause();
    flow.tracker.resume(alive('A'));
    flow.done(message, 'A');
    assert.equal(await flow.kind(), 'settled');
  });

  it('is interrupted rather than failed: an error of a node that is being stopped is not held against it', async () => {
    const message = flow.begin();
    flow.runs(message, 'A');
    flow.tracker.pause();
    flow.done(message, 'A', new Error('stopping'));
    assert.equal(await flow.kind(), 'interrupted');
  });
});
