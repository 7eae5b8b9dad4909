import assert from 'node:assert/strict';
import type { RefusalReason } from '../../../core/intake/refusal.ts';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { Door } from './door.ts';

describe('the HTTP listener', () => {
  const door = Door.each();

  describe('refusing', () => {
    it('says in JSON what is wrong with a body and where, and offers nothing', async () => {
      const { status, headers, error } = await door.post('{"t":1,}');
      assert.deepEqual([status, headers.get('content-type'), error.code, error.reason], [400, 'application/json', 'HOLDFAST_DECODE', 'syntax']);
      assert.match(error.message ?? '', /The payload is not JSON/);
      assert.equal(error.position, 7);
      assert.deepEqual([door.intake.deliveries, door.intake.counted], [[], ['http p1 syntax']]);
    });

    it('refuses what cannot be a reading with the reason of the decoder', async () => {
      const bodies: [string | Uint8Array, string][] = [['', 'empty'], ['{}', 'empty'], ['{"t":[1]}', 'type'], ['{"__proto__":1}', 'forbidden-key'], [Buffer.from([0x22, 0xff, 0x22]), 'encoding'], [`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`, 'depth']];
      const reasons = [];
      for (const [body] of bodies) {
        const { status, error } = await door.post(body);
        assert.equal(status, 400);
        reasons.push(error.reason);
      }
      assert.deepEqual(reasons, bodies.map(([, reason]) => reason));
      assert.deepEqual([door.intake.deliveries.length, door.listener.counts], [0, { ...door.listener.counts, acknowledged: 0, refused: 6 }]);
    });

    it('asks who it is of a stranger, and counts it to nobody', async () => {
      for (const authorization of ['', 'Basic', 'Basic !!!', 'Basic cDE=', 'Digest x', `Bearer ${door.secretOf('p1')}`, 'Bearer p1:wrong', `Bearer p2:${door.secretOf('p1')}`]) {
        const { status, headers, error } = await door.post('{"t":1}', { headers: { authorization } });
        assert.deepEqual([status, headers.get('www-authenticate'), error.reason], [401, 'Basic realm="holdfast", charset="UTF-8"', 'login'], authorization);
      }
      assert.deepEqual([...new Set(door.intake.counted)], ['http - login']);
      assert.equal(door.intake.deliveries.length, 0);
    });

    it('takes a bearer of id and secret, and ids that hold a colon', async () => {
      for (const authorization of [`Bearer p1:${door.secretOf('p1')}`, `bearer urn:p:3:${door.secretOf('urn:p:3')}`, door.basic('urn:p:3')]) {
        assert.equal((await door.post('{"t":1}', { headers: { authorization } })).status, 204);
      }
      assert.equal((await door.post('{"t":1}', { id: 'urn:p:3', path: '/devices/urn%3Ap%3A3/telemetry' })).status, 204);
      assert.deepEqual(door.intake.deliveries.map(({ device }) => device), ['p1', 'urn:p:3', 'urn:p:3', 'urn:p:3']);
    });

    it('lets nobody send for a device that is not its own', async () => {
      const cases: [string, string, number][] = [
        ['p1', '/devices/p1/telemetry', 204], ['p1', '/devices/p2/telemetry', 403], ['p1', '/devices/c1/telemetry', 403],
        ['gate', '/devices/c2/telemetry', 204], ['gate', '/devices/p1/telemetry', 403], ['gate', '/devices/gate/telemetry', 403], ['gate', '/telemetry', 403],
        ['app', '/telemetry', 403], ['app', '/devices/p1/telemetry', 403],
      ];
      for (const [id, path, status] of cases) {
        const reply = await door.post('{"t":1}', { id, path });
        assert.deepEqual([reply.status, reply.error.reason], [status, status === 403 ? 'forbidden' : undefined], `${id} ${path}`);
      }
      assert.deepEqual(door.intake.deliveries.map(({ device, principal }) => `${principal} for ${device}`), ['p1 for p1', 'gate for c2']);
      assert.deepEqual([...new Set(door.intake.counted)], ['http p1 forbidden', 'http gate forbidden', 'http app forbidden']);
    });

    it('lets a principal in no more once it has been removed, also on a connection that is open', async () => {
      const client = await door.raw();
      await client.send(door.request('{"t":1}')).answers(1);
      const request = door.request('{"t":2}');
      door.registry.remove('p1');
      assert.deepEqual(await client.send(request).answers(2), [204, 401]);
    });

    it('takes a new secret in place of the former one within seconds, also on a connection that is open', async () => {
      const clock = new ManualClock(1_764_000_000_000);
      await door.reopen({ clock });
      const client = await door.raw();
      const former = door.request('{"t":1}');
      assert.deepEqual(await client.send(former).answers(1), [204]);
      door.issue('p1');
      clock.advance(10_000);
      assert.deepEqual(await client.send(former).answers(2), [204, 401]);
      assert.deepEqual(await client.send(door.request('{"t":1}')).answers(3), [204, 401, 204]);
    });

    it('tells an address whose logins go on failing to wait, and still takes a right one from there', async () => {
      const clock = new ManualClock(1_764_000_000_000);
      await door.reopen({ clock, failedLogins: 3 });
      const wrong = { headers: { authorization: 'Bearer p1:wrong' } };
      for (let count = 0; count < 3; count += 1) assert.equal((await door.post('{"t":1}', wrong)).status, 401);
      const { status, headers, error } = await door.post('{"t":1}', wrong);
      assert.deepEqual([status, headers.get('retry-after'), headers.get('connection'), error.reason], [429, '60', 'close', 'login']);
      assert.equal((await door.post('{"t":1}')).status, 204);
      clock.advance(60_000);
      assert.equal((await door.post('{"t":1}', wrong)).status, 401);
    });

    it('knows few addresses, and the methods that each takes', async () => {
      for (const path of ['/', '/telemetry/', '/devices/telemetry', '/devices//telemetry', '/devices/p1/telemetry/x', '/devices/%zz/telemetry', '/healthy']) {
        assert.equal((await fetch(door.url + path, { method: 'POST', body: '{}' })).status, 404, path);
      }
      for (const method of ['GET', 'PUT', 'DELETE', 'OPTIONS']) {
        const { status, headers } = await fetch(`${door.url}/telemetry`, { method });
        assert.deepEqual([status, headers.get('allow')], [405, 'POST'], method);
      }
      const { status, headers } = await fetch(`${door.url}/health`, { method: 'POST', body: '{}' });
      assert.deepEqual([status, headers.get('allow'), door.intake.counted], [405, 'GET, HEAD', []]);
    });

    it('says that it is well, and nothing else, to whoever asks', async () => {
      const response = await fetch(`${door.url}/health`);
      assert.deepEqual([response.status, await response.text()], [200, '{"status":"ok"}']);
      const head = await fetch(`${door.url}/health`, { method: 'HEAD' });
      assert.deepEqual([head.status, head.headers.get('content-length'), await head.text()], [200, '15', '']);
    });

    it('does not take a media type or coding that it cannot read, or a key that is none', async () => {
      const cases: [Record<string, string>, number, string][] = [
        [{ 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-format'], [{ 'content-type': 'application/json; charset=latin1' }, 415, 'unsupported-format'],
        [{ 'content-encoding': 'br' }, 415, 'unsupported-format'], [{ 'content-encoding': 'gzip, gzip' }, 415, 'unsupported-format'],
        [{ 'content-encoding': 'gzip' }, 400, 'syntax'], [{ 'content-encoding': 'deflate' }, 400, 'syntax'],
        [{ 'idempotency-key': '""' }, 400, 'bad-request'], [{ 'idempotency-key': '"a' }, 400, 'bad-request'], [{ 'idempotency-key': 'x'.repeat(256) }, 400, 'bad-request'], [{ 'idempotency-key': 'a, b' }, 400, 'bad-request'],
      ];
      for (const [headers, status, reason] of cases) {
        const reply = await door.post('{"t":1}', { headers });
        assert.deepEqual([reply.status, reply.error.reason], [status, reason], JSON.stringify(headers));
      }
      assert.equal(door.intake.deliveries.length, 0);
    });

    it('asks for a body, in a form whose end can be told', async () => {
      const client = await door.raw();
      assert.deepEqual(await client.send(door.head('X: 1')).answers(1), [411]);
      assert.deepEqual(await client.send(door.head('Content-Length: 0')).answers(2), [411, 400]);
      assert.equal(door.intake.deliveries.length, 0);
    });

    it('tells why the intake refused, and when to come again', async () => {
      const cases: [RefusalReason, number | undefined, number, string | null][] = [
        ['rate', 1, 429, '1'], ['rate', 1_001, 429, '2'], ['fair-share', 500, 503, '1'], ['inbox-full', 5_000, 503, '5'], ['disk', 2_000, 503, '2'], ['stopping', 0, 503, '1'],
        ['device-quarantined', undefined, 403, null], ['too-large', undefined, 413, null], ['unsupported-format', undefined, 415, null], ['replayed', undefined, 409, null], ['syntax', undefined, 400, null],
      ];
      for (const [reason, retryAfter, status, shown] of cases) {
        door.intake.refusal = { reason, message: `Because of ${reason}.`, ...(retryAfter === undefined ? {} : { retryAfter }) };
        const reply = await door.post('{"t":1}');
        assert.deepEqual([reply.status, reply.headers.get('retry-after'), reply.error], [status, shown, { code: 'HOLDFAST_REFUSED', reason, message: `Because of ${reason}.` }]);
      }
      assert.deepEqual([door.listener.counts.acknowledged, door.listener.counts.refused, door.intake.counted], [0, cases.length, []]);
    });

    it('goes on serving when the intake or the registry fails', async () => {
      const { intake, registry } = door;
      const broken = (): never => {
        throw new Error('It broke.');
      };
      await door.reopen({ intake: { offer: broken, refused: intake.refused.bind(intake) } });
      assert.equal((await door.post('{"t":1}')).status, 500);
      await door.reopen({ registry: { authenticate: broken, find: broken, isChild: broken } });
      const { status, headers } = await door.post('{"t":1}');
      assert.deepEqual([status, headers.get('retry-after')], [503, '5']);
      assert.match(door.problems.join(' '), /It broke\./);
      await door.reopen({ registry });
      assert.equal((await door.post('{"t":1}')).status, 204);
    });
  });
});
