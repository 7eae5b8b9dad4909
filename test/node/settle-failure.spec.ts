import assert from 'node:assert/strict';
import { flowOf, inFlight, ingest, onTab } from '../support/ingest-flow.ts';
import { aMoment, backend, collect, load, unsettled, until, useRuntime } from '../support/node-helper.ts';
import { heldAt, moods, openGate } from '../support/test-nodes.ts';

const valueOf = (message: { payload?: unknown }): unknown => (message.payload as { temperature: number }).temperature;

describe('settling, when a node fails', () => {
  useRuntime();

  const FAILURES = [
    { what: 'a node that says done(error)', type: 'test-fails', says: /the pump is broken/ },
    { what: 'a node that throws', type: 'test-throws', says: /thrown at press-1/ },
    { what: 'a function that throws', type: 'function', func: 'throw new Error("no such recipe")', says: /no such recipe/ },
    { what: 'an async function that rejects', type: 'function', func: 'await 0; throw new Error("no such recipe")', says: /no such recipe/ },
    { what: 'a function that reports an error with the message', type: 'function', func: 'node.error("recipe missing", msg); return null', says: /recipe missing/ },
  ];
  for (const { what, says, ...properties } of FAILURES) {
    it(`delivers three times to ${what}, then puts the sample into quarantine with the error`, async () => {
      await load(flowOf(onTab({ id: 'count', type: 'helper', wires: [] }, { id: 'a', outputs: 1, wires: [['out']], ...properties }), ['count', 'a']));
      const tries = collect('count');
      ingest(1);
      await until(() => backend().inbox.quarantine.summary().waiting === 1, 'it is in quarantine');
      assert.equal(tries.length, 3);
      const [letter] = backend().inbox.quarantine.list({}, { limit: 10 }).entries;
      assert.equal(letter?.reason, 'dead-letter');
      assert.match(letter?.detail ?? '', says);
      assert.deepEqual(JSON.parse(Buffer.from(letter?.payload ?? []).toString()).values, { temperature: 1 });
      await until(() => unsettled('in') === 0, 'the inbox let go of it');
    });
  }

  it('delivers again to a legacy node that reports an error with the message', async () => {
    await load(flowOf(onTab({ id: 'b', type: 'change', rules: [{ t: 'set', p: 'broken', pt: 'msg', to: 'true', tot: 'bool' }], wires: [['count', 'a']] }, { id: 'count', type: 'helper', wires: [] }, { id: 'a', type: 'test-legacy', wires: [['out']] }), ['b']));
    const tries = collect('count');
    ingest(1);
    await until(() => backend().inbox.quarantine.summary().waiting === 1, 'it is in quarantine');
    assert.equal(tries.length, 3);
    assert.match(backend().inbox.quarantine.list({}, { limit: 1 }).entries[0]?.detail ?? '', /the legacy node cannot do this/);
  });

  it('settles what goes through at the second try, and gives the same id again', async () => {
    moods.failing = () => seen.length < 2;
    await load(flowOf(onTab({ id: 'count', type: 'helper', wires: [] }, { id: 'a', type: 'test-moody', wires: [['out']] }), ['count', 'a']));
    const seen = collect('count');
    const out = collect('out');
    ingest(1);
    await until(() => out.length === 1 && unsettled('in') === 0, 'it settled');
    assert.equal(backend().inbox.quarantine.summary().waiting, 0);
    assert.equal(new Set(seen.map(({ iot }) => (iot as { id: string }).id)).size, 1);
  });

  it('lets the others through while one is tried again', async () => {
    moods.failing = (message) => valueOf(message) === 2;
    await load(flowOf(onTab({ id: 'a', type: 'test-moody', wires: [['out']] }), ['a']));
    const out = collect('out');
    ingest(3);
    await until(() => out.length === 2 && inFlight() === 0, 'two settled');
    assert.deepEqual(out.map(valueOf), [1, 3]);
    assert.equal(unsettled('in') > 0, true);
    moods.failing = () => false;
    await until(() => out.length === 3 && unsettled('in') === 0, 'the third settled');
    assert.equal(backend().inbox.quarantine.summary().waiting, 0);
  });

  it('sends only the bad sample of a batch to quarantine', async () => {
    moods.failing = (message) => (message.payload as Array<{ values: { temperature: number } }>).some(({ values }) => values.temperature === 2);
    await load(flowOf(onTab({ id: 'a', type: 'test-moody', wires: [['out']] }), ['a'], { form: 'batch' }));
    const out = collect('out');
    ingest(3);
    await until(() => backend().inbox.quarantine.summary().waiting === 1 && unsettled('in') === 0, 'one is in quarantine, all are settled', 15_000);
    const values = out.flatMap(({ payload }) => (payload as Array<{ values: { temperature: number } }>).map((sample) => sample.values.temperature));
    assert.deepEqual(new Set(values), new Set([1, 3]));
  });

  it('counts a branch that fails against the sample, whatever the other branches do', async () => {
    await load(flowOf(onTab({ id: 'a', type: 'test-fails', wires: [] }), ['a', 'end']));
    ingest(1);
    await until(() => heldAt('end').length === 1, 'the other branch has it');
    await aMoment();
    assert.equal(inFlight(), 1, 'it failed before the other branch was done');
    openGate('end');
    await until(() => heldAt('end').length === 1, 'it came again');
  });

  it('gives up on a node that never says done: again, then quarantine', async () => {
    await load(flowOf(onTab({ id: 'count', type: 'helper', wires: [] }, { id: 'a', type: 'test-silent', wires: [['out']] }), ['count', 'a'], { settleTimeout: 0.3 }));
    const tries = collect('count');
    ingest(1);
    await until(() => backend().inbox.quarantine.summary().waiting === 1, 'it is in quarantine', 18_000);
    assert.equal(tries.length, 3);
    assert.match(backend().inbox.quarantine.list({}, { limit: 1 }).entries[0]?.detail ?? '', /never said done/);
  });

  it('waits for a catch branch, and still delivers again', async () => {
    await load(flowOf(onTab({ id: 'a', type: 'test-fails', wires: [] }, { id: 'c', type: 'catch', scope: ['a'], wires: [['end']] }), ['a']));
    ingest(1);
    await until(() => heldAt('end').length === 1, 'it was caught');
    assert.match(JSON.stringify(heldAt('end')[0]?.['error']), /the pump is broken/);
    await aMoment();
    assert.equal(inFlight(), 1, 'it failed while the catch branch still worked on it');
    openGate('end');
    await until(() => heldAt('end').length === 1, 'it came again');
  });

  it('waits for a complete branch', async () => {
    await load(flowOf(onTab({ id: 'a', type: 'function', func: 'return null', outputs: 1, wires: [[]] }, { id: 'c', type: 'complete', scope: ['a'], wires: [['end']] }), ['a']));
    ingest(1);
    await until(() => heldAt('end').length === 1, 'the complete node told');
    await aMoment();
    assert.equal(inFlight(), 1, 'it settled while the complete branch still worked on it');
    openGate('end');
    await until(() => unsettled('in') === 0, 'it settled');
  });
});
