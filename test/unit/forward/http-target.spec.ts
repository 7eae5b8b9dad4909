import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { systemClock } from '../../../core/clock/clock.ts';
import { HttpTarget } from '../../../core/forward/target/http-target.ts';
import type { Batch } from '../../../core/forward/target/target.ts';
import { reading } from './fixture.ts';

const BATCH: Batch = { kind: 'reading', items: [reading('a', 1), reading('a', 2)], repeated: false };

describe('an HTTP target', () => {
  let server: Server;
  let target: HttpTarget;
  let answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
  const sockets = new Set<Socket>();

  beforeEach(async () => {
    answer = (_request, response) => void response.writeHead(204).end();
    server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => answer(request, response, body));
    });
    server.on('connection', (socket) => sockets.add(socket));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    target = open();
  });
  afterEach(async () => {
    await target.close();
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
    sockets.clear();
  });

  function open(options: Partial<ConstructorParameters<typeof HttpTarget>[0]> = {}): HttpTarget {
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/in`);
    return new HttpTarget({ url, tls: {}, authorization: '', form: 'json', coding: 'none', timeout: 2_000, clock: systemClock, ...options });
  }

  it('sends a batch as one array, over one connection, again and again', async () => {
    const bodies: string[] = [];
    answer = (_request, response, body) => {
      bodies.push(body);
      response.writeHead(202).end('thanks');
    };
    for (let batch = 0; batch < 3; batch += 1) assert.deepEqual(await target.send(BATCH), { kind: 'delivered' });
    assert.deepEqual(JSON.parse(bodies[2] ?? ''), BATCH.items.map(({ line }) => JSON.parse(Buffer.from(line).toString()) as unknown));
    assert.equal(sockets.size, 1);
  });

  it('tries a new connection at once when one that stood idle was closed under its hands, and says that it may be a repetition', async () => {
    await target.send(BATCH);
    const repeated: unknown[] = [];
    answer = (request, response) => {
      repeated.push(request.headers['holdfast-repeated']);
      if (repeated.length === 1) request.socket.resetAndDestroy();
      else response.writeHead(204).end();
    };
    assert.deepEqual(await target.send(BATCH), { kind: 'delivered' });
    assert.deepEqual(repeated, [undefined, '1']);
  });

  it('says why it did not get through, and never rejects', async () => {
    answer = (request) => request.socket.resetAndDestroy();
    assert.deepEqual(await target.send(BATCH), { kind: 'later', reason: 'the connection to upstream broke' });
    answer = (_request, response) => void response.writeHead(200, { 'Content-Length': 100 }).write('{"half');
    const slow = open({ timeout: 200 });
    const outcome = await slow.send(BATCH);
    assert.match(outcome.kind === 'later' ? outcome.reason : '', /did not answer within 0\.2 seconds/);
    await slow.close();
    const nowhere = open({ url: new URL('http://127.0.0.1:1/') });
    assert.deepEqual(await nowhere.send(BATCH), { kind: 'later', reason: "nothing listens at upstream's address" });
    assert.equal(nowhere.connected, false);
    await nowhere.close();
  });

  it('reads no more of an answer than it needs', async () => {
    answer = (_request, response) => void response.writeHead(400).end('x'.repeat(5_000_000));
    const outcome = await target.send(BATCH);
    assert.ok(outcome.kind === 'refused' && outcome.reason.length < 300);
  });

  it('ends what is under way when it is closed', async () => {
    answer = () => undefined;
    const sending = target.send(BATCH);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await target.close();
    assert.equal((await sending).kind, 'later');
    assert.equal((await target.send(BATCH)).kind, 'later');
  });
});
