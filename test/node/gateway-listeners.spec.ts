import assert from 'node:assert/strict';
import { createHash, createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { request as coapRequest } from 'coap';
import { connectAsync } from 'mqtt';
import type { NodeInitializer } from 'node-red';
import node from '../../nodes/gateway/gateway.ts';
import { readConfig } from '../../nodes/harness/config.ts';
import { connectDevice, publish } from '../support/mqtt-client.ts';
import { aMoment, backend, collect, deploy, load, loggedErrors, statusesOf, statusOf, until } from '../support/node-helper.ts';
import { freePorts, listen } from '../support/node-red-process.ts';
import { samplesIn } from '../support/sample-messages.ts';
import { selfSigned } from '../support/self-signed.ts';
import { GatewayFlow } from './gateway-flow.ts';

const TLS_CONFIG = createRequire(import.meta.url)('@node-red/nodes/core/network/05-tls.js') as NodeInitializer;

describe('holdfast-gateway', () => {
  const gateway = GatewayFlow.each();
  const { flowWith, start } = gateway;

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
      assert.match(statusesOf('gw').find(({ fill }) => fill === 'green')?.text ?? '', new RegExp(`^listening on 127\\.0\\.0\\.1 mqtt ${gateway.port}$`));
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
        await publish(await connectDevice(gateway.port, 'press-1'), 'press-1', { temperature: 60 });
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
      await publish(await connectDevice(gateway.port, 'press-1'), 'press-1', { temperature: 60 });
      await deploy([...flow.map((one) => (one.id === 'gw' ? { ...one, tls: 'tls' } : one)), { id: 'tls', type: 'tls-config' }], 'full');
      await until(() => loggedErrors().some((error) => /The TLS configuration has no private key and certificate\. Open it and give both/.test(error)), 'it says what the TLS configuration lacks');
      await publish(await connectDevice(gateway.port, 'press-2'), 'press-2', { temperature: 60 });
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
      assert.equal(readConfig(node.spec.config, { version: 1 }).messagesPerSecond, 0);
      assert.equal(readConfig(node.spec.config, { version: 1, messagesPerSecond: 5 }).messagesPerSecond, 5);
      assert.equal(readConfig(node.spec.config, { version: 2 }).messagesPerSecond, 1_000);
    });
  });
});
