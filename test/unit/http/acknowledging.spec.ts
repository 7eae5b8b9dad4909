import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { deflateSync, gzipSync } from 'node:zlib';
import { Door, until } from './door.ts';

describe('the HTTP listener', () => {
  const door = Door.each();

  describe('acknowledging', () => {
    it('answers 204 only once the intake has said that the readings are on disk', async () => {
      door.intake.hold = true;
      let status = 0;
      const reply = door.post('{"t":1}').then((answer) => (status = answer.status));
      await until(() => door.intake.waiting.length === 1);
      assert.equal((await fetch(`${door.url}/health`)).status, 200);
      assert.deepEqual([status, door.listener.counts.acknowledged], [0, 0]);
      door.intake.answer();
      await reply;
      assert.deepEqual([status, door.listener.counts.acknowledged, door.listener.counts.refused], [204, 1, 0]);
    });

    it('hands over what came, for whom, from whom and where to, byte by byte', async () => {
      const body = '{"ä":[1]}';
      assert.equal((await door.post('{"ä":1.50}', { path: '/telemetry?x=1' })).status, 204);
      assert.equal((await door.post(body.replace('[1]', '1'), { id: 'gate', path: '/devices/c1/telemetry' })).status, 204);
      assert.deepEqual(
        door.intake.deliveries.map(({ payload, ...rest }) => ({ ...rest, payload: Buffer.from(payload).toString() })),
        [
          { via: 'http', device: 'p1', principal: 'p1', topic: '/telemetry', payload: '{"ä":1.50}', format: 'json', patience: 0 },
          { via: 'http', device: 'c1', principal: 'gate', topic: '/devices/c1/telemetry', payload: '{"ä":1}', format: 'json', patience: 0 },
        ],
      );
    });

    it('takes an Idempotency-Key as what makes a repetition recognisable, with quotes or without', async () => {
      for (const key of ['"8e03-\\"x\\""', '8e03']) assert.equal((await door.post('{"t":1}', { headers: { 'idempotency-key': key } })).status, 204);
      assert.deepEqual(door.intake.deliveries.map(({ attempt }) => attempt), [
        { session: 'http:p1', packet: '8e03-"x"', repeated: true },
        { session: 'http:p1', packet: '8e03', repeated: true },
      ]);
    });

    it('takes gzip and deflate, and hands over what was inflated', async () => {
      const samples = JSON.stringify(Array.from({ length: 50 }, (_, t) => ({ ts: 1_764_000_000_000 + t, t })));
      assert.equal((await door.post(gzipSync(samples), { headers: { 'content-encoding': 'gzip' } })).status, 204);
      assert.equal((await door.post(deflateSync(samples), { headers: { 'content-encoding': 'deflate' } })).status, 204);
      assert.deepEqual(door.intake.texts, [`p1: ${samples}`, `p1: ${samples}`]);
    });

    it('lets the Content-Type say how a body is written, and without one the profile of the device', async () => {
      await door.reopen({ profileOf: (device) => ({ name: device, format: 'json-lines', maximumAge: 0, metrics: {} }) });
      assert.equal((await door.post('{"t":1}')).status, 204);
      assert.equal((await door.post('{"t":1}\n{"t":2}\n', { headers: { 'content-type': '' } })).status, 204);
      assert.deepEqual(door.intake.deliveries.map(({ format }) => format), ['json', 'json-lines']);
    });

    it('takes a chunked body, and one that is announced with Expect: 100-continue', async () => {
      const client = await door.raw();
      client.send(`${door.head('Transfer-Encoding: chunked')}3\r\n{"t\r\n`).send('4\r\n":1}\r\n0\r\n\r\n');
      assert.deepEqual(await client.answers(1), [204]);
      client.send(door.head('Content-Length: 7\r\nExpect: 100-continue'));
      assert.deepEqual(await client.answers(2), [204, 100]);
      client.send('{"t":2}');
      assert.deepEqual(await client.answers(3), [204, 100, 204]);
      assert.deepEqual(door.intake.texts, ['p1: {"t":1}', 'p1: {"t":2}']);
    });

    it('serves one request after the other on one connection', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const ports = new Set<number | undefined>();
      for (let count = 0; count < 20; count += 1) {
        await new Promise<void>((resolve, reject) => {
          const post = request(`${door.url}/telemetry`, { agent, method: 'POST', headers: { authorization: door.basic('p1'), 'content-type': 'application/json' } }, (response) => {
            ports.add(response.socket.localPort);
            response.on('end', resolve).resume();
          });
          post.on('error', reject).end(count % 5 === 0 ? 'not json' : '{"t":1}');
        });
      }
      agent.destroy();
      assert.deepEqual([ports.size, door.listener.counts.acknowledged, door.listener.counts.refused], [1, 16, 4]);
    });

    it('answers pipelined requests in their order, and each for itself', async () => {
      const client = await door.raw();
      client.send(door.request('{"t":1}') + door.request('{"t":') + door.request('{"t":2}') + door.head('Content-Length: 0', '/nowhere') + door.request('{"t":3}'));
      assert.deepEqual(await client.answers(5), [204, 400, 204, 404, 204]);
      assert.deepEqual(door.intake.texts, ['p1: {"t":1}', 'p1: {"t":2}', 'p1: {"t":3}']);
    });

    it('takes no more than 128 unanswered requests of a connection at a time, and the others later, in order', async () => {
      door.intake.hold = true;
      const client = await door.raw();
      const bodies = Array.from({ length: 1_000 }, (_, n) => `{"n":${n}}`);
      client.send(bodies.map((body) => door.request(body)).join(''));
      await until(() => door.intake.waiting.length === 128);
      assert.equal((await fetch(`${door.url}/health`)).status, 200);
      assert.equal(door.intake.deliveries.length, 128);
      door.intake.hold = false;
      door.intake.answer();
      assert.deepEqual(await client.answers(1_000), bodies.map(() => 204));
      assert.deepEqual(door.intake.texts, bodies.map((body) => `p1: ${body}`));
    });

    it('counts nothing as acknowledged when the client has gone before the answer', async () => {
      door.intake.hold = true;
      const client = await door.raw();
      client.send(door.request('{"t":1}') + door.request('{"t":2}'));
      await until(() => door.intake.waiting.length === 2);
      client.socket.destroy();
      await until(() => door.listener.counts.connected === 0);
      door.intake.answer();
      assert.equal(door.listener.counts.acknowledged, 0);
      door.intake.hold = false;
      assert.equal((await door.post('{"t":3}')).status, 204);
    });

    it('finishes what is under way when it is closed, and takes no more', async () => {
      await door.reopen({ timeouts: { close: 5_000 } });
      door.intake.hold = true;
      const client = await door.raw();
      client.send(door.request('{"t":1}'));
      await until(() => door.intake.waiting.length === 1);
      const idle = await door.raw();
      const closing = door.listener.close();
      client.send(door.request('{"t":2}'));
      await idle.end();
      await until(() => door.listener.counts.refused === 1);
      door.intake.answer();
      assert.deepEqual(await client.answers(2), [204, 503]);
      await closing;
      assert.deepEqual(door.intake.texts, ['p1: {"t":1}']);
      assert.match(client.text, /Retry-After: 1\r\n/);
    });
  });
});
