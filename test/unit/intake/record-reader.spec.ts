import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { DecodeError } from '../../../core/decode/index.ts';
import type { InboxRecord } from '../../../core/inbox/record.ts';
import { RecordReader } from '../../../core/intake/record-reader.ts';
import { Profiles } from '../../../core/profile/profiles.ts';
import { parseSparkplugTopic } from '../../../core/sparkplug/index.ts';
import { bdSeq, byAlias, encode } from '../sparkplug/messages.ts';

const NOW = Date.UTC(2026, 10, 22);

/** What a backend would keep for a reader. */
class Backend {
  readonly saved = new Map<string, unknown>();
  readonly commands: string[] = [];
  readonly profiles = new Profiles();
  reader = this.open();

  open(): RecordReader {
    return (this.reader = new RecordReader({
      registry: { find: (id) => ({ id, kind: 'device', profile: 'pump', children: [] }) },
      profiles: this.profiles,
      state: {
        load: (node, key) => this.saved.get(`${node} ${key}`),
        save: async (node, snapshots) => {
          for (const [key, snapshot] of snapshots) this.saved.set(`${node} ${key}`, JSON.parse(JSON.stringify(snapshot)));
        },
      },
      clock: new ManualClock(NOW),
      channel: 'gateway',
      command: (topic) => void this.commands.push(topic),
      problem: (error) => assert.fail(String(error)),
    }));
  }
}

function record(type: string, payload: Uint8Array, device?: string): InboxRecord {
  return { via: 'mqtt', received: NOW, device: device ?? 'edge-1', principal: 'edge-1', topic: `spBv1.0/plant/${type}/edge-1${device === undefined ? '' : `/${device}`}`, payload, format: 'sparkplug-b' };
}

const birth = record('NBIRTH', encode([bdSeq(0), { name: 'flow', alias: 1, type: 'Double', value: 1.5 }], 0, NOW));
const deviceBirth = record('DBIRTH', encode([{ name: 'level', alias: 2, type: 'Double', value: 7 }], 1, NOW), 'tank-1');
const data = record('NDATA', encode([byAlias(1, 'Double', 2.5)], 2, NOW + 1_000));
const death = record('NDEATH', encode([bdSeq(0)], undefined, NOW));

describe('the samples of records', () => {
  it('have what Sparkplug births told of them, also after a restart, and the same ids when they are delivered again', async () => {
    const backend = new Backend();
    const born = backend.reader.read(birth, 1);
    assert.ok(born.saved, 'a birth is to be on disk before it settles');
    await born.saved;
    assert.deepEqual(born.samples.map(({ device, values }) => [device, values]), [['edge-1', { flow: 1.5 }]]);
    const first = backend.reader.read(data, 2);
    assert.deepEqual(first.samples.map(({ device, profile, ts, values }) => [device, profile, ts, values]), [['edge-1', 'pump', NOW + 1_000, { flow: 2.5 }]]);
    backend.open();
    assert.deepEqual(backend.reader.read(data, 2).samples, first.samples);
  });

  it('are of the edge node and of each of its devices when it dies', async () => {
    const backend = new Backend();
    await backend.reader.read(birth, 1).saved;
    await backend.reader.read(deviceBirth, 2).saved;
    const { samples } = backend.reader.read(death, 3);
    assert.deepEqual(samples.map(({ device, values }) => [device, values]), [['edge-1', { flow: null }], ['tank-1', { level: null }]]);
    assert.equal(new Set(samples.map(({ id }) => id)).size, 2);
    assert.deepEqual(samples[1]?.metrics, { level: { q: 9, flags: ['stale'] } });
  });

  it('are refused where nothing tells what an alias means, and the edge node is asked for its birth', () => {
    const backend = new Backend();
    assert.throws(() => backend.reader.read(data, 1), DecodeError);
    assert.deepEqual(backend.commands.map((topic) => parseSparkplugTopic(topic)), [{ type: 'NCMD', group: 'plant', edgeNode: 'edge-1' }]);
  });

  it('have the units that the profile declares', () => {
    const backend = new Backend();
    backend.profiles.set([{ name: 'pump', format: 'auto', maximumAge: 0, metrics: { flow: { unit: 'L/min', type: 'number' } } }]);
    assert.deepEqual(backend.reader.read(birth, 1).samples[0]?.metrics, { flow: { unit: 'L/min' } });
    const plain: InboxRecord = { ...birth, format: 'auto', topic: 'devices/edge-1/telemetry', payload: Buffer.from('{"flow":"3.5"}') };
    assert.deepEqual(backend.reader.read(plain, 2).samples[0]?.values, { flow: 3.5 });
  });

  it('say that others gave way to them', () => {
    const backend = new Backend();
    const plain: InboxRecord = { ...birth, format: 'auto', conflated: true, payload: Buffer.from('{"flow":3.5}') };
    assert.deepEqual(backend.reader.read(plain, 1).samples[0]?.metrics, { flow: { flags: ['conflated'] } });
  });
});
