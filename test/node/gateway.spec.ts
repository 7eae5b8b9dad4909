import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { request as coapRequest } from 'coap';
import { connectAsync } from 'mqtt';
import type { NodeInitializer } from 'node-red';
import gateway from '../../nodes/gateway/gateway.ts';
import { readConfig } from '../../nodes/harness/config.ts';
import { bdSeq, byAlias, encode } from '../unit/sparkplug/messages.ts';
import { freePorts, listen } from '../support/node-red-process.ts';
import { connectDevice, endClients, publish } from '../support/mqtt-client.ts';
import { aMoment, backend, collect, deploy, load, loggedErrors, node, statusesOf, statusOf, temporaryDirectory, unload, unsettled, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';
import { samplesIn } from '../support/sample-messages.ts';
import { selfSigned } from '../support/self-signed.ts';
import { heldAt, openGate } from '../support/test-nodes.ts';

const TIME = Date.UTC(2026, 10, 22);
const TLS_CONFIG = createRequire(import.meta.url)('@node-red/nodes/core/network/05-tls.js') as NodeInitializer;

describe('holdfast-gateway', () => {
  useRuntime();
  afterEach(endClients);
  let port = 0;
  beforeEach(async () => {
    [port = 0] = await freePorts(1);
  });

  /** A gateway `gw` whose samples go to a collector `out` and a gate `gate`. */
  function flowWith(options: object = {}, wires: string[] = ['out']): FlowNode[] {
    const place = { z: 'f', x: 0, y: 0 };
    return [
      { id: 'f', type: 'tab' },
      { id: 'data', type: 'holdfast-backend', directory: temporaryDirectory() },
      { id: 'gw', type: 'holdfast-gateway', ...place, backend: 'data', port, ...options, wires: [wires] },
      { id: 'out', type: 'helper', ...place, wires: [] },
      { id: 'gate', type: 'test-gate', ...place, wires: [[]] },
    ];
  }

  async function start(flow: FlowNode[]): Promise<void> {
    await load(flow);
    await until(() => statusOf('gw').fill === 'green', 'the gateway listens');
  }

  it('acknowledges a reading that is on disk and sends it on as a sample', async () => {
    await start(flowWith({}, ['gate', 'out']));
    const out = collect('out');
    const client = await connectDevice(port, 'press-1');
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
    const client = await connectDevice(port, 'press-1');
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
    const client = await connectDevice(port, 'hall-3', { kind: 'gateway', children: ['press-1'] });
    await publish(client, 'press-1', { temperature: 60 });
    await until(() => out.length === 1, 'it came out');
    const [sample] = samplesIn(out);
    assert.deepEqual([sample?.device, sample?.src.gateway, sample?.tsSource], ['press-1', 'hall-3', 'server']);
  });

  it('reads Sparkplug B of an edge node, and asks it for the birth that it needs', async () => {
    await start(flowWith());
    const out = collect('out');
    const edge = await connectDevice(port, 'edge-1', { kind: 'gateway', children: ['tank-1'] });
    const asked = new Promise<string>((resolve) => edge.once('message', (topic) => resolve(topic)));
    await edge.subscribeAsync('spBv1.0/plant/NCMD/edge-1');
    await edge.publishAsync('spBv1.0/plant/NDATA/edge-1', encode([byAlias(1, 'Double', 2.5)], 3), { qos: 1 });
    assert.equal(await asked, 'spBv1.0/plant/NCMD/edge-1');
    await edge.publishAsync('spBv1.0/plant/NBIRTH/edge-1', encode([bdSeq(0), { name: 'flow', alias: 1, type: 'Double', value: 1.5 }], 0), { qos: 1 });
    await edge.publishAsync('spBv1.0/plant/DBIRTH/edge-1/tank-1', encode([{ name: 'level', alias: 2, type: 'Double', value: 7 }], 1), { qos: 1 });
    await until(() => out.length === 2, 'the births came out');
    assert.deepEqual(samplesIn(out).map(({ device, values }) => [device, values]), [['edge-1', { flow: 1.5 }], ['tank-1', { level: 7 }]]);
    assert.deepEqual(backend().inbox.quarantineList(10).map(({ record }) => record.topic), ['spBv1.0/plant/NDATA/edge-1']);
  });

  it('lets nobody in who is not known', async () => {
    await start(flowWith());
    await connectDevice(port, 'press-1');
    await assert.rejects(connectAsync(`mqtt://127.0.0.1:${port}`, { username: 'press-1', password: 'guess', reconnectPeriod: 0 }), /Connection refused/);
    await assert.rejects(connectAsync(`mqtt://127.0.0.1:${port}`, { reconnectPeriod: 0 }), /Connection refused/);
  });

  it('acknowledges what cannot be decoded and keeps it in quarantine, bytes and reason', async () => {
    await start(flowWith());
    const out = collect('out');
    const client = await connectDevice(port, 'press-1');
    await publish(client, 'press-1', '{"temperature":21,');
    await publish(client, 'press-1', '{"__proto__":{"temperature":1}}');
    await publish(client, 'press-1', { temperature: 22 });
    await until(() => backend().inbox.quarantined() === 2 && out.length === 1 && unsettled('gw') === 0, 'two are in quarantine, the third came out');
    const letters = backend().inbox.quarantineList(10);
    assert.deepEqual(new Set(letters.map(({ record }) => Buffer.from(record.payload).toString())), new Set(['{"__proto__":{"temperature":1}}', '{"temperature":21,']));
    for (const { detail } of letters) assert.match(detail, /\. /, 'the detail is a sentence with a cure');
    await until(() => /2 quarantined/.test(statusOf('gw').text ?? ''), 'its status says so');
  });

  it('says so when its port is taken, and lets the rest of the flow work', async () => {
    const other = await listen(port);
    const flow = [...flowWith(), { id: 'in', type: 'holdfast-ingest', z: 'f', x: 0, y: 0, backend: 'data', wires: [['out'], [], []] }];
    await load(flow);
    await until(() => statusOf('gw').shape === 'ring' && statusOf('gw').fill === 'red', 'it shows a red ring');
    assert.match(loggedErrors()[0] ?? '', new RegExp(`cannot listen on 127\\.0\\.0\\.1:${port}\\. The port is taken by another program`));
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
    const client = await connectDevice(port, 'press-1');
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
    const client = await connectDevice(port, 'press-1');
    let closed = false;
    client.on('close', () => (closed = true));
    await unload();
    await until(() => closed, 'the connection was closed');
    const server = await listen(port);
    await server.close();
  });

  it('can be stopped while it is still opening its port', async () => {
    const flow = flowWith();
    await load(flow);
    await deploy(flow.filter(({ id }) => id !== 'gw'), 'full');
    await aMoment();
    const server = await listen(port);
    await server.close();
    assert.deepEqual(loggedErrors(), []);
  });

  it('shows how many devices are connected and samples came', async () => {
    await start(flowWith());
    const client = await connectDevice(port, 'press-1');
    await publish(client, 'press-1', { temperature: 60 });
    await until(() => statusOf('gw').text === '1 connected · 1 delivered', 'its status says so');
  });

  it('shows the rate while messages come in, and what was refused of late', async () => {
    await start(flowWith({ messagesPerSecond: 100, burst: 0.1, version: 2 }));
    const client = await connectDevice(port, 'press-1');
    await Promise.all(Array.from({ length: 60 }, (_, seq) => publish(client, 'press-1', { seq, temperature: seq })));
    await assert.rejects(connectAsync(`mqtt://127.0.0.1:${port}`, { username: 'press-1', password: 'guess', reconnectPeriod: 0 }), /Connection refused/);
    await until(() => /^1 connected · \d+ messages\/s · 1 refused\/min$/.test(statusOf('gw').text ?? ''), 'its status says so');
  });

  describe('its other listeners', () => {
    const secretOf = (device: string): string => backend().registry.issue({ id: device, kind: 'device', children: [] }).secret;
    const post = (url: string, device: string, secret: string, body: object): Promise<Response> =>
      fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', Authorization: `Basic ${Buffer.from(`${device}:${secret}`).toString('base64')}` } });

    /** A request as docs/coap.md says to sign it. */
    function coap(coapPort: number, device: string, secret: string, body: object): Promise<string> {
      const payload = JSON.stringify(body);
      const path = `/devices/${device}/telemetry`;
      const [time, nonce] = [Math.floor(Date.now() / 1_000), 'bm9uY2Utb25l'];
      const key = createHmac('sha256', secret).update('holdfast coap v1').digest();
      const text = ['holdfast coap v1', 'POST', path, 50, device, time, nonce, createHash('sha256').update(payload).digest('base64url')].join('\n');
      const signature = createHmac('sha256', key).update(text).digest('base64url');
      return new Promise((resolve, reject) => {
        const sending = coapRequest({ host: '127.0.0.1', port: coapPort, method: 'POST', pathname: path, query: `id=${device}&t=${time}&n=${nonce}&s=${signature}` });
        sending.setOption('Content-Format', 'application/json');
        sending.on('response', (response) => resolve(response.code));
        sending.on('error', reject);
        sending.end(payload);
      });
    }

    it('are off until they have a port', async () => {
      const [httpPort = 0, coapPort = 0] = await freePorts(2);
      await start(flowWith({ httpPort: '', coapPort: 0 }));
      await assert.rejects(fetch(`http://127.0.0.1:${httpPort}/health`));
      assert.match(statusesOf('gw').find(({ fill }) => fill === 'green')?.text ?? '', new RegExp(`^listening on 127\\.0\\.0\\.1 mqtt ${port}$`));
      const other = await listen(coapPort);
      await other.close();
    });

    it('take readings over HTTP with the secret of the device, and the ledger counts them', async () => {
      const [httpPort = 0] = await freePorts(1);
      await start(flowWith({ port: 0, httpPort }));
      const out = collect('out');
      const secret = secretOf('press-1');
      assert.equal((await post(`http://127.0.0.1:${httpPort}/telemetry`, 'press-1', secret, { temperature: 60.5 })).status, 204);
      await until(() => out.length === 1, 'it came out');
      assert.deepEqual([samplesIn(out)[0]?.device, samplesIn(out)[0]?.values, samplesIn(out)[0]?.src.via], ['press-1', { temperature: 60.5 }, 'http']);
      assert.equal((await post(`http://127.0.0.1:${httpPort}/telemetry`, 'press-1', 'guess', { temperature: 1 })).status, 401);
      const { ledger } = backend().inbox;
      assert.equal(ledger.device('press-1').http?.received, 1);
      assert.deepEqual(ledger.read().protocols.http?.refused, { login: 1 });
      assert.equal(ledger.read().total.difference, 0);
      await until(() => /1 delivered · 1 refused\/min/.test(statusOf('gw').text ?? ''), 'its status says so');
    });

    it('take signed readings over CoAP, and the ledger counts them', async () => {
      const [coapPort = 0] = await freePorts(1);
      await start(flowWith({ coapPort }));
      const out = collect('out');
      assert.equal(await coap(coapPort, 'press-1', secretOf('press-1'), { temperature: 60.5 }), '2.04');
      await until(() => out.length === 1, 'it came out');
      assert.deepEqual([samplesIn(out)[0]?.device, samplesIn(out)[0]?.values, samplesIn(out)[0]?.src.via], ['press-1', { temperature: 60.5 }, 'coap']);
      assert.equal(await coap(coapPort, 'press-1', 'guess', { temperature: 1 }), '4.01');
      assert.equal(backend().inbox.ledger.device('press-1').coap?.received, 1);
    });

    describe('of which some find their ports taken', () => {
      let taken: Array<{ close(): Promise<void> }> = [];
      afterEach(() => Promise.all(taken.map((server) => server.close())));

      it('say so, and the others go on', async () => {
        const [httpPort = 0, wsPort = 0] = await freePorts(2);
        taken = await Promise.all([listen(httpPort), listen(wsPort)]);
        await load(flowWith({ httpPort, wsPort }));
        await until(() => statusOf('gw').shape === 'ring' && statusOf('gw').fill === 'red', 'it shows a red ring');
        const errors = loggedErrors().join('\n');
        assert.match(errors, new RegExp(`127\\.0\\.0\\.1:${httpPort}\\. The port is taken by another program`));
        assert.match(errors, new RegExp(`127\\.0\\.0\\.1:${wsPort}\\. The port is taken by another program`));
        const out = collect('out');
        await publish(await connectDevice(port, 'press-1'), 'press-1', { temperature: 60 });
        await until(() => out.length === 1, 'MQTT works');
        await aMoment(1_200);
        assert.equal(statusOf('gw').fill, 'red', 'what is wrong went out of sight');
      });
    });

    it('say that a certificate is missing where they are encrypted, and the others go on', async () => {
      const [httpsPort = 0] = await freePorts(1);
      const flow = flowWith({ httpsPort });
      await load(flow, [TLS_CONFIG]);
      await until(() => statusOf('gw').fill === 'red', 'it shows a red ring');
      assert.match(loggedErrors().join(), /For https the gateway needs a certificate\. Choose a TLS configuration with a key and a certificate/);
      await publish(await connectDevice(port, 'press-1'), 'press-1', { temperature: 60 });
      await deploy([...flow.map((one) => (one.id === 'gw' ? { ...one, tls: 'tls' } : one)), { id: 'tls', type: 'tls-config' }], 'full');
      await until(() => loggedErrors().some((error) => /The TLS configuration has no private key and certificate\. Open it and give both/.test(error)), 'it says what the TLS configuration lacks');
      await publish(await connectDevice(port, 'press-2'), 'press-2', { temperature: 60 });
    });

    it('show the certificate of the TLS configuration', async () => {
      const [mqttsPort = 0, httpsPort = 0] = await freePorts(2);
      const { key, cert } = selfSigned();
      process.env['HOLDFAST_TEST_KEY'] = key;
      process.env['HOLDFAST_TEST_CERTIFICATE'] = cert;
      const tls = { id: 'tls', type: 'tls-config', certType: 'env', keyEnv: 'HOLDFAST_TEST_KEY', certEnv: 'HOLDFAST_TEST_CERTIFICATE' };
      try {
        await load([...flowWith({ port: 0, mqttsPort, httpsPort, tls: 'tls' }), tls], [TLS_CONFIG]);
        await until(() => statusOf('gw').fill === 'green', 'it listens');
        const out = collect('out');
        const client = await connectAsync(`mqtts://127.0.0.1:${mqttsPort}`, { username: 'press-1', password: secretOf('press-1'), ca: cert });
        await publish(client, 'press-1', { temperature: 60 });
        await client.endAsync();
        await until(() => out.length === 1, 'it came out');
        assert.deepEqual(loggedErrors(), []);
      } finally {
        delete process.env['HOLDFAST_TEST_KEY'];
        delete process.env['HOLDFAST_TEST_CERTIFICATE'];
      }
    });

    it('may all be off, which the status says', async () => {
      await load(flowWith({ port: 0 }));
      await until(() => statusOf('gw').text === 'no listener has a port', 'its status says so');
      assert.equal(statusOf('gw').fill, 'grey');
    });
  });

  describe('its limits for each device', () => {
    const FAST = 40;
    async function refusals(options: object): Promise<number | undefined> {
      const [httpPort = 0] = await freePorts(1);
      await start(flowWith({ httpPort, ...options }));
      const { secret } = backend().registry.issue({ id: 'press-1', kind: 'device', children: [] });
      const headers = { 'Content-Type': 'application/json', Authorization: `Bearer press-1:${secret}` };
      await Promise.all(Array.from({ length: FAST }, () => fetch(`http://127.0.0.1:${httpPort}/telemetry`, { method: 'POST', body: '21', headers })));
      return backend().inbox.ledger.device('press-1').http?.refused['rate'];
    }

    it('refuse what is over them', async () => {
      assert.equal(await refusals({ version: 2, messagesPerSecond: 0.001, burst: 10 }), FAST - 1);
    });

    it('are none in a flow that was made before there were any', async () => {
      assert.equal(await refusals({ version: 1 }), undefined);
      assert.equal(readConfig(gateway.spec.config, { version: 1 }).messagesPerSecond, 0);
      assert.equal(readConfig(gateway.spec.config, { version: 1, messagesPerSecond: 5 }).messagesPerSecond, 5);
      assert.equal(readConfig(gateway.spec.config, { version: 2 }).messagesPerSecond, 1_000);
    });
  });
});
