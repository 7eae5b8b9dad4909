import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { request } from 'node:http';
import type { IClientOptions } from 'mqtt';
import { WebSocket } from 'ws';
import { ListenError } from '../../../core/errors/listen-error.ts';
import type { Endpoint } from '../../../core/mqtt/mqtt-listener.ts';
import { selfSigned } from '../../support/self-signed.ts';
import { Door, granted, next, received, until } from './door.ts';

const HERE = { host: '127.0.0.1', port: 0 };
const TLS = selfSigned();
const ENDPOINTS: Endpoint[] = [{ transport: 'tcp', ...HERE }, { transport: 'tls', ...HERE }, { transport: 'ws', ...HERE }, { transport: 'wss', ...HERE }];

describe('the endpoints of the MQTT listener', () => {
  const door = Door.each();
  const openAll = (): Promise<void> => door.reopen({ endpoints: ENDPOINTS, tls: TLS });

  /** How a client reaches the endpoint of this transport. */
  function reach(transport: Endpoint['transport'], options: IClientOptions = {}): IClientOptions {
    const port = door.listener.ports[ENDPOINTS.findIndex((endpoint) => endpoint.transport === transport)] ?? 0;
    const path = transport === 'ws' || transport === 'wss' ? { path: '/mqtt' } : {};
    return { protocol: transport === 'tcp' ? 'mqtt' : transport === 'tls' ? 'mqtts' : transport, port, ca: [TLS.cert], ...path, ...options };
  }

  for (const { transport } of ENDPOINTS) {
    it(`take readings and bring commands over ${transport}`, async () => {
      await openAll();
      const [p1, app] = [await door.client('p1', reach(transport)), await door.client('app')];
      const seen = received(p1);
      await granted(p1, 'devices/p1/commands');
      await p1.publishAsync('devices/p1/telemetry', '{"t":1}', { qos: 1 });
      await app.publishAsync('devices/p1/commands', 'stop', { qos: 1 });
      await until(() => seen.length > 0);
      assert.deepEqual([door.intake.texts, seen], [['p1: {"t":1}'], ['devices/p1/commands: stop']]);
    });

    it(`cut a packet that is too large over ${transport}`, async () => {
      await openAll();
      const p1 = await door.client('p1', reach(transport));
      await p1.publishAsync('devices/p1/telemetry', Buffer.alloc(90_000), { qos: 1 });
      p1.publish('devices/p1/telemetry', Buffer.alloc(100_001), { qos: 1 });
      await next(p1, 'close');
      assert.deepEqual([door.intake.deliveries.length, p1.connected], [1, false]);
    });

    it(`refuse a wrong secret over ${transport}`, async () => {
      await openAll();
      assert.equal(await door.refusal('p1', reach(transport, { password: 'wrong' })), 4);
    });

    it(`end every connection over ${transport} when the listener closes`, async () => {
      await openAll();
      const p1 = await door.client('p1', reach(transport));
      const closed = next(p1, 'close');
      await door.reopen();
      await closed;
      assert.equal(p1.connected, false);
    });
  }

  it('share the limit of connections', async () => {
    await door.reopen({ endpoints: ENDPOINTS, tls: TLS, maximumConnections: 2 });
    await door.client('p1', reach('wss'));
    await door.client('p2', reach('tls'));
    const third = await door.socket();
    await next(third, 'close');
    assert.match(door.problems.join(), /turned away: 2 are open/);
  });

  it('ask for a client certificate where they are told to', async () => {
    await door.reopen({ endpoints: ENDPOINTS, tls: { ...TLS, ca: TLS.cert, requestCert: true } });
    const without = door.connect({ ...door.optionsOf('p1'), ...reach('tls') });
    await next(without, 'close');
    const p1 = await door.client('p1', reach('tls', TLS));
    assert.deepEqual([without.connected, p1.connected], [false, true]);
    assert.match(door.problems.join(), /TLS handshake with 127\.0\.0\.1 failed/);
  });

  it('take a key that is encrypted, with its passphrase', async () => {
    const key = createPrivateKey(TLS.key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' });
    await door.reopen({ endpoints: ENDPOINTS, tls: { key, cert: TLS.cert, passphrase: 'open' } });
    assert.equal((await door.client('p1', reach('tls'))).connected, true);
    await assert.rejects(door.open({ endpoints: [{ transport: 'tls', ...HERE }], path: ':memory:', tls: { key, cert: TLS.cert } }), /key or certificate cannot be used .+passphrase/);
  });

  it('say what is wrong with TLS that cannot be', async () => {
    const refused = async (tls: object | undefined, pattern: RegExp): Promise<void> => {
      await assert.rejects(door.open({ endpoints: [{ transport: 'tls', ...HERE }], path: ':memory:', ...(tls ? { tls: tls as typeof TLS } : {}) }), (error: unknown) => error instanceof ListenError && pattern.test(error.message));
    };
    await refused(undefined, /has no certificate\. Give it a private key and a certificate in PEM/);
    await refused({ key: 'nonsense', cert: TLS.cert }, /private key or certificate cannot be used .+PEM/);
    await refused({ ...TLS, requestCert: true }, /no certificate authority/);
  });

  it('do without one that cannot be opened, when that is wanted, and not without any', async () => {
    const taken: Endpoint = { transport: 'tcp', host: '127.0.0.1', port: door.port };
    const failures: ListenError[] = [];
    const options = { path: ':memory:', failed: (error: ListenError) => void failures.push(error) };
    const listener = await door.open({ ...options, endpoints: [taken, { transport: 'tls', ...HERE }, { transport: 'tcp', ...HERE }] });
    assert.deepEqual([listener.ports.length, failures.length], [1, 2]);
    assert.match(failures.map(({ message }) => message).join(' '), /The port is taken.+has no certificate/);
    await listener.close();
    await assert.rejects(door.open({ ...options, endpoints: [taken] }), /The port is taken/);
    await assert.rejects(door.open({ path: ':memory:', endpoints: [{ transport: 'tcp', ...HERE }, taken] }), /The port is taken/);
  });

  describe('of WebSockets', () => {
    const url = (path = '/mqtt'): string => `ws://127.0.0.1:${reach('ws').port}${path}`;

    /** The HTTP status with which a WebSocket is refused; 101 when it is not. */
    async function status(path: string, protocols: string[], headers: Record<string, string> = {}): Promise<number> {
      const socket = new WebSocket(url(path), protocols, { headers });
      return new Promise((resolve) => {
        socket.on('error', () => undefined);
        socket.on('unexpected-response', (_request, response) => {
          resolve(response.statusCode ?? 0);
          socket.terminate();
        });
        socket.on('open', () => {
          resolve(101);
          socket.terminate();
        });
      });
    }

    it('are at /mqtt, and speak the subprotocol mqtt', async () => {
      await openAll();
      assert.deepEqual([await status('/mqtt', ['mqtt']), await status('/mqtt', ['chat', 'mqttv3.1']), await status('/mqtt', ['chat']), await status('/mqtt', []), await status('/', ['mqtt'])], [101, 101, 400, 400, 404]);
    });

    it('are open to the pages that are listed, and to programs that are no page', async () => {
      await door.reopen({ endpoints: ENDPOINTS.map((endpoint) => ({ ...endpoint, origins: ['https://plant.example'] })), tls: TLS });
      assert.deepEqual([await status('/mqtt', ['mqtt'], { Origin: 'https://plant.example' }), await status('/mqtt', ['mqtt'], { Origin: 'https://other.example' }), await status('/mqtt', ['mqtt'])], [101, 403, 101]);
    });

    it('answer what is no WebSocket with 426', async () => {
      await openAll();
      const answer = await new Promise<number | undefined>((resolve) => void request({ host: '127.0.0.1', port: reach('ws').port, path: '/mqtt' }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).end());
      assert.equal(answer, 426);
    });

    it('are cut when a stranger sends much before it has logged in', async () => {
      await openAll();
      const socket = new WebSocket(url(), ['mqtt']);
      socket.on('error', () => undefined);
      await new Promise((resolve) => void socket.on('open', resolve));
      const closed = new Promise((resolve) => void socket.on('close', resolve));
      // One message of which only a part comes: ws would keep it in memory up to its limit, which is that of clients that have logged in.
      const header = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 1, 0x80, 0, 0, 0, 0, 0]);
      const raw = (socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket;
      raw.write(Buffer.concat([header, Buffer.alloc(70_000)]));
      await closed;
      assert.equal(door.listener.counts.connected, 0);
    });
  });
});
