import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decodeSparkplug, type SparkplugRecord, type SparkplugResult, SparkplugState } from '../../../core/sparkplug/index.ts';
import { bdSeq, byAlias, Source, T0, type TahuMetric } from './messages.ts';

/** What a decoder says of a message, as text: errors by their sentence. */
const told = ({ refused, ...rest }: SparkplugResult): string => JSON.stringify({ ...rest, refused: refused?.message });

/** The part that has to be the same whenever the message is delivered. */
const samplesOf = ({ samples, refused }: SparkplugResult): string => JSON.stringify({ samples, refused: refused?.message });

function restored(state: SparkplugState): SparkplugState {
  const kept = JSON.parse(JSON.stringify(state.snapshot())) as Record<string, unknown>;
  return new SparkplugState({ load: (key) => kept[key], problem: assert.ifError });
}

const names = fc.constantFrom('a', 'b', 'c');
const births = fc.array(fc.record({ name: names, alias: fc.nat(3), isText: fc.boolean() }), { maxLength: 4 })
  .map((list) => list.map(({ name, alias, isText }): TahuMetric => (isText ? { name, alias, type: 'String', value: 'x' } : { name, alias, type: 'Int32', value: -1 })));
const data = fc.array(fc.nat(4), { minLength: 1, maxLength: 3 }).map((aliases) => aliases.map((alias) => byAlias(alias, 'Int32', alias)));
const event = fc.record({
  kind: fc.constantFrom('NBIRTH', 'DBIRTH', 'NDATA', 'DDATA', 'DDATA', 'DDEATH', 'NDEATH'), births, data, session: fc.nat(1), device: fc.constantFrom('d1', 'd2'), skipped: fc.boolean(),
  later: fc.nat(40_000),
});

/** Any run of messages of one edge node, mostly with the sequence numbers they should have. */
const runs = fc.array(event, { minLength: 1, maxLength: 40 }).map((events): SparkplugRecord[] => {
  const source = new Source();
  let seq = 0;
  let received = T0;
  for (const { kind, births: announced, data: metrics, session, device, skipped, later } of events) {
    received += later;
    if (kind === 'NBIRTH') seq = 0;
    else if (kind !== 'NDEATH') seq = (seq + (skipped ? 2 : 1)) % 256;
    const own = kind === 'NBIRTH' ? [bdSeq(session), ...announced] : kind === 'NDEATH' ? [bdSeq(session)] : kind === 'DBIRTH' ? announced : kind === 'DDEATH' ? [] : metrics;
    source.record(kind, own, { received, ...(kind === 'NDEATH' ? {} : { seq }), ...(kind.startsWith('D') ? { device } : {}) });
  }
  return source.records;
});

describe('a Sparkplug session over restarts and redeliveries', () => {
  it('goes on from a snapshot at any place as if nothing had happened', () => {
    fc.assert(fc.property(runs, fc.nat(), (records, at) => {
      const place = at % records.length;
      let state = new SparkplugState();
      const whole = records.map((record) => told(decodeSparkplug(record, state)));
      state = new SparkplugState();
      const broken = records.map((record, index) => {
        if (index === place) state = restored(state);
        return told(decodeSparkplug(record, state));
      });
      assert.deepEqual(broken, whole);
    }), { seed: 20261122, numRuns: 500 });
  });

  it('reads a message that is delivered again as it was read first, and changes nothing', () => {
    fc.assert(fc.property(runs, (records) => {
      const state = new SparkplugState();
      const first = records.map((record) => samplesOf(decodeSparkplug(record, state)));
      const before = JSON.stringify(state.snapshot());
      for (const other of [state, restored(state)]) {
        const again = records.toReversed().map((record) => {
          const result = decodeSparkplug(record, other);
          assert.equal(result.rebirth, undefined);
          return samplesOf(result);
        });
        assert.deepEqual(again.toReversed(), first);
      }
      assert.equal(JSON.stringify(state.snapshot()), before);
    }), { seed: 20261122, numRuns: 500 });
  });

  it('reads the same after a crash when only what it called changed was kept', () => {
    fc.assert(fc.property(runs, fc.nat(), fc.nat(5), (records, at, unsettled) => {
      const place = at % records.length;
      const kept = new Map<string, string>();
      let state = new SparkplugState();
      const first = records.slice(0, place + 1).map((record) => {
        const result = decodeSparkplug(record, state);
        const changed = state.takeChanged();
        assert.equal(changed.length > 0, result.changed === true);
        for (const [key, snapshot] of changed) kept.set(key, JSON.stringify(snapshot));
        return samplesOf(result);
      });
      state = new SparkplugState({ load: (key) => (kept.has(key) ? JSON.parse(kept.get(key) ?? '') as unknown : undefined), problem: assert.ifError });
      const from = Math.max(0, place - unsettled);
      const again = records.slice(from, place + 1).map((record) => samplesOf(decodeSparkplug(record, state)));
      assert.deepEqual(again, first.slice(from));
    }), { seed: 20261122, numRuns: 500 });
  });

  it('refuses a redelivery whose birth is long forgotten rather than to guess its names', () => {
    const source = new Source().born();
    const early = source.record('DDATA', [byAlias(2, 'Int32', 1)], { seq: 2, device: 'press' });
    assert.deepEqual(decodeSparkplug(early, source.state).samples.map(({ values }) => values), [{ Speed: 1 }]);
    for (let birth = 0; birth < 40; birth++) source.send('DBIRTH', [{ name: `Speed ${birth}`, alias: 2, type: 'Int32', value: 1 }], { seq: 3 + birth, device: 'press' });
    const { samples, refused } = decodeSparkplug(early, source.state);
    assert.deepEqual(samples, []);
    assert.match(refused?.message ?? '', /no longer known/);
  });

  it('begins anew, out loud, where a snapshot is damaged', () => {
    for (const damaged of ['text', 5, {}, { v: 2 }, { v: 1, last: 3, forgotten: -1, births: [], lives: [['', [[1, 7, null]]]] }]) {
      const problems: unknown[] = [];
      const state = new SparkplugState({ load: () => damaged, problem: (error) => problems.push(error) });
      const source = new Source();
      source.state = state;
      assert.equal(source.send('NBIRTH', [bdSeq(0), { name: 'a', type: 'Double', value: 1 }], { seq: 0 }).samples.length, 1);
      assert.equal((problems[0] as { code?: string } | undefined)?.code, 'HOLDFAST_SPARKPLUG_SNAPSHOT');
    }
    const problems: unknown[] = [];
    const unreadable = new SyntaxError('damaged');
    const state = new SparkplugState({ load: () => { throw unreadable; }, problem: (error) => problems.push(error) });
    assert.equal(state.get('plant', 'edge-1').isUnborn, true);
    assert.deepEqual(problems, [unreadable]);
  });
});
