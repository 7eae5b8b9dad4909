import assert from 'node:assert/strict';
import { flowOf, inFlight, ingest, onTab } from '../support/ingest-flow.ts';
import { aMoment, collect, load, tracker, unload, unsettled, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';
import { heldAt, openGate } from '../support/test-nodes.ts';

/** What stands between the ingest node `in` and the gate `end`: nodes, of which `first` is wired to the ingest node. */
interface Passage {
  what: string;
  nodes: FlowNode[];
  first?: string[];
  /** How many messages reach the end for one sample; 1 unless told. */
  reach?: number;
}

const PASSAGES: Passage[] = [
  { what: 'a function that returns', nodes: onTab({ id: 'a', type: 'function', func: 'return msg', outputs: 1, wires: [['end']] }) },
  {
    what: 'a function that sends and says done later',
    nodes: onTab({ id: 'a', type: 'function', func: 'setTimeout(() => { node.send(msg); setTimeout(() => node.done(), 20) }, 20)', outputs: 1, wires: [['end']] }),
  },
  {
    what: 'an async function',
    nodes: onTab({ id: 'a', type: 'function', func: 'await new Promise((go) => setTimeout(go, 20)); return msg', outputs: 1, wires: [['end']] }),
  },
  {
    what: 'a function with several outputs and several messages on one',
    nodes: onTab({ id: 'a', type: 'function', func: 'return [[msg, { payload: 1 }], { payload: 2 }]', outputs: 2, wires: [['end'], ['end']] }),
    reach: 3,
  },
  {
    what: 'a function that sends new messages without an id',
    nodes: onTab({ id: 'a', type: 'function', func: 'node.send({ payload: 1 }); node.send({ payload: 2 }); node.done()', outputs: 1, wires: [['end']] }),
    reach: 2,
  },
  { what: 'a change', nodes: onTab({ id: 'a', type: 'change', rules: [{ t: 'set', p: 'seen', pt: 'msg', to: 'yes', tot: 'str' }], wires: [['end']] }) },
  { what: 'a change with JSONata', nodes: onTab({ id: 'a', type: 'change', rules: [{ t: 'set', p: 'seen', pt: 'msg', to: 'payload.temperature + 1', tot: 'jsonata' }], wires: [['end']] }) },
  {
    what: 'a switch with two rules that hold',
    nodes: onTab({ id: 'a', type: 'switch', property: 'payload.temperature', rules: [{ t: 'gte', v: '1', vt: 'num' }, { t: 'else' }, { t: 'nnull' }], checkall: 'true', outputs: 3, wires: [['end'], [], ['end']] }),
    reach: 2,
  },
  {
    what: 'split and join',
    nodes: onTab({ id: 'a', type: 'split', wires: [['b']] }, { id: 'b', type: 'function', func: 'await 0; return msg', outputs: 1, wires: [['c']] }, { id: 'c', type: 'join', mode: 'auto', wires: [['end']] }),
  },
  { what: 'a delay', nodes: onTab({ id: 'a', type: 'delay', pauseType: 'delay', timeout: '60', timeoutUnits: 'milliseconds', wires: [['end']] }) },
  { what: 'a rate limit', nodes: onTab({ id: 'a', type: 'delay', pauseType: 'rate', rate: '50', nbRateUnits: '1', rateUnits: 'second', drop: false, wires: [['end']] }) },
  {
    what: 'a link',
    nodes: onTab({ id: 'a', type: 'link out', mode: 'link', links: ['b'], wires: [] }, { id: 'b', type: 'link in', links: ['a'], wires: [['end']] }),
  },
  {
    what: 'a link call',
    nodes: onTab(
      { id: 'a', type: 'link call', links: ['b'], linkType: 'static', timeout: '5', wires: [['end']] },
      { id: 'b', type: 'link in', wires: [['c']] },
      { id: 'c', type: 'delay', pauseType: 'delay', timeout: '30', timeoutUnits: 'milliseconds', wires: [['d']] },
      { id: 'd', type: 'link out', mode: 'return', wires: [] },
    ),
  },
  {
    what: 'a subflow',
    nodes: [
      { id: 's', type: 'subflow', name: 'inner', in: [{ wires: [{ id: 's1' }] }], out: [{ wires: [{ id: 's2', port: 0 }] }] },
      { id: 's1', type: 'function', z: 's', x: 0, y: 0, func: 'return msg', outputs: 1, wires: [['s2']] },
      { id: 's2', type: 'delay', z: 's', x: 0, y: 0, pauseType: 'delay', timeout: '30', timeoutUnits: 'milliseconds', wires: [[]] },
      { id: 'a', type: 'subflow:s', z: 'f', x: 0, y: 0, wires: [['end']] },
    ],
  },
  { what: 'a legacy node that takes no done', nodes: onTab({ id: 'a', type: 'test-legacy', wires: [['end']] }) },
  { what: 'a junction', nodes: onTab({ id: 'a', type: 'junction', wires: [['end']] }) },
  {
    what: 'a fan-out to three branches of different speed',
    first: ['a', 'b', 'c'],
    nodes: onTab(
      { id: 'a', type: 'function', func: 'return msg', outputs: 1, wires: [['end']] },
      { id: 'b', type: 'delay', pauseType: 'delay', timeout: '20', timeoutUnits: 'milliseconds', wires: [['end']] },
      { id: 'c', type: 'delay', pauseType: 'delay', timeout: '80', timeoutUnits: 'milliseconds', wires: [['end']] },
    ),
    reach: 3,
  },
];

describe('settling', () => {
  useRuntime();

  for (const { what, nodes, first = ['a'], reach = 1 } of PASSAGES) {
    it(`waits for the end of ${what}, and comes`, async () => {
      await load(flowOf(nodes, first));
      ingest(1);
      await until(() => heldAt('end').length === reach, 'the sample reached the end');
      await aMoment();
      assert.equal(inFlight(), 1, 'it settled while the last node still had it');
      openGate('end');
      await until(() => inFlight() === 0 && unsettled('in') === 0, 'it settled');
      assert.equal(heldAt('end').length, 0, 'it came again');
    });
  }

  it('waits for the slowest of three branches, whichever comes last', async () => {
    const gates = ['end', 'end2', 'end3'];
    for (const last of gates) {
      await load([...flowOf([], gates), ...onTab({ id: 'end2', type: 'test-gate', wires: [[]] }, { id: 'end3', type: 'test-gate', wires: [[]] })]);
      ingest(1);
      await until(() => gates.every((gate) => heldAt(gate).length === 1), 'it reached all three');
      for (const gate of gates) if (gate !== last) openGate(gate);
      await aMoment();
      assert.equal(inFlight(), 1, `it settled before ${last} was done`);
      openGate(last);
      await until(() => unsettled('in') === 0, 'it settled');
      await unload();
    }
  });

  it('keeps samples apart that are in the flow at the same time', async () => {
    await load(flowOf([], ['end']));
    ingest(5);
    await until(() => heldAt('end').length === 5, 'all five are held');
    const held = heldAt('end').map(({ payload }) => payload);
    assert.deepEqual(held, [1, 2, 3, 4, 5].map((temperature) => ({ temperature })));
    assert.equal(inFlight(), 5);
    openGate('end');
    await until(() => inFlight() === 0, 'all settled');
  });

  it('comes for a batch when the last node is done with it', async () => {
    await load(flowOf([], ['end'], { form: 'batch' }));
    ingest(7);
    await until(() => heldAt('end').length > 0 && heldAt('end').flatMap(({ payload }) => payload).length === 7, 'all are held');
    await aMoment();
    assert.equal(inFlight(), 7);
    openGate('end');
    await until(() => unsettled('in') === 0, 'all settled');
  });

  it('never has more in the flow than the window, and delivers the rest later', async () => {
    await load(flowOf([], ['end'], { window: 3 }));
    ingest(10);
    const seen: unknown[] = [];
    while (seen.length < 10) {
      await until(() => heldAt('end').length > 0, 'more came');
      await aMoment(20);
      assert.ok(heldAt('end').length <= 3, `${heldAt('end').length} samples were in the flow`);
      seen.push(...heldAt('end').map(({ payload }) => payload));
      openGate('end');
    }
    await until(() => unsettled('in') === 0, 'all settled');
    assert.equal(seen.length, 10);
  });

  it('leaves nothing behind in memory', async () => {
    await load(flowOf(onTab({ id: 'a', type: 'split', wires: [['c']] }, { id: 'c', type: 'join', mode: 'auto', wires: [['out']] }), ['a']));
    const out = collect('out');
    ingest(50);
    await until(() => out.length === 50 && unsettled('in') === 0, 'all settled');
    assert.equal(tracker().size, 0);
  });
});
