import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { Door } from './door.ts';

const CONNECTIONS = 1_500;

/** A seeded generator of whole numbers below `below`: mulberry32, Tommy Ettinger, public domain. */
function seeded(seed: number): (below: number) => number {
  let state = seed | 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * below);
  };
}

describe('the HTTP listener', () => {
  const door = Door.each({ maximumBodySize: 10_000, maximumConnections: 1_000 });

  it(`answers or closes each of ${CONNECTIONS} connections with mutated requests, and serves on`, async () => {
    const random = seeded(20_261_122);
    const gzip = gzipSync('{"t":1}');
    const whole = [
      door.request('{"t":1}'),
      door.request('[{"ts":1764000000000,"t":1.5},{"t":"x"}]'),
      `${door.head('Transfer-Encoding: chunked')}3;x=1\r\n{"t\r\n4\r\n":2}\r\n0\r\nTrailer: x\r\n\r\n`,
      door.head(`Content-Encoding: gzip\r\nContent-Length: ${gzip.length}`) + gzip.toString('latin1'),
      `${door.head('Expect: 100-continue\r\nContent-Length: 7\r\nIdempotency-Key: "k"')}{"t":3}`,
      'GET /health HTTP/1.1\r\nHost: h\r\n\r\n',
      `${door.head('Content-Length: 5', '/devices/%70%31/telemetry')}12345`,
    ].map((text) => Buffer.from(text, 'latin1'));

    const mutated = (): Buffer => {
      const parts = Array.from({ length: 1 + random(4) }, () => whole[random(whole.length)] ?? Buffer.alloc(0));
      let bytes = Buffer.concat(parts);
      for (let times = random(6); times > 0; times -= 1) {
        const at = random(bytes.length);
        const length = random(20);
        const kind = random(5);
        if (kind === 0) bytes[at] = random(256);
        else if (kind === 1) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        else if (kind === 2) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at)]);
        else if (kind === 3) bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(Array.from({ length }, () => random(256))), bytes.subarray(at)]);
        else bytes = bytes.subarray(0, at + 1);
      }
      return bytes;
    };

    let answers = 0;
    const one = async (): Promise<void> => {
      const client = await door.raw();
      const bytes = mutated();
      const cut = random(bytes.length);
      client.send(bytes.subarray(0, cut));
      if (random(10) === 0) client.socket.destroy();
      else {
        client.send(bytes.subarray(cut));
        client.socket.end();
      }
      await client.end();
      for (const status of client.statuses) assert.match(String(status), /^(?:100|200|204|400|401|403|404|405|408|411|413|415|417|429|431|501|505)$/);
      answers += client.statuses.length;
    };
    for (let count = 0; count < CONNECTIONS; count += 50) await Promise.all(Array.from({ length: 50 }, one));

    assert.ok(answers > CONNECTIONS / 2, `${answers} answers`);
    assert.equal((await door.post('{"t":1}')).status, 204);
    assert.doesNotMatch(door.problems.join(' '), /A request failed/);
    for (const { payload, device } of door.intake.deliveries) assert.ok(device === 'p1' && payload.length > 0);
  });
});
