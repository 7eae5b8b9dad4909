import assert from 'node:assert/strict';
import { connectAsync } from 'mqtt';
import { bdSeq, byAlias, encode } from '../unit/sparkplug/messages.ts';
import { listen } from '../support/node-red-process.ts';
import { connectDevice, publish } from '../support/mqtt-client.ts';
import { aMoment, backend, collect, deploy, load, loggedErrors, node, statusOf, unload, unsettled, until } from '../support/node-helper.ts';
import { samplesIn } from '../support/sample-messages.ts';
import { heldAt, openGate } from '../support/test-nodes.ts';
import { GatewayFlow } from './gateway-flow.ts';

const TIME = Date.UTC(2026, 10, 22);

describe('holdfast-gateway', () => {
  const gateway = GatewayFlow.each();
  const { flowWith, start } = gateway;

  it('acknowledges a reading that is on disk and sends it on as a sample', async () => {
    await start(flowWith({}, ['gate', 'out']));
    const out = collect('out');
    const client = await connectDevice(gateway.port, 'press-1');
    await publish(client, 'press-1', { ts: TIME, seq: 7, values: { temperature: 60.5, running: true } });
    assert.equal(unsettled('gw'), 1, 'it was acknowledged before it was on disk');
    await until(() => out.length === 1, 'it came out');
    const { _msgid, iot, ...message } = out[0] ?? {};
    assert.deepEqual(message, { topic: 'press-1', payload: { temperature: 60.5, running: true } });
    const { id, received, ...header } = iot as { id: string; received: number };
    assert.match(id, /^press-1\/s7-/);
    assert.ok(received > TIME);
    assert.deepEqual(header, { v: 1, kind: 'sample', device: 'press-1', ts: TIME, tsSource: 'device', seq: 7, src: { via: 'mqtt', topic: 'devices/press-1/telemetry', principal: 'press-1' } });
    await until(() => heldAt('gate').length === 1, 'the gate has it');
    openGate('gate');
    await until(() => unsettled('gw') === 0, 'it settled');
  });

  it('sends batches when it is told to, in the order in which they came', async () => {
    await start(flowWith({ form: 'batch', batchSize: 10 }));
    const out = collect('out');
    const client = await connectDevice(gateway.port, 'press-1');
    await Promise.all(Array.from({ length: 50 }, (_, seq) => publish(client, 'press-1', { ts: TIME + seq, seq, values: { temperature: seq } })));
    await until(() => samplesIn(out).length === 50, 'all came out');
    assert.deepEqual(samplesIn(out).map(({ seq }) => seq), Array.from({ length: 50 }, (_, seq) => seq));
    for (const { iot, payload } of out) {
      assert.deepEqual(iot, { v: 1, kind: 'batch', count: (payload as unknown[]).length });
      assert.ok((payload as unknown[]).length <= 10);
    }
    await until(() => unsettled('gw') === 0, 'all settled');
  });

  it('takes readings of a gateway for its children, and says who sent them', async () => {
    await start(flowWith());
    const out = collect('out');
    const client = await connectDevice(gateway.port, 'hall-3', { kind: 'gateway', children: ['press-1'] });
    await publish(client, 'press-1', { temperature: 60 });
    await until(() => out.length === 1, 'it came out');
    const [sample] = samplesIn(out);
    assert.deepEqual([sample?.device, sample?.src.gateway, sample?.tsSource], ['press-1', 'hall-3', 'server']);
  });

  it('reads Sparkplug B of an edge node, and asks it for the birth that it needs', async () => {
    await start(flowWith());
    const out = collect('out');
    const edge = await connectDevice(gateway.port, 'edge-1', { kind: 'gateway', children: ['tank-1'] });
    const asked = new Promise<string>((resolve) => edge.once('message', (topic) => resolve(topic)));
    await edge.subscribeAsync('spBv1.0/plant/NCMD/edge-1');
    await edge.publishAsync('spBv1.0/plant/NDATA/edge-1', encode([byAlias(1, 'Double', 2.5)], 3), { qos: 1 });
    assert.equal(await asked, 'spBv1.0/plant/NCMD/edge-1');
    await edge.publishAsync('spBv1.0/plant/NBIRTH/edge-1', encode([bdSeq(0), { name: 'flow', alias: 1, type: 'Double', value: 1.5 }], 0), { qos: 1 });
    await edge.publishAsync('spBv1.0/plant/DBIRTH/edge-1/tank-1', encode([{ name: 'level', alias: 2, type: 'Double', value: 7 }], 1), { qos: 1 });
    await until(() => out.length === 2, 'the births came out');
    assert.deepEqual(samplesIn(out).map(({ device, values }) => [device, values]), [['edge-1', { flow: 1.5 }], ['tank-1', { level: 7 }]]);
    assert.deepEqual(backend().inbox.quarantine.list({}, { limit: 10 }).entries.map(({ topic }) => topic), ['spBv1.0/plant/NDATA/edge-1']);
  });

  it('lets nobody in who is not known', async () => {
    await start(flowWith());
    await connectDevice(gateway.port, 'press-1');
    await assert.rejects(connectAsync(`mqtt://127.0.0.1:${gateway.port}`, { username: 'press-1', password: 'guess', reconnectPeriod: 0 }), /Connection refused/);
    await assert.rejects(connectAsync(`mqtt://127.0.0.1:${gateway.port}`, { reconnectPeriod: 0 }), /Connection refused/);
  });

  it('acknowledges what cannot be decoded and keeps it in quarantine, bytes and reason', async () => {
    await start(flowWith());
    const out = collect('out');
    const client = await connectDevice(gateway.port, 'press-1');
    await publish(client, 'press-1', '{"temperature":21,');
    await publish(client, 'press-1', '{"__proto__":{"temperature":1}}');
    await publish(client, 'press-1', { temperature: 22 });
    await until(() => backend().inbox.quarantine.summary().waiting === 2 && out.length === 1 && unsettled('gw') === 0, 'two are in quarantine, the third came out');
    const letters = backend().inbox.quarantine.list({}, { limit: 10 }).entries;
    assert.deepEqual(new Set(letters.map(({ payload }) => Buffer.from(payload).toString())), new Set(['{"__proto__":{"temperature":1}}', '{"temperature":21,']));
    for (const { detail } of letters) assert.match(detail, /\. /, 'the detail is a sentence with a cure');
    await until(() => /2 quarantined/.test(statusOf('gw').text ?? ''), 'its status says so');
  });

  it('says so when its port is taken, and lets the rest of the flow work', async () => {
    const other = await listen(gateway.port);
    const flow = [...flowWith(), { id: 'in', type: 'holdfast-ingest', z: 'f', x: 0, y: 0, backend: 'data', wires: [['out'], [], []] }];
    await load(flow);
    await until(() => statusOf('gw').shape === 'ring' && statusOf('gw').fill === 'red', 'it shows a red ring');
    assert.match(loggedErrors()[0] ?? '', new RegExp(`cannot listen on 127\\.0\\.0\\.1:${gateway.port}\\. The port is taken by another program`));
    const out = collect('out');
    node('in').receive({ topic: 'press-1', payload: { temperature: 1 } });
    await until(() => out.length === 1, 'the rest works');
    await other.close();
    await deploy(flow.map((one) => (one.id === 'gw' ? { ...one, name: 'again' } : one)), 'nodes');
    await until(() => statusOf('gw').fill === 'green', 'it listens after a deploy');
  });

  it('brings unsettled samples again after a deploy, and devices come back', async () => {
    const flow = flowWith({}, ['gate']);
    await start(flow);
    const client = await connectDevice(gateway.port, 'press-1');
    await publish(client, 'press-1', { seq: 1, temperature: 60 });
    await until(() => heldAt('gate').length === 1, 'the gate has it');
    await deploy(flow.map((one) => (one.type === 'tab' ? one : { ...one, name: 'again' })), 'full');
    await until(() => heldAt('gate').length === 1, 'it came again');
    await publish(client, 'press-1', { seq: 2, temperature: 61 });
    await until(() => heldAt('gate').length === 2, 'the next one came');
    openGate('gate');
    await until(() => unsettled('gw') === 0, 'all settled');
  });

  it('closes its port and every connection when the flow stops', async () => {
    const flow = flowWith();
    await start(flow);
    const client = await connectDevice(gateway.port, 'press-1');
    let closed = false;
    client.on('close', () => (closed = true));
    await unload();
    await until(() => closed, 'the connection was closed');
    const server = await listen(gateway.port);
    await server.close();
  });

  it('can be stopped while it is still opening its port', async () => {
    const flow = flowWith();
    await load(flow);
    await deploy(flow.filter(({ id }) => id !== 'gw'), 'full');
    await aMoment();
    const server = await listen(gateway.port);
    await server.close();
    assert.deepEqual(loggedErrors(), []);
  });

  it('shows how many devices are connected and samples came', async () => {
    await start(flowWith());
    const client = await connectDevice(gateway.port, 'press-1');
    await publish(client, 'press-1', { temperature: 60 });
    await until(() => statusOf('gw').text === '1 connected · 1 delivered', 'its status says so');
  });

  it('shows the rate while messages come in, and what was refused of late', async () => {
    await start(flowWith({ messagesPerSecond: 100, burst: 0.1, version: 2 }));
    const client = await connectDevice(gateway.port, 'press-1');
    await Promise.all(Array.from({ length: 60 }, (_, seq) => publish(client, 'press-1', { seq, temperature: seq })));
    await assert.rejects(connectAsync(`mqtt://127.0.0.1:${gateway.port}`, { username: 'press-1', password: 'guess', reconnectPeriod: 0 }), /Connection refused/);
    await until(() => /^1 connected · \d+ messages\/s · 1 refused\/min$/.test(statusOf('gw').text ?? ''), 'its status says so');
  });
});
