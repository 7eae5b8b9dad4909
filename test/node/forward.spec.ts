import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Aedes } from 'aedes';
import { alarmMessage } from '../../core/alarm/alarm-message.ts';
import { systemClock } from '../../core/clock/clock.ts';
import { openRegistry } from '../../core/registry/registry.ts';
import type { Sample } from '../../core/sample/sample.ts';
import { collect, helper, load, loggedErrors, node, sentenceOf, statusOf, temporaryDirectory, unload, until, useRuntime } from '../support/node-helper.ts';
import type { FlowNode } from '../support/node-helper.ts';
import { freePorts } from '../support/node-red-process.ts';
import { flowOfOne, sampleOf, samplesIn, sendBatch, sendSingly, temperatures } from '../support/sample-messages.ts';

const PLACE = { z: 'f', x: 0, y: 0 };

/** What an HTTP upstream was sent. */
interface Posted {
  headers: IncomingMessage['headers'];
  lines: { id: string; device: string; historical?: boolean }[];
}

/** An HTTP server that answers as it is told. */
class Upstream {
  readonly posted: Posted[] = [];
  answer: (posted: Posted) => { status: number; headers?: Record<string, string> } = () => ({ status: 204 });
  #server: Server | undefined;
  port = 0;

  async open(): Promise<void> {
    const server = createServer((request, response) => this.#take(request, response));
    await new Promise<void>((done) => server.listen(this.port, '127.0.0.1', done));
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise<void>((done) => (this.#server ? this.#server.close(() => done()) : done()));
    this.#server = undefined;
  }

  get ids(): string[] {
    return this.posted.flatMap(({ lines }) => lines.map(({ id }) => id));
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const body = Buffer.concat(pieces);
      const text = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString();
      const posted = { headers: request.headers, lines: text.split('\n').map((line) => JSON.parse(line) as Posted['lines'][number]) };
      const { status, headers = {} } = this.answer(posted);
      if (status < 300) this.posted.push(posted);
      response.writeHead(status, headers).end();
    });
  }
}

describe('holdfast-forward', () => {
  useRuntime();

  describe('to an HTTP server', () => {
    const upstream = new Upstream();
    beforeEach(() => upstream.open());
    afterEach(async () => {
      await unload();
      await upstream.close();
      Object.assign(upstream, { answer: () => ({ status: 204 }), port: 0 });
      upstream.posted.length = 0;
    });

    const flow = (options: object = {}): FlowNode[] => flowOfOne({ type: 'holdfast-forward', upstream: 'http', url: `http://127.0.0.1:${upstream.port}/in`, batchWait: 10, ...options }, 1, temporaryDirectory());

    it('sends single samples and batches alike, is done when they are queued, and shows that all is forwarded', async () => {
      await load(flow());
      const done = collect('completed');
      sendSingly('n', temperatures('press-1', 20, 21));
      sendBatch('n', temperatures('press-2', 30, 31, 32));
      await until(() => upstream.ids.length === 5, 'all have arrived');
      await until(() => done.length === 3, 'every message is done');
      assert.deepEqual(upstream.ids.toSorted(), [...temperatures('press-1', 20, 21), ...temperatures('press-2', 30, 31, 32)].map(({ id }) => id));
      await until(() => statusOf('n').text === 'all forwarded', 'the status says so');
    });

    it('logs in with user and password, and compresses what is worth it', async () => {
      await load(flow(), [], { n: { username: 'hall-2', password: 'secret' } });
      sendBatch('n', temperatures('press-1', ...Array.from({ length: 50 }, (_, index) => index)));
      await until(() => upstream.ids.length === 50, 'all have arrived');
      const { headers } = upstream.posted[0] as Posted;
      assert.equal(headers.authorization, `Basic ${Buffer.from('hall-2:secret').toString('base64')}`);
      assert.equal(headers['content-encoding'], 'gzip');
    });

    it('waits as long as a 429 says, shows that, and then sends everything', async () => {
      let refusals = 0;
      upstream.answer = () => (refusals++ < 1 ? { status: 429, headers: { 'Retry-After': '2' } } : { status: 204 });
      await load(flow());
      sendSingly('n', temperatures('press-1', 20, 21));
      await until(() => /^waiting \d s: upstream answered 429/.test(statusOf('n').text ?? ''), 'the status says why it waits');
      await until(() => upstream.ids.length === 2, 'it has sent them');
    });

    it('finds the sample that is refused, brings it to the output with the reason, delivers the others, and sends it again when told to', async () => {
      upstream.answer = ({ lines }) => ({ status: lines.some(({ device }) => device === 'bad') ? 400 : 204 });
      await load(flow());
      const refused = collect('out0');
      sendBatch('n', [...temperatures('press-1', 1, 2, 3), sampleOf('bad', 0, { temperature: 4 }), ...temperatures('press-2', 5, 6, 7)]);
      await until(() => upstream.ids.length === 6 && refused.length === 1, 'the rest has arrived, and one came out');
      assert.equal(samplesIn(refused)[0]?.device, 'bad');
      assert.match(sentenceOf(refused[0]), /Upstream answered 400/);
      const { body } = await helper.request().get('/holdfast-forward/n/refused');
      const { kept, entries } = body as { kept: number; entries: { reason: string; sent: { device: string } }[] };
      assert.deepEqual([kept, entries[0]?.sent.device, entries[0]?.reason], [1, 'bad', 'Upstream answered 400.']);
      upstream.answer = () => ({ status: 204 });
      assert.deepEqual((await helper.request().post('/holdfast-forward/n/refused').send({})).body, { again: 1 });
      await until(() => upstream.ids.length === 7, 'the last has arrived');
    });

    it('keeps what upstream cannot take on disk, and sends it after a restart', async () => {
      upstream.answer = () => ({ status: 503 });
      const saved = flow();
      await load(saved);
      const done = collect('completed');
      sendBatch('n', temperatures('press-1', 1, 2, 3));
      await until(() => done.length === 1, 'it is done when it is queued');
      await unload();
      upstream.answer = () => ({ status: 204 });
      await load(saved);
      await until(() => upstream.ids.length === 3, 'they have arrived');
      assert.ok(upstream.posted[0]?.lines.every(({ historical }) => historical === true), 'marked as what has waited');
    });

    it('sends an alarm as well', async () => {
      await load(flow());
      const transition = { id: 'hot:press-1:1', alarm: 'hot', device: 'press-1', state: 'raised', severity: 'high', ts: 1_700_000_000_000, metric: 't', value: 90, sample: 's', message: 'Hot.', raisedAt: 1_700_000_000_000 } as const;
      node('n').receive(alarmMessage(transition));
      await until(() => upstream.ids.length === 1, 'it has arrived');
      assert.deepEqual(upstream.posted[0]?.lines[0], { kind: 'alarm', device: 'press-1', id: 'hot:press-1:1/raised', ts: 1_700_000_000_000, alarm: transition });
    });

    it('shows in Try it what would be sent, and sends nothing', async () => {
      await load(flow());
      sendSingly('n', temperatures('press-1', 20));
      await until(() => upstream.ids.length === 1, 'it has arrived');
      const { body } = await helper.request().post('/holdfast-forward/n/try').send({ upstream: 'mqtt', url: 'mqtt://127.0.0.1:1', topic: 'plant/{device}', payload: 'telemetry' });
      const { ts } = temperatures('press-1', 20)[0] as Sample;
      assert.deepEqual((body as { result: unknown }).result, [{ topic: 'plant/press-1', payload: [{ ts, values: { temperature: 20 } }] }]);
      assert.equal(upstream.ids.length, 1);
    });

    it('says what cannot be', async () => {
      for (const [options, says] of [
        [{ url: '' }, /does not know where to forward to/],
        [{ url: 'http://user:secret@127.0.0.1/' }, /holds a user name or a password/],
        [{ upstream: 'mqtt', url: 'http://127.0.0.1/' }, /not that of a broker/],
        [{ upstream: 'mqtt', url: 'mqtt://127.0.0.1', topic: 'plant/#' }, /cannot be published on/],
        [{ upstream: 'holdfast', url: 'http://127.0.0.1', coding: 'zstd' }, /undoes gzip and deflate/],
      ] as const) {
        await load(flow(options));
        assert.match(loggedErrors().at(-1) ?? '', says);
        assert.equal(statusOf('n').fill, 'red');
        await unload();
      }
    });
  });

  describe('to an MQTT broker', () => {
    let broker: Aedes;
    let server: TcpServer;
    const published: { topic: string; payload: string }[] = [];
    beforeEach(async () => {
      broker = await Aedes.createBroker();
      server = createTcpServer((socket) => broker.handle(socket));
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      published.length = 0;
      broker.on('publish', ({ topic, payload }, client) => {
        if (client) published.push({ topic, payload: payload.toString() });
      });
    });
    afterEach(async () => {
      await unload();
      await new Promise<void>((done) => broker.close(done));
      await new Promise((done) => server.close(done));
    });

    it('publishes each sample on the topic of its device, with MQTT 3.1.1 where the broker has no 5', async () => {
      const { port } = server.address() as AddressInfo;
      await load(flowOfOne({ type: 'holdfast-forward', upstream: 'mqtt', url: `mqtt://127.0.0.1:${port}`, topic: 'plant/{device}/in', payload: 'telemetry', batchWait: 0 }, 1, temporaryDirectory()));
      sendBatch('n', [...temperatures('press-1', 20, 21), sampleOf('a.b:c', 0, { temperature: 4 })]);
      await until(() => published.length === 3, 'they are published');
      const { ts } = sampleOf('a.b:c', 0, {});
      assert.deepEqual(published.map(({ topic }) => topic), ['plant/press-1/in', 'plant/press-1/in', 'plant/a.b:c/in']);
      assert.deepEqual(JSON.parse(published[2]?.payload ?? ''), { ts, values: { temperature: 4 } });
      await until(() => statusOf('n').text === 'all forwarded', 'all are acknowledged');
    });
  });

  describe('to another Holdfast', () => {
    const SAMPLES: Sample[] = [
      { ...sampleOf('press-1', 1, { temperature: 20.5, big: 1e20, text: 'ü', none: null, running: true }), seq: 7, metrics: { temperature: { unit: 'Cel', q: 3, flags: ['stale'], raw: '20,5' } } },
      { ...sampleOf('press-2', 2, { temperature: 5 }), historical: true, tsSource: 'server' },
    ];

    for (const protocol of ['http', 'mqtt'] as const) {
      it(`brings every sample over ${protocol} once, with its id, time, number, units and quality`, async () => {
        const [mqttPort = 0, httpPort = 0] = await freePorts(2);
        const [here, there] = [temporaryDirectory(), temporaryDirectory()];
        const registry = openRegistry(there, systemClock);
        const { secret } = registry.issue({ id: 'edge', kind: 'gateway', children: ['press-1', 'press-2'] });
        registry.close();
        const flow: FlowNode[] = [
          ...flowOfOne({ type: 'holdfast-forward', upstream: 'holdfast', url: protocol === 'http' ? `http://127.0.0.1:${httpPort}` : `mqtt://127.0.0.1:${mqttPort}`, batchWait: 0 }, 1, here),
          { id: 'there', type: 'holdfast-backend', directory: there },
          { id: 'gw', type: 'holdfast-gateway', ...PLACE, backend: 'there', port: mqttPort, httpPort, wires: [['out']] },
          { id: 'out', type: 'helper', ...PLACE, wires: [] },
        ];
        await load(flow, [], { n: { username: 'edge', password: secret } });
        const out = collect('out');
        sendBatch('n', [...SAMPLES, sampleOf('stranger', 3, { temperature: 1 })]);
        await until(() => out.length === 2, 'both have arrived');
        const arrived = samplesIn(out);
        for (const [index, { id, device, ts, tsSource, seq, historical, values, metrics }] of SAMPLES.entries()) {
          const { id: _id, src, received, ...rest } = arrived[index] as Sample;
          assert.deepEqual(rest, { device, ts, tsSource, values, ...(seq !== undefined && { seq }), ...(historical && { historical }), ...(metrics && { metrics }) });
          assert.equal(arrived[index]?.id, id);
          assert.ok(received > ts);
          assert.deepEqual([src.via, src.principal, src.gateway], [protocol, 'edge', 'edge']);
        }
        if (protocol === 'http') {
          const refused = collect('out0');
          await until(() => refused.length === 1 || /1 refused/.test(statusOf('n').text ?? ''), 'the device that is no child is refused');
        } else await until(() => /1 quarantined/.test(statusOf('gw').text ?? ''), 'the device that is no child is in quarantine there');
        await until(() => statusOf('n').text?.startsWith('all forwarded') === true, 'the queue is empty');
        assert.equal(out.length, 2);
      });
    }
  });
});
