import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request, type IncomingMessage } from 'coap';
import { systemClock } from '../../../core/clock/clock.ts';
import { CoapListener, type CoapListenerOptions } from '../../../core/coap/coap-listener.ts';
import { CODE } from '../../../core/coap/message.ts';
import { digestOf, sign } from '../../../core/coap/signature.ts';
import { signingKeyOf } from '../../../core/registry/secret.ts';
import { openRegistry, type Registry } from '../../../core/registry/registry.ts';
import { HeldIntake } from './harbour.ts';
import { datagram, described, pathOptions, signedRequest } from './requests.ts';

interface Call {
  path?: string;
  method?: 'POST' | 'GET' | 'PUT';
  payload?: string;
  contentFormat?: number;
  secret?: string;
  nonce?: string;
  /** Sends the body in blocks of 64 bytes. */
  inBlocks?: boolean;
  confirmable?: boolean;
}

describe('the CoAP listener', () => {
  let folder: string;
  let registry: Registry;
  let intake: HeldIntake;
  let listener: CoapListener;
  let agent: Agent;
  let secret: string;
  let problems: string[];
  /** How far the registry's clock is ahead, in milliseconds. */
  let ahead = 0;
  const sockets: Socket[] = [];
  const open = (options: Partial<CoapListenerOptions> = {}): Promise<CoapListener> =>
    CoapListener.open({ host: '127.0.0.1', port: 0, intake, registry, clock: systemClock, maximumBodySize: 5_000, problem: (sentence) => void problems.push(sentence), ...options });

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-coap-'));
    ahead = 0;
    registry = openRegistry(folder, { ...systemClock, now: () => systemClock.now() + ahead });
    ({ secret } = registry.issue({ id: 'press-7', kind: 'device' }));
    intake = new HeldIntake();
    problems = [];
    listener = await open();
    agent = new Agent();
  });
  afterEach(async () => {
    agent.close();
    for (const one of sockets.splice(0)) one.close();
    await listener.close();
    registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Sends with the library `coap`, and resolves to its response. */
  function call({ path = '/telemetry', method = 'POST', payload = '{"t":1}', contentFormat = 50, secret: key = secret, nonce = `nonce-${Math.random()}`.replace('.', '-'), inBlocks = false, confirmable = true }: Call = {}): Promise<IncomingMessage> {
    const time = String(Math.floor(Date.now() / 1_000));
    const digest = digestOf(Buffer.from(payload));
    const mac = sign(signingKeyOf(key), { method: 'POST', path, contentFormat, id: 'press-7', time, nonce, digest });
    const outgoing = request({ host: '127.0.0.1', port: listener.port, agent, method, confirmable, pathname: path, query: `id=press-7&t=${time}&n=${nonce}&s=${mac}${inBlocks ? `&d=${digest}` : ''}` });
    outgoing.setOption('Content-Format', Buffer.from([contentFormat]));
    if (inBlocks) outgoing.setOption('Block1', Buffer.from([0x02]));
    return new Promise((resolve, reject) => {
      outgoing.on('response', resolve);
      outgoing.on('error', reject);
      outgoing.end(payload);
    });
  }

  async function socket(): Promise<Socket> {
    const one = createSocket('udp4');
    sockets.push(one);
    await new Promise<void>((resolve) => one.bind(0, '127.0.0.1', resolve));
    return one;
  }

  function exchange(one: Socket, bytes: Buffer): Promise<Buffer> {
    return new Promise((resolve) => {
      one.once('message', resolve);
      one.send(bytes, listener.port, '127.0.0.1');
    });
  }

  it('answers an independent client with each of its codes', async () => {
    const code = async (options?: Call): Promise<string> => (await call(options)).code;
    assert.equal(await code(), '2.04');
    assert.equal(await code({ path: '/devices/press-7/telemetry' }), '2.04');
    assert.equal(await code({ confirmable: false }), '2.04');
    assert.equal(await code({ payload: '{"t":' }), '4.00');
    assert.equal(await code({ secret: 'wrong' }), '4.01');
    assert.equal(await code({ path: '/devices/press-8/telemetry' }), '4.03');
    assert.equal(await code({ path: '/elsewhere' }), '4.04');
    assert.equal(await code({ method: 'PUT' }), '4.05');
    assert.equal(await code({ contentFormat: 41 }), '4.15');
    intake.refusal = { reason: 'rate', message: 'Slower.', retryAfter: 3_000 };
    const limited = await call();
    assert.deepEqual([limited.code, limited.headers['Max-Age'], limited.payload.toString()], ['5.03', 3, 'Slower.']);
    intake.refusal = { reason: 'disk', message: 'The disk is full.' };
    assert.equal(await code(), '5.03');
    const { connected, acknowledged, refused } = listener.counts;
    assert.deepEqual([connected > 0, acknowledged, refused], [true, 3, 8]);
  });

  it('takes a body in blocks from an independent client', async () => {
    const payload = JSON.stringify({ text: 'x'.repeat(900) });
    assert.equal((await call({ payload, inBlocks: true })).code, '2.04');
    assert.deepEqual(intake.texts, [`press-7: ${payload}`]);
    assert.equal((await call({ payload: JSON.stringify({ text: 'x'.repeat(5_000) }), inBlocks: true })).code, '4.13');
  });

  it('says 2.04 when it is stored and not before, in a message of its own when that takes long', async () => {
    intake.hold = true;
    const replied = call();
    const one = await socket();
    assert.equal(described(await exchange(one, Buffer.from('40000001', 'hex'))), 'RST 0.00');
    const acknowledged = exchange(one, signedRequest({ id: 'press-7', secret, time: Math.floor(Date.now() / 1_000), payload: '{"t":2}' }, { messageId: 5 }));
    assert.equal(described(await acknowledged), 'ACK 0.00');
    assert.equal(listener.counts.acknowledged, 0);
    const separate = new Promise<Buffer>((resolve) => one.once('message', resolve));
    intake.answer();
    assert.equal((await replied).code, '2.04');
    assert.equal(described(await separate), 'CON 2.04');
    assert.equal(listener.counts.acknowledged, 2);
  });

  it('survives what is no CoAP, and goes on', async () => {
    const one = await socket();
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(65_507, 0x40), Buffer.from('GET / HTTP/1.1\r\n\r\n'), datagram({ options: pathOptions('/a/b/c') })]) one.send(bytes, listener.port, '127.0.0.1');
    assert.equal((await call()).code, '2.04');
  });

  it('serves what another process has let in a second ago, and no longer what it removed', async () => {
    const other = openRegistry(folder, systemClock);
    const renewed = other.issue({ id: 'press-7', kind: 'device' }).secret;
    ahead += 1_000;
    assert.deepEqual([(await call()).code, (await call({ secret: renewed })).code], ['4.01', '2.04']);
    other.remove('press-7');
    ahead += 1_000;
    assert.equal((await call({ secret: renewed })).code, '4.01');
    other.close();
  });

  it('listens on IPv6 as well, where the machine has it', async () => {
    if (!Object.values(networkInterfaces()).flat().some((one) => one?.address === '::1')) return;
    const six = await open({ host: '::1' });
    const one = createSocket('udp6');
    const reply = new Promise<Buffer>((resolve) => one.once('message', resolve));
    one.send(datagram({ code: CODE.GET, options: pathOptions('/telemetry') }), six.port, '::1');
    assert.equal(described(await reply), 'ACK 4.05');
    one.close();
    await six.close();
  });

  it('says why it cannot be opened', async () => {
    await assert.rejects(open({ port: listener.port }), { code: 'HOLDFAST_LISTEN', message: /^The CoAP listener cannot listen on 127\.0\.0\.1:\d+\. The port is taken/ });
    await assert.rejects(open({ host: '192.0.2.1' }), { code: 'HOLDFAST_LISTEN', message: /This machine has no such address/ });
    for (const host of ['224.0.1.187', 'ff02::fd']) await assert.rejects(open({ host }), { code: 'HOLDFAST_LISTEN', message: /it is the address of a group/ });
  });

  it('lets go of its port when it is closed, however often', async () => {
    intake.hold = true;
    const { port } = listener;
    const one = await socket();
    one.send(signedRequest({ id: 'press-7', secret, time: Math.floor(Date.now() / 1_000), payload: '{"t":2}' }), port, '127.0.0.1');
    while (intake.waiting.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await Promise.all([listener.close(), listener.close()]);
    intake.answer();
    listener = await open({ port });
    intake.hold = false;
    assert.equal((await call()).code, '2.04');
  });
});
