import assert from 'node:assert/strict';
import type { QuarantineEntry } from '../../core/quarantine/quarantine.ts';
import type { Sample } from '../../core/sample/sample.ts';
import { defineNode } from '../../nodes/harness/define-node.ts';
import { reference } from '../../nodes/harness/config.ts';
import { flowOf, minute, onTab } from '../support/ingest-flow.ts';
import { backend, collect, load, temporaryDirectory, unload, unsettled, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';
import { samplesIn, sampleOf, sendSingly } from '../support/sample-messages.ts';
import { moods } from '../support/test-nodes.ts';

/** What `test-turns-away` does with a sample; the test sets it. */
let fate: (sample: Sample) => 'quarantine' | 'refuse' | 'pass';

const turnsAway = defineNode('test-turns-away', {
  config: { version: 1, properties: { backend: reference() } },
  outputs: ['passed', 'refused'],
  start: () => ({
    sample(sample, send, turnAway) {
      const what = fate(sample);
      if (what === 'quarantine') return turnAway.quarantine(sample, { reason: 'contract', detail: 'Too hot. Cool it.', contract: { id: 'press', version: 4 } });
      if (what === 'refuse') turnAway.refuse(sample);
      return send(what === 'refuse' ? { refused: sample } : { passed: sample });
    },
  }),
});

const NODE = { id: 'judge', type: 'test-turns-away', backend: 'data' };
const STORE = { id: 'store', type: 'holdfast-store', backend: 'data', wires: [] };
const isHot = ({ values }: Sample): boolean => Number(values['temperature']) > 100;

describe('a node that turns samples away', () => {
  useRuntime();
  beforeEach(() => {
    fate = (sample) => (isHot(sample) ? 'quarantine' : 'pass');
  });

  const start = (nodes: FlowNode[], first: string[], ingestOptions = {}, directory = temporaryDirectory()): Promise<void> => load(flowOf(nodes, first, ingestOptions, directory), [turnsAway]);
  /** A message with a sample for each temperature, one minute apart. */
  const send = (...temperatures: number[]): Buffer => {
    const payload = Buffer.from(JSON.stringify(temperatures.map((temperature, index) => ({ ts: minute(index), values: { temperature } }))));
    backend().inbox.append('in', { via: 'mqtt', received: Date.now(), device: 'press-1', principal: 'press-1', topic: 't', payload }, (error) => assert.equal(error, undefined));
    return payload;
  };
  const settled = (what = 'all have settled'): Promise<void> => until(() => unsettled('in') === 0 && backend().inbox.ledger.inFlight === 0 && ledger().received > 0, what);
  const waiting = (): QuarantineEntry[] => backend().quarantine.list({}, { limit: 100 }).entries;
  const ledger = () => {
    const { refused, ...counts } = backend().inbox.ledger.read().total;
    return { ...counts, refused: refused['contract'] ?? 0 };
  };
  const NOTHING = { received: 0, released: 0, stored: 0, handled: 0, quarantined: 0, duplicate: 0, conflated: 0, refused: 0, inFlight: 0, difference: 0 };
  const temperaturesStored = async (): Promise<number[]> => (await backend().store.range({ device: 'press-1', metric: 'temperature', from: 0, to: 1e15, limit: 100 })).map(({ value }) => Number(value)).toSorted((one, other) => one - other);

  for (const form of ['single', 'batch'] as const) {
    describe(`in ${form} form`, () => {
      it('keeps the bytes of the message of a sample, and which one it is; its neighbours go on', async () => {
        await start(onTab({ ...NODE, wires: [['store'], []] }, STORE), ['judge'], { form });
        const payload = send(20, 140, 30);
        send(40);
        await settled();
        const [entry, ...others] = waiting();
        assert.deepEqual(others, []);
        assert.deepEqual([entry?.sample, entry?.channel, entry?.device, entry?.reason, entry?.detail, entry?.contract], [1, 'in', 'press-1', 'contract', 'Too hot. Cool it.', { id: 'press', version: 4 }]);
        assert.deepEqual(Buffer.from(entry?.payload ?? []), payload);
        assert.deepEqual(await temperaturesStored(), [30, 40]);
        assert.deepEqual(ledger(), { ...NOTHING, received: 2, stored: 1, quarantined: 1 });
      });

      it('drives it in again as that sample alone, with its id and its time, marked as historical', async () => {
        await start(onTab({ ...NODE, wires: [['out', 'store'], []] }, STORE), ['judge'], { form });
        const out = collect('out');
        const first: Sample[] = [];
        fate = (sample) => {
          first.push(structuredClone(sample));
          return isHot(sample) ? 'quarantine' : 'pass';
        };
        send(20, 140, 30);
        await settled();
        fate = () => 'pass';
        out.length = 0;
        await backend().quarantine.release({});
        await until(() => out.length === 1 && unsettled('in') === 0 && backend().quarantine.progress()?.state === 'done', 'it came through');
        const hot = first.find(isHot);
        assert.deepEqual(samplesIn(out), [{ ...hot, historical: true }]);
        assert.deepEqual(await temperaturesStored(), [20, 30, 140]);
        assert.deepEqual([ledger(), backend().quarantine.summary().released], [{ ...NOTHING, received: 1, quarantined: 1, released: 1, stored: 1 }, 1]);
      });

      it('counts a message as refused when a sample of it was, and nothing stored any of it', async () => {
        fate = (sample) => (isHot(sample) ? 'refuse' : 'pass');
        await start(onTab({ ...NODE, wires: [[], []] }), ['judge'], { form });
        send(20, 140);
        send(30);
        await settled();
        assert.deepEqual(ledger(), { ...NOTHING, received: 2, handled: 1, refused: 1 });
        assert.deepEqual(waiting(), []);
      });

      it('counts it as stored where the rest of it was, or where the output for what is refused leads to a store', async () => {
        fate = (sample) => (isHot(sample) ? 'refuse' : 'pass');
        await start(onTab({ ...NODE, wires: [['store'], []] }, STORE), ['judge'], { form });
        send(20, 140);
        send(150);
        await settled();
        assert.deepEqual(ledger(), { ...NOTHING, received: 2, stored: 1, refused: 1 });
        await unload();
        await start(onTab({ ...NODE, wires: [[], ['store']] }, STORE), ['judge'], { form });
        send(160);
        await settled();
        assert.deepEqual(ledger(), { ...NOTHING, received: 1, stored: 1 });
      });
    });
  }

  it('adds nothing when the message comes again because another node failed', async () => {
    let tries = 0;
    moods.failing = () => (tries += 1) === 1;
    await start(onTab({ ...NODE, wires: [[], []] }, { id: 'moody', type: 'test-moody', wires: [[]] }), ['judge', 'moody']);
    send(140);
    await settled();
    assert.ok(tries >= 2, 'it came again');
    assert.deepEqual([waiting().length, ledger()], [1, { ...NOTHING, received: 1, quarantined: 1 }]);
  });

  it('keeps a sample under the device that sent it, whatever the flow calls it, and drives it in as that again', async () => {
    await start(onTab({ id: 'renames', type: 'function', func: 'msg.iot.device = "line-4"; msg.topic = "line-4"; return msg;', outputs: 1, wires: [['judge']] }, { ...NODE, wires: [['out'], []] }), ['renames']);
    const out = collect('out');
    const ids: string[] = [];
    fate = ({ id }) => (ids.push(id) === 1 ? 'quarantine' : 'pass');
    send(140);
    await settled();
    assert.deepEqual(waiting().map(({ device }) => device), ['press-1']);
    await backend().quarantine.release({});
    await until(() => out.length === 1 && backend().inbox.ledger.inFlight === 0, 'it came through');
    assert.equal(ids[1], ids[0]);
    assert.deepEqual([ledger(), ids.length], [{ ...NOTHING, received: 1, quarantined: 1, released: 1, handled: 1 }, 2]);
  });

  it('goes on after a restart: what is released then fails once more, and is a new entry of the same sample', async () => {
    const directory = temporaryDirectory();
    await start(onTab({ ...NODE, wires: [['store'], []] }, STORE), ['judge'], {}, directory);
    send(20, 140);
    await settled();
    await unload();
    await start(onTab({ ...NODE, wires: [['store'], []] }, STORE), ['judge'], {}, directory);
    await backend().quarantine.release({});
    await until(() => backend().quarantine.summary().put === 2 && backend().inbox.ledger.inFlight === 0, 'it is back');
    assert.deepEqual(waiting().map(({ id, sample }) => [id, sample]), [[2, 1]]);
    assert.deepEqual(ledger(), { ...NOTHING, received: 1, released: 1, quarantined: 2 });
  });

  it('keeps a sample that no source brought as it is, and drives it in by a source with its id', async () => {
    await start(onTab({ ...NODE, wires: [['out', 'store'], []] }, STORE), ['judge']);
    const out = collect('out');
    const made = sampleOf('press-1', 1, { temperature: 140 });
    sendSingly('judge', [made]);
    await until(() => waiting().length === 1, 'it is in quarantine');
    assert.deepEqual([waiting()[0]?.channel, waiting()[0]?.via, ledger()], ['', 'flow', { ...NOTHING, received: 1, quarantined: 1 }]);
    fate = () => 'pass';
    await backend().quarantine.release({});
    await until(() => out.length === 1 && backend().inbox.ledger.inFlight === 0, 'it came through');
    const [sample] = samplesIn(out);
    assert.deepEqual([sample?.id, sample?.ts, sample?.received, sample?.historical, sample?.values], [made.id, made.ts, made.received, true, { temperature: 140 }]);
    assert.deepEqual(ledger(), { ...NOTHING, received: 1, quarantined: 1, released: 1, stored: 1 });
  });

  it('keeps a sample once that a node made of another, however often that is delivered', async () => {
    let tries = 0;
    moods.failing = () => (tries += 1) === 1;
    await start(onTab({ id: 'made', type: 'function', func: 'msg.iot.id = "made of " + msg.iot.id; return msg;', outputs: 1, wires: [['judge', 'moody']] }, { ...NODE, wires: [[], []] }, { id: 'moody', type: 'test-moody', wires: [[]] }), ['made']);
    send(140);
    await settled();
    assert.ok(tries >= 2, 'it came again');
    assert.deepEqual([waiting().length, waiting()[0]?.channel, ledger().difference], [1, '', 0]);
  });
});
