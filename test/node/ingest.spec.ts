import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { aMoment, backend, collect, load, node, sentenceOf, statusOf, temporaryDirectory, unsettled, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode, Message } from '../support/node-helper.ts';
import { flowOfOne, samplesIn } from '../support/sample-messages.ts';

const flowWith = (options: object = {}, directory = temporaryDirectory()): FlowNode[] => flowOfOne({ type: 'holdfast-ingest', ...options }, 3, directory);
const TIME = Date.UTC(2026, 10, 22, 10);

describe('holdfast-ingest', () => {
  useRuntime();

  interface Came {
    samples: Message[];
    acknowledged: Message[];
    refused: Message[];
    caught: Message[];
  }
  async function give(options: object, message: object): Promise<Came> {
    await load(flowWith(options));
    const came: Came = { samples: collect('out0'), acknowledged: collect('out1'), refused: collect('out2'), caught: collect('caught') };
    node('n').receive(message);
    await until(() => came.acknowledged.length + came.refused.length + came.caught.length > 0, 'it was answered');
    if (came.acknowledged.length > 0) await until(() => unsettled('n') === 0, 'it settled');
    return came;
  }

  it('takes msg.topic and msg.payload when it is just dropped on the canvas', async () => {
    const { samples, acknowledged } = await give({}, { topic: 'press-1', payload: { temperature: 60.5, running: true, mode: 'auto' } });
    assert.equal(acknowledged.length, 1);
    const [sample] = samplesIn(samples);
    assert.deepEqual([sample?.device, sample?.values, sample?.tsSource], ['press-1', { temperature: 60.5, running: true, mode: 'auto' }, 'server']);
    assert.deepEqual(sample?.src, { via: 'flow', topic: 'press-1' });
  });

  const SETTINGS: Array<{ what: string; options: object; message: object }> = [
    { what: 'properties of the message', options: { device: 'machine.name', values: 'payload.data', ts: 'payload.at', tsType: 'msg' }, message: { machine: { name: 'press-1' }, payload: { at: TIME, data: { temperature: 60 } } } },
    { what: 'properties called device and values', options: { device: 'device', values: 'values', ts: 'ts', tsType: 'msg' }, message: { device: 'press-1', values: { temperature: 60 }, ts: TIME } },
    { what: 'JSONata', options: { device: '"press-" & payload.no', deviceType: 'jsonata', values: '{ "temperature": payload.f * 2 }', valuesType: 'jsonata', ts: 'payload.seconds * 1000', tsType: 'jsonata' }, message: { payload: { no: 1, f: 30, seconds: TIME / 1000 } } },
    { what: 'a fixed id, and a time as text', options: { device: 'press-1', deviceType: 'str', ts: 'payload.ts', tsType: 'msg', values: 'payload.v' }, message: { payload: { v: { temperature: 60 }, ts: '2026-11-22T11:00:00+01:00' } } },
    { what: 'a time in seconds', options: { ts: 'time', tsType: 'msg' }, message: { topic: 'press-1', time: TIME / 1000, payload: { temperature: 60 } } },
    { what: 'the time inside the payload', options: {}, message: { topic: 'press-1', payload: { ts: TIME, values: { temperature: 60 } } } },
    { what: 'JSON text', options: {}, message: { topic: 'press-1', payload: JSON.stringify({ ts: TIME, temperature: 60 }) } },
  ];
  for (const { what, options, message } of SETTINGS) {
    it(`reads device, values and time from ${what}`, async () => {
      const { samples, acknowledged, caught } = await give(options, message);
      assert.deepEqual(caught.map(sentenceOf), []);
      assert.equal(acknowledged.length, 1);
      const [sample] = samplesIn(samples);
      assert.deepEqual([sample?.device, sample?.values, sample?.ts, sample?.tsSource], ['press-1', { temperature: 60 }, TIME, 'device']);
    });
  }

  it('reads the device from the context of the flow', async () => {
    const place = { z: 'f', x: 0, y: 0 };
    await load([...flowWith({ device: 'machine', deviceType: 'flow' }), { id: 'set', type: 'change', ...place, rules: [{ t: 'set', p: 'machine', pt: 'flow', to: 'press-1', tot: 'str' }], wires: [['n']] }]);
    const samples = collect('out0');
    node('set').receive({ payload: { temperature: 60 } });
    await until(() => samples.length === 1, 'it came');
    assert.equal(samplesIn(samples)[0]?.device, 'press-1');
  });

  it('makes a sample of each element of an array', async () => {
    const { samples } = await give({}, { topic: 'press-1', payload: [{ ts: TIME, temperature: 1 }, { ts: TIME + 1, temperature: 2 }] });
    assert.deepEqual(samplesIn(samples).map(({ ts, values }) => [ts, values['temperature']]), [[TIME, 1], [TIME + 1, 2]]);
  });

  it('keeps what is no finite number as a gap that says so', async () => {
    const { samples } = await give({}, { topic: 'press-1', payload: { temperature: Number.NaN, pressure: 4 } });
    const [sample] = samplesIn(samples);
    assert.deepEqual(sample?.values, { temperature: null, pressure: 4 });
    assert.deepEqual(sample?.metrics?.['temperature']?.flags, ['not-finite']);
  });

  const CBOR = Buffer.from('a16b74656d7065726174757265183c', 'hex');
  const FORMATS: Array<{ what: string; format?: string; payload: unknown; values: object }> = [
    { what: 'a plain text, without a format', payload: 'on', values: { value: 'on' } },
    { what: 'a text that only looks like CSV, without a format', payload: 'temperature\n60', values: { value: 'temperature\n60' } },
    { what: 'CSV', format: 'csv', payload: 'temperature\n60', values: { temperature: 60 } },
    { what: 'bytes of CBOR', format: 'cbor', payload: CBOR, values: { temperature: 60 } },
    { what: 'line protocol that is found out', format: 'auto', payload: 'press temperature=60', values: { 'press.temperature': 60 } },
    { what: 'an object, whatever the format', format: 'csv', payload: { temperature: 60 }, values: { temperature: 60 } },
  ];
  for (const { what, payload, values, ...options } of FORMATS) {
    it(`reads ${what}`, async () => {
      const { samples, refused } = await give(options, { topic: 'press-1', payload });
      assert.deepEqual(refused.map(sentenceOf), []);
      assert.deepEqual(samplesIn(samples)[0]?.values, values);
    });
  }

  it('reads as the profile of the device says, where the format is to be found out', async () => {
    const flow = flowWith({ format: 'auto' }).map((one) => (one.id === 'data' ? { ...one, profiles: [{ name: 'press', format: 'csv', metrics: { temperature: { unit: 'Cel' } } }] } : one));
    await load(flow);
    backend().registry.issue({ id: 'press-1', kind: 'device', profile: 'press', children: [] });
    const samples = collect('out0');
    node('n').receive({ topic: 'press-1', payload: 'temperature\n60' });
    await until(() => samples.length === 1, 'it came');
    const [sample] = samplesIn(samples);
    assert.deepEqual([sample?.values, sample?.metrics?.['temperature']?.unit, sample?.profile], [{ temperature: 60 }, 'Cel', 'press']);
  });

  it('refuses what is over the limit of the device’s profile, with the reason, and shows and counts it', async () => {
    const flow = flowWith().map((one) => (one.id === 'data' ? { ...one, profiles: [{ name: 'press', limits: { messagesPerSecond: 0.001, burst: 1 } }] } : one));
    await load(flow);
    backend().registry.issue({ id: 'press-1', kind: 'device', profile: 'press', children: [] });
    const [acknowledged, refused] = [collect('out1'), collect('out2')];
    for (let temperature = 0; temperature < 3; temperature += 1) node('n').receive({ topic: 'press-1', payload: { temperature } });
    await until(() => acknowledged.length === 1 && refused.length === 2, 'one is taken');
    assert.equal((refused[0]?.['error'] as { reason: string } | undefined)?.reason, 'rate');
    assert.match(sentenceOf(refused[0]), /press-1 sends more than 0\.001 messages a second/);
    assert.deepEqual(backend().inbox.ledger.device('press-1').flow?.refused, { rate: 2 });
    await until(() => (statusOf('n').text ?? '').includes('2 refused'), 'its status says so');
  });

  const REFUSED: Array<{ what: string; options?: object; message: object; says: RegExp }> = [
    { what: 'no device', message: { payload: { temperature: 1 } }, says: /names no device/ },
    { what: 'a device id that cannot be one', message: { topic: 'hall/press 1', payload: { temperature: 1 } }, says: /"hall\/press 1" cannot be used\. Use 1 to 64 letters/ },
    { what: 'an empty payload', message: { topic: 'press-1', payload: {} }, says: /no reading/ },
    { what: 'no payload', message: { topic: 'press-1' }, says: /payload is null/ },
    { what: 'a key that reaches for a prototype', message: { topic: 'press-1', payload: JSON.parse('{"constructor":1}') as object }, says: /"constructor" is refused/ },
    { what: 'a list as a reading', message: { topic: 'press-1', payload: { temperature: [1, 2] } }, says: /temperature is an array/ },
    { what: 'a time that is none', options: { ts: 'at', tsType: 'msg' }, message: { topic: 'press-1', at: 'yesterday', payload: { temperature: 1 } }, says: /"yesterday", is not understood\. Use seconds or milliseconds/ },
    { what: 'JSONata that fails on it', options: { device: '$number(payload.name)', deviceType: 'jsonata' }, message: { payload: { name: 'press' } }, says: /\$number\(payload\.name\) could not be read/ },
    { what: 'JSONata that is no expression', options: { device: 'payload.(', deviceType: 'jsonata' }, message: { payload: { name: 'press' } }, says: /payload\.\( could not be read: .*[a-z]{3}/ },
  ];
  for (const { what, options = {}, message, says } of REFUSED) {
    it(`refuses a message with ${what} on the output for it, with a sentence`, async () => {
      const { samples, acknowledged, refused, caught } = await give(options, { ...message, recipe: 'R2', _msgid: 'm1' });
      assert.deepEqual([samples.length, acknowledged.length, caught.map(sentenceOf)], [0, 0, []]);
      assert.match(sentenceOf(refused[0]), says);
      assert.deepEqual([refused[0]?.['recipe'], refused[0]?._msgid], ['R2', 'm1']);
      await until(() => (statusOf('n').text ?? '').includes('1 refused'), 'its status says so');
    });
  }

  it('acknowledges only what is on disk, and leaves the message as it was, as http in needs it', async () => {
    const directory = temporaryDirectory();
    await load(flowWith({}, directory));
    const acknowledged = collect('out1');
    const reader = new DatabaseSync(join(directory, 'inbox.sqlite'), { readOnly: true });
    const rows = (): unknown => reader.prepare('SELECT count(*) AS n FROM batch').get()?.['n'];
    let onDisk: unknown;
    node('out1').on('input', () => (onDisk = rows()));
    const before = rows();
    const res = { send: () => undefined };
    node('n').receive({ topic: 'press-1', payload: { temperature: 1 }, req: { headers: {} }, res });
    await until(() => acknowledged.length === 1, 'it was acknowledged');
    reader.close();
    assert.deepEqual([before, onDisk], [0, 1]);
    assert.equal(acknowledged[0]?.['res'], res);
    assert.deepEqual(acknowledged[0]?.payload, { temperature: 1 });
  });

  it('acknowledges nothing that the disk refuses: it is an error, and no sample comes out', async () => {
    const directory = temporaryDirectory();
    await load(flowWith({}, directory));
    const [samples, acknowledged, refused, caught] = [collect('out0'), collect('out1'), collect('out2'), collect('caught')];
    const blocker = new DatabaseSync(join(directory, 'inbox.sqlite'));
    blocker.exec('BEGIN EXCLUSIVE');
    node('n').receive({ topic: 'press-1', payload: { temperature: 1 } });
    await until(() => caught.length === 1, 'it was caught');
    blocker.exec('ROLLBACK');
    blocker.close();
    assert.match(sentenceOf(caught[0]), /inbox\.sqlite is in use/);
    await aMoment();
    assert.deepEqual([samples.length, acknowledged.length, refused.length], [0, 0, 0]);
    node('n').receive({ topic: 'press-1', payload: { temperature: 2 } });
    await until(() => acknowledged.length === 1 && unsettled('n') === 0, 'the next one is acknowledged');
    assert.equal(samples.length, 1);
  });

  it('sends batches when it is told to', async () => {
    await load(flowWith({ form: 'batch', batchSize: 4 }));
    const samples = collect('out0');
    for (let index = 0; index < 10; index += 1) node('n').receive({ topic: 'press-1', payload: { ts: TIME + index, temperature: index } });
    await until(() => samplesIn(samples).length === 10 && unsettled('n') === 0, 'all came');
    assert.ok(samples.every(({ payload }) => Array.isArray(payload) && payload.length <= 4));
    assert.equal(backend().inbox.quarantine.summary().waiting, 0);
  });
});
