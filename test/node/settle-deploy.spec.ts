import assert from 'node:assert/strict';
import { flowOf, inFlight, ingest, minute, onTab } from '../support/ingest-flow.ts';
import { aMoment, backend, collect, deploy, load, temporaryDirectory, unload, unsettled, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';
import { heldAt, openGate, SLOW_CLOSE } from '../support/test-nodes.ts';

const SLOW = { type: 'delay', pauseType: 'delay', timeout: '400', timeoutUnits: 'milliseconds' };
const temperatureOf = (message: { payload?: unknown }): number => (message.payload as { temperature: number }).temperature;

/** The flow with one property of one node changed, so that a deploy restarts it. */
function touched(flow: FlowNode[], id: string): FlowNode[] {
  return flow.map((one) => (one.id === id ? { ...one, touched: Math.random() } : one));
}

describe('settling over a deploy', () => {
  useRuntime();

  for (const type of ['full', 'flows', 'nodes'] as const) {
    it(`delivers again what was in a delay when it was restarted (${type})`, async () => {
      const flow = flowOf(onTab({ id: 'a', ...SLOW, wires: [['b']] }, { id: 'b', type: 'holdfast-store', backend: 'data', wires: [[]] }), ['a']);
      await load(flow);
      ingest(5);
      await until(() => inFlight() === 5, 'they are in the delay');
      await deploy(touched(flow, 'a'), type);
      assert.equal(backend().store.count(), 0);
      await until(() => unsettled('in') === 0, 'all settled');
      assert.equal(backend().store.count(), 5);
      assert.equal(backend().inbox.quarantine.summary().waiting, 0);
    });
  }

  it('does not hold a deploy against a sample', async () => {
    let flow = flowOf([], ['end']);
    await load(flow);
    ingest(1);
    for (let round = 0; round < 5; round += 1) {
      await until(() => heldAt('end').length === 1, 'it is held');
      flow = touched(flow, 'end');
      await deploy(flow, 'nodes');
    }
    await until(() => heldAt('end').length === 1, 'it came again');
    openGate('end');
    await until(() => unsettled('in') === 0, 'it settled');
    assert.equal(backend().inbox.quarantine.summary().waiting, 0);
  });

  it('leaves alone what is with nodes that a partial deploy does not restart', async () => {
    const flow = flowOf(onTab({ id: 'b', type: 'test-gate', wires: [[]] }), ['end']);
    await load(flow);
    ingest(1);
    await until(() => heldAt('end').length === 1, 'it is held');
    await deploy(touched(flow, 'b'), 'nodes');
    await aMoment();
    assert.equal(heldAt('end').length, 1, 'it was delivered again though nothing happened to it');
    openGate('end');
    await until(() => unsettled('in') === 0, 'it settled');
  });

  it('leaves alone what is inside a subflow that a partial deploy does not restart', async () => {
    const subflow: FlowNode[] = [
      { id: 's', type: 'subflow', name: 'inner', in: [{ wires: [{ id: 's1' }] }], out: [{ wires: [{ id: 's1', port: 0 }] }] },
      { id: 's1', type: 'delay', z: 's', x: 0, y: 0, pauseType: 'delay', timeout: '300', timeoutUnits: 'milliseconds', wires: [[]] },
    ];
    const flow = flowOf([...subflow, ...onTab({ id: 'a', type: 'subflow:s', wires: [['out']] }, { id: 'b', type: 'test-gate', wires: [[]] })], ['a']);
    await load(flow);
    const out = collect('out');
    ingest(1);
    await until(() => inFlight() === 1, 'it is in the flow');
    await aMoment();
    await deploy(touched(flow, 'b'), 'nodes');
    await until(() => unsettled('in') === 0, 'it settled');
    assert.equal(out.length, 1, 'it was delivered again though nothing happened to it');
  });

  it('loses nothing of 1,000 in flight at a full deploy, and stores each once', async () => {
    const flow = flowOf(onTab({ id: 'a', type: 'delay', pauseType: 'random', randomFirst: '1', randomLast: '600', randomUnits: 'milliseconds', wires: [['b']] }, { id: 'b', type: 'holdfast-store', backend: 'data', wires: [['out']] }), ['a']);
    await load(flow);
    ingest(1_500);
    await until(() => inFlight() === 1_000 && Number(backend().store.count()) > 100, 'a thousand are in the flow and some are stored');
    await deploy(touched(flow, 'a'), 'full');
    await until(() => unsettled('in') === 0, 'all settled');
    const { store, inbox } = backend();
    const stored = await store.range({ device: 'press-1', metric: 'temperature', from: 0, to: minute(2_000) });
    assert.deepEqual(stored.map(({ value }) => value), Array.from({ length: 1_500 }, (_, index) => index + 1));
    assert.equal(inbox.quarantine.summary().waiting, 0);
  });

  it('loses nothing when the flows are stopped and started, as a restart of Node-RED does', async () => {
    const directory = temporaryDirectory();
    await load(flowOf([], ['end'], {}, directory));
    ingest(20);
    await until(() => heldAt('end').length === 20, 'all are held');
    await unload();
    await load(flowOf([], ['end'], {}, directory));
    await until(() => heldAt('end').length === 20, 'all came again');
    assert.deepEqual(heldAt('end').map(temperatureOf), Array.from({ length: 20 }, (_, index) => index + 1));
    openGate('end');
    await until(() => unsettled('in') === 0, 'all settled');
  });

  it('loses nothing that arrives while a node behind it is being restarted', async () => {
    const flow = flowOf(onTab({ id: 'a', type: 'test-slow-close', wires: [['out']] }), ['a']);
    await load(flow);
    const out = collect('out');
    const deployed = deploy(touched(flow, 'a'), 'nodes');
    await aMoment(SLOW_CLOSE / 3);
    ingest(20);
    await deployed;
    await until(() => unsettled('in') === 0 && inFlight() === 0, 'all settled');
    assert.deepEqual(new Set(out.map(temperatureOf)), new Set(Array.from({ length: 20 }, (_, index) => index + 1)));
  });

  it('holds samples back while their ingest node is disabled, and brings them when it is enabled', async () => {
    const flow = flowOf([], ['end']);
    await load(flow);
    ingest(3);
    await until(() => heldAt('end').length === 3, 'all are held');
    await deploy(flow.map((one) => (one.id === 'in' ? { ...one, d: true } : one)), 'full');
    await aMoment(100);
    assert.equal(heldAt('end').length, 0);
    assert.equal(unsettled('in'), 3);
    await deploy(flow, 'full');
    await until(() => heldAt('end').length === 3, 'all came again');
  });
});
