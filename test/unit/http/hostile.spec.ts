import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { Door, until } from './door.ts';
import type { RawClient } from './door.ts';

describe('the HTTP listener', () => {
  const door = Door.each({ maximumBodySize: 200_000 });

  /** Writes until the other side has had enough, or `total` bytes are written. */
  async function flood(client: RawClient, chunk: string, total: number): Promise<number> {
    let written = 0;
    while (!client.closed && written < total) {
      written += chunk.length;
      if (!client.socket.write(chunk)) await new Promise((resolve) => client.socket.once('drain', resolve).once('close', resolve));
    }
    return written;
  }

  describe('before a body is read', () => {
    it('refuses a length beyond the cap, and keeps nothing of what follows', async () => {
      const client = await door.raw();
      client.send(door.head('Content-Length: 2000000000'));
      assert.deepEqual(await client.answers(1), [413]);
      const written = await flood(client, 'x'.repeat(65_536), 50_000_000);
      await client.end();
      assert.ok(written < 20_000_000, `${written} bytes were taken`);
      assert.deepEqual([client.statuses, door.intake.counted], [[413], ['http p1 too-large']]);
      assert.match(client.text, /Connection: close\r\n/);
    });

    it('has it right, also where the client asks first', async () => {
      for (const [head, status] of [[door.head('Content-Length: 200001\r\nExpect: 100-continue'), 413], [door.head('Content-Length: 7\r\nExpect: 100-continue', '/telemetry', 'nobody'), 401], [door.head('Content-Length: 7\r\nExpect: a-biscuit'), 417]] as const) {
        const client = await door.raw();
        assert.deepEqual(await client.send(head).answers(1), [status]);
        assert.match(client.text, /Connection: close\r\n/);
      }
    });

    it('asks who it is, and does not break the connection of a client that still sends', async () => {
      const client = await door.raw();
      client.send(door.head('Transfer-Encoding: chunked', '/telemetry', 'nobody'));
      assert.deepEqual(await client.answers(1), [401]);
      for (let count = 0; count < 40; count += 1) {
        client.send(`2710\r\n${'x'.repeat(10_000)}\r\n`);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      client.send('0\r\n\r\n');
      await client.end();
      assert.deepEqual([client.statuses, client.broken], [[401], undefined]);
      assert.ok(client.socket.bytesWritten > 400_000, `${client.socket.bytesWritten} bytes were taken`);
    });

    it('keeps the connection when what was refused is small', async () => {
      const client = await door.raw();
      client.send(`${door.head('Content-Length: 5', '/telemetry', 'nobody')}12345${door.request('{"t":1}')}`);
      assert.deepEqual(await client.answers(2), [401, 204]);
    });
  });

  describe('while a body is read', () => {
    it('cuts a chunked one at the cap', async () => {
      const client = await door.raw();
      client.send(door.head('Transfer-Encoding: chunked'));
      const written = await flood(client, `2710\r\n${'x'.repeat(10_000)}\r\n`, 50_000_000);
      await client.end();
      assert.ok(written < 20_000_000, `${written} bytes were taken`);
      assert.deepEqual([client.statuses, door.intake.counted, door.intake.deliveries.length], [[413], ['http p1 too-large'], 0]);
    });

    it('inflates to the cap and no further', async () => {
      const bomb = gzipSync(`"${'x'.repeat(20_000_000)}"`);
      assert.ok(bomb.length < 30_000);
      const { status, error } = await door.post(bomb, { headers: { 'content-encoding': 'gzip' } });
      assert.deepEqual([status, error.reason, door.intake.deliveries.length], [413, 'too-large', 0]);
      const dense = gzipSync(`"${'x'.repeat(190_000)}"`);
      assert.match((await door.post(dense, { headers: { 'content-encoding': 'gzip' } })).error.message ?? '', /inflates to more than 65536 bytes/);
    });

    it('holds bodies up to a bound over all connections, and has room again when they are answered', async () => {
      await door.reopen({ maximumHeldBytes: 50_000 });
      const body = JSON.stringify({ t: 'x'.repeat(30_000) });
      door.intake.hold = true;
      const first = door.post(body);
      await until(() => door.intake.waiting.length === 1);
      const { status, headers, error } = await door.post(body, { id: 'p2' });
      assert.deepEqual([status, headers.get('retry-after'), error.reason, door.intake.counted], [503, '1', 'inbox-full', ['http p2 inbox-full']]);
      door.intake.hold = false;
      door.intake.answer();
      assert.equal((await first).status, 204);
      for (let count = 0; count < 5; count += 1) assert.equal((await door.post(body, { id: 'p2' })).status, 204);
    });

    it('frees what a client leaves behind that goes in the middle', async () => {
      await door.reopen({ maximumHeldBytes: 50_000 });
      for (let count = 0; count < 4; count += 1) {
        const client = await door.raw();
        client.send(door.head('Content-Length: 40001') + 'x'.repeat(40_000));
        await until(() => door.listener.counts.connected === 1);
        client.socket.end();
        await client.end();
        await until(() => door.listener.counts.connected === 0);
      }
      assert.equal((await door.post(JSON.stringify({ t: 'x'.repeat(40_000) }))).status, 204);
      assert.equal(door.intake.deliveries.length, 1);
    });
  });

  describe('a client that takes its time', () => {
    beforeEach(() => door.reopen({ timeouts: { header: 500, request: 1_000 } }));

    it('is cut while it sends its header', async () => {
      const client = await door.raw();
      for (const character of door.head('Content-Length: 7')) {
        if (client.closed) break;
        client.send(character);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      await client.end();
      assert.deepEqual(client.statuses, [408]);
    });

    it('is cut while it sends its body, and told so', async () => {
      const client = await door.raw();
      client.send(door.head('Content-Length: 10000'));
      while (!client.closed) {
        client.send('1');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      assert.deepEqual([client.statuses, door.intake.deliveries.length], [[408], 0]);
    });

    it('is cut when it never says anything', async () => {
      const client = await door.raw();
      await client.end();
      assert.equal(door.listener.counts.connected, 0);
    });

    it('does not keep others waiting', async () => {
      const slow = await Promise.all(Array.from({ length: 20 }, () => door.raw()));
      for (const client of slow) client.send(door.head('Content-Length: 10000') + '1');
      assert.equal((await door.post('{"t":1}')).status, 204);
    });
  });

  describe('what is no HTTP', () => {
    const HOST = 'Host: h\r\n';
    const wrong: [string, string, number][] = [
      ['no HTTP at all', '\x10\x10\x00\x04MQTT\x04\x02\x00\x3c\x00\x04test', 400],
      ['a length that is none', `POST /telemetry HTTP/1.1\r\n${HOST}Content-Length: 1x\r\n\r\n`, 400],
      ['two lengths', `POST /telemetry HTTP/1.1\r\n${HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 400],
      ['a length and chunks', `POST /telemetry HTTP/1.1\r\n${HOST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 400],
      ['no host', 'POST /telemetry HTTP/1.1\r\n\r\n', 400],
      ['a field name with a blank', `GET /health HTTP/1.1\r\n${HOST}Bad Name: 1\r\n\r\n`, 400],
      ['a header without an end', `GET /health HTTP/1.1\r\n${HOST}X: ${'x'.repeat(20_000)}`, 431],
    ];
    for (const [name, bytes, status] of wrong) {
      it(`is answered with ${status}: ${name}`, async () => {
        const client = await door.raw();
        client.send(bytes);
        await client.end();
        assert.deepEqual(client.statuses, [status]);
      });
    }

    it('is answered after what came before it', async () => {
      door.intake.hold = true;
      const client = await door.raw();
      client.send(`${door.request('{"t":1}')}${door.request('{"t":2}')}NONSENSE\r\n\r\n`);
      await until(() => door.intake.waiting.length === 2);
      door.intake.answer();
      await client.end();
      assert.deepEqual(client.statuses, [204, 204, 400]);
    });

    it('ends a request whose chunks are none, and offers nothing', async () => {
      const client = await door.raw();
      client.send(`${door.head('Transfer-Encoding: chunked')}3\r\n{"t\r\nzz\r\n`);
      await client.end();
      assert.deepEqual([client.statuses, door.intake.deliveries.length], [[400], 0]);
    });

    it('turns away what is over the limit of connections, and says so', async () => {
      await door.reopen({ maximumConnections: 2 });
      const [first, second] = [await door.raw(), await door.raw()];
      await until(() => door.listener.counts.connected === 2);
      await (await door.raw()).end();
      assert.match(door.problems.join(' '), /2 are open, which is the limit/);
      first.socket.destroy();
      second.socket.destroy();
      await until(() => door.listener.counts.connected === 0);
      assert.equal((await door.post('{"t":1}')).status, 204);
    });
  });
});
