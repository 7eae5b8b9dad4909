import assert from 'node:assert/strict';
import sparkplug from 'sparkplug-payload';
import { decodeSparkplug, rebirthCommand } from '../../../core/sparkplug/index.ts';
import { bdSeq, byAlias, rebirthControl, Source, T0, type TahuMetric } from './messages.ts';

const values = (result: ReturnType<Source['send']>): unknown[] => result.samples.map((sample) => sample.values);

describe('a Sparkplug session', () => {
  describe('births and aliases', () => {
    it('reads the births, of the edge node and of its device', () => {
      const source = new Source();
      const node = source.send('NBIRTH', [bdSeq(4), rebirthControl, { name: 'Temperature', alias: 1, type: 'Float', value: 21.5 }], { seq: 0 });
      assert.deepEqual(node, { samples: [{ values: { Temperature: 21.5 }, ts: T0 }], changed: true });
      const device = source.send('DBIRTH', [{ name: 'Speed', alias: 2, type: 'Int32', value: 900 }], { seq: 1, device: 'press' });
      assert.deepEqual(device, { samples: [{ device: 'press', values: { Speed: 900 }, ts: T0 }], changed: true });
    });

    it('reads data by alias, with the name and the datatype of the birth', () => {
      const source = new Source().born();
      assert.deepEqual(source.send('NDATA', [byAlias(1, 'Float', 22.5)], { seq: 2 }), { samples: [{ values: { Temperature: 22.5 }, ts: T0 }] });
      const withoutDatatype = Buffer.from('120d 1002 50fdffffffffffffffff01 1803'.replaceAll(' ', ''), 'hex');
      const record = { ...source.record('DDATA', [], { device: 'press' }), payload: withoutDatatype };
      assert.deepEqual(decodeSparkplug(record, source.state).samples, [{ device: 'press', values: { Speed: -3 } }]);
    });

    it('keeps the aliases of devices apart', () => {
      const source = new Source().born();
      source.send('DBIRTH', [{ name: 'Pressure', alias: 2, type: 'Double', value: 1 }], { seq: 2, device: 'pump' });
      assert.deepEqual(values(source.send('DDATA', [byAlias(2, 'Double', 1.5)], { seq: 3, device: 'pump' })), [{ Pressure: 1.5 }]);
      assert.deepEqual(values(source.send('DDATA', [byAlias(2, 'Int32', 901)], { seq: 4, device: 'press' })), [{ Speed: 901 }]);
    });

    it('takes aliases for what the last birth says', () => {
      const source = new Source().born();
      source.send('DBIRTH', [{ name: 'Mode', alias: 2, type: 'String', value: 'auto' }], { seq: 2, device: 'press' });
      assert.deepEqual(values(source.send('DDATA', [byAlias(2, 'String', 'manual')], { seq: 3, device: 'press' })), [{ Mode: 'manual' }]);
    });

    it('refuses a whole message with an alias that no birth announced, and asks for a birth', () => {
      const source = new Source().born();
      const { samples, refused, rebirth } = source.send('DDATA', [byAlias(2, 'Int32', 901), byAlias(9, 'Int32', 1)], { seq: 2, device: 'press' });
      assert.deepEqual(samples, []);
      assert.equal(refused?.code, 'HOLDFAST_DECODE');
      assert.match(refused?.message ?? '', /the alias 9.*which the last birth did not announce/);
      assert.deepEqual([rebirth?.group, rebirth?.edgeNode], ['plant', 'edge-1']);
    });

    it('does not guess between two metrics that share an alias', () => {
      const source = new Source();
      source.send('NBIRTH', [bdSeq(0), { name: 'a', alias: 1, type: 'Double', value: 1 }, { name: 'b', alias: 1, type: 'Double', value: 2 }], { seq: 0 });
      assert.match(source.send('NDATA', [byAlias(1, 'Double', 3)], { seq: 1 }).refused?.message ?? '', /the alias 1/);
    });

    it('reads data by name before a birth, and asks for the birth', () => {
      const source = new Source();
      const { samples, rebirth } = source.send('DDATA', [{ name: 'Speed', type: 'Int32', value: -3 }], { seq: 7, device: 'press' });
      assert.deepEqual(samples, [{ device: 'press', values: { Speed: -3 }, ts: T0 }]);
      assert.match(rebirth?.reason ?? '', /before the birth/);
    });

    it('takes the devices of an edge node that is born again for unborn', () => {
      const source = new Source().born();
      source.send('NBIRTH', [bdSeq(4), { name: 'Temperature', alias: 1, type: 'Float', value: 21.5 }], { seq: 0 });
      const { refused, rebirth } = source.send('DDATA', [byAlias(2, 'Int32', 901)], { seq: 1, device: 'press' });
      assert.match(refused?.message ?? '', /the alias 2/);
      assert.ok(rebirth);
    });

    it('leaves commands and the state of hosts alone, out loud', () => {
      const source = new Source().born();
      assert.deepEqual(source.send('NCMD', [{ ...rebirthControl, value: true }]), { samples: [], ignored: 'command' });
      assert.deepEqual(decodeSparkplug({ topic: 'spBv1.0/STATE/scada', payload: Buffer.from('{}'), received: T0, position: 99 }, source.state), { samples: [], ignored: 'host-state' });
      assert.deepEqual(source.send('NDATA', [{ name: 'Node Control/Scan Rate', type: 'Int32', value: 5 }], { seq: 2 }), { samples: [], ignored: 'no-readings' });
    });
  });

  describe('sequence numbers', () => {
    const temperature: TahuMetric[] = [byAlias(1, 'Float', 22.5)];

    it('follows them from 255 to 0', () => {
      const source = new Source().born();
      for (let seq = 2; seq < 600; seq++) assert.deepEqual(Object.keys(source.send('NDATA', temperature, { seq: seq % 256 })), ['samples'], `at ${seq}`);
    });

    it('asks for a birth after a gap, keeps reading, and goes on from there', () => {
      const source = new Source().born();
      const { samples, rebirth } = source.send('NDATA', temperature, { seq: 3 });
      assert.equal(samples.length, 1);
      assert.deepEqual(rebirth, { group: 'plant', edgeNode: 'edge-1', reason: 'Messages are missing before this one: its sequence number does not follow.' });
      assert.equal(source.send('NDATA', temperature, { seq: 4, received: T0 + 120_000 }).rebirth, undefined);
    });

    it('finds a gap over a device that is silent in between', () => {
      const source = new Source().born();
      assert.ok(source.send('DDATA', [byAlias(2, 'Int32', 1)], { seq: 200, device: 'press' }).rebirth);
    });

    it('begins anew with a birth of the edge node', () => {
      const source = new Source().born();
      source.send('NDATA', temperature, { seq: 2 });
      assert.equal(source.send('NBIRTH', [bdSeq(5), { name: 'Temperature', alias: 1, type: 'Float', value: 1 }], { seq: 0 }).rebirth, undefined);
      assert.equal(source.send('NDATA', temperature, { seq: 1 }).rebirth, undefined);
    });

    it('asks an edge node at most once in 60 seconds, and each by itself', () => {
      const source = new Source().born();
      const asks = (seq: number, seconds: number, node = 'edge-1'): boolean => source.send('NDATA', [{ name: 'Temperature', type: 'Float', value: 1 }], { seq, received: T0 + seconds * 1_000, node }).rebirth !== undefined;
      assert.deepEqual([asks(10, 0), asks(20, 1), asks(30, 59.9), asks(40, 60), asks(50, 61)], [true, false, false, true, false]);
      assert.equal(asks(0, 61, 'edge-2'), true);
    });

    it('asks again after the clock was set back', () => {
      const source = new Source().born();
      assert.ok(source.send('NDATA', temperature, { seq: 10 }).rebirth);
      assert.ok(source.send('NDATA', temperature, { seq: 20, received: T0 - 3_600_000 }).rebirth);
    });
  });

  describe('deaths', () => {
    const stale = { q: 9, flags: ['stale'] };

    it('makes every reading of a device missing when it dies', () => {
      const source = new Source().born();
      assert.deepEqual(source.send('DDEATH', [], { seq: 2, device: 'press', received: T0 + 500 }), {
        samples: [{ device: 'press', values: { Speed: null, Mode: null }, metrics: { Speed: stale, Mode: stale }, ts: T0 }], changed: true,
      });
      assert.deepEqual(source.send('DDEATH', [], { seq: 3, device: 'press' }), { samples: [], ignored: 'not-alive' });
    });

    it('makes those of the edge node and of all its living devices missing when the edge node dies, at the time that is known', () => {
      const source = new Source().born();
      source.send('DBIRTH', [{ name: 'Flow', type: 'Double', value: 1 }], { seq: 2, device: 'pump' });
      source.send('DDEATH', [], { seq: 3, device: 'pump' });
      assert.deepEqual(source.send('NDEATH', [bdSeq(4)], { received: T0 + 9_000 }), {
        samples: [
          { values: { Temperature: null }, metrics: { Temperature: stale } },
          { device: 'press', values: { Speed: null, Mode: null }, metrics: { Speed: stale, Mode: stale } },
        ],
        changed: true,
      });
    });

    it('makes the readings missing that a Template and a DataSet were flattened to', () => {
      const source = new Source();
      source.send('NBIRTH', [
        bdSeq(0), { name: 'motor', type: 'Template', value: { templateRef: 'Motor', metrics: [{ name: 'rpm', type: 'Int32', value: 1 }] } },
        { name: 'table', type: 'DataSet', value: { numOfColumns: 1, columns: ['x'], types: ['Double'], rows: [[1]] } },
      ], { seq: 0 });
      assert.deepEqual(values(source.send('NDEATH', [bdSeq(0)])), [{ 'motor.rpm': null, 'table.0.x': null }]);
    });

    it('takes the death of a former session for what it is', () => {
      const source = new Source().born();
      assert.deepEqual(source.send('NDEATH', [bdSeq(3)]), { samples: [], ignored: 'former-session' });
      assert.deepEqual(values(source.send('NDATA', [byAlias(1, 'Float', 22.5)], { seq: 2 })), [{ Temperature: 22.5 }]);
    });

    it('reads no alias after a death until the next birth', () => {
      const source = new Source().born();
      source.send('NDEATH', [bdSeq(4)]);
      assert.ok(source.send('NDATA', [byAlias(1, 'Float', 1)], { seq: 2 }).refused);
      source.send('NBIRTH', [bdSeq(5), { name: 'Temperature', alias: 1, type: 'Float', value: 3 }], { seq: 0 });
      assert.deepEqual(values(source.send('NDATA', [byAlias(1, 'Float', 4)], { seq: 1 })), [{ Temperature: 4 }]);
    });

    it('is not told of an edge node that nobody knows', () => {
      assert.deepEqual(new Source().send('NDEATH', [bdSeq(0)]), { samples: [], ignored: 'not-alive' });
    });
  });

  it('asks for a birth in the way that edge nodes understand', () => {
    const { topic, payload } = rebirthCommand('plant 1', 'edge-1', T0);
    assert.equal(topic, 'spBv1.0/plant 1/NCMD/edge-1');
    for (const ts of [0, 127, 128, 200, 2 ** 14 + 200, 2 ** 53 - 1]) {
      assert.equal(Number(sparkplug.get('spBv1.0')?.decodePayload(rebirthCommand('plant', 'edge-1', ts).payload).timestamp), ts);
    }
    const { timestamp, seq, metrics } = sparkplug.get('spBv1.0')?.decodePayload(payload) ?? {};
    assert.equal(Number(timestamp), T0);
    assert.equal(seq, undefined);
    assert.deepEqual(metrics?.map(({ name, type, value, timestamp: ts }) => ({ name, type, value, ts: Number(ts) })), [{ name: 'Node Control/Rebirth', type: 'Boolean', value: true, ts: T0 }]);
  });
});
