import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeForwarded, eachForwardedLine } from '../../../core/decode/forwarded.ts';
import { DecodeError } from '../../../core/decode/index.ts';
import { entryOfSample } from '../../../core/forward/entry.ts';
import type { Delivery } from '../../../core/intake/delivery.ts';
import { offerForwarded } from '../../../core/intake/forwarded-batch.ts';
import type { Refusal } from '../../../core/intake/refusal.ts';
import { samplesOfRecord } from '../../../core/intake/samples-of-record.ts';
import { offerForwardedPublish } from '../../../core/mqtt/forwarding.ts';
import type { Values } from '../../../core/sample/sample.ts';
import { Door } from '../http/door.ts';
import { IntakeFixture, KEPT } from '../intake/intake-fixture.ts';
import { reading } from './fixture.ts';

const lineOf = (device: string, number: number, more: object = {}): string => JSON.stringify({ device, id: `${device}/s${number}-x`, ts: 1_764_000_000_000 + number, values: { number }, ...more });

describe('POST /forward', () => {
  const door = Door.each();
  const post = (lines: string[], options: Parameters<Door['post']>[1] = {}): ReturnType<Door['post']> => door.post(lines.join('\n'), { id: 'gate', path: '/forward', ...options, headers: { 'content-type': 'application/x-ndjson', ...options.headers } });

  it('takes samples of several children, each a delivery of its own, and answers when all are kept', async () => {
    door.intake.hold = true;
    const answer = post([lineOf('c1', 1), lineOf('c2', 2), lineOf('c1', 3)]);
    while (door.intake.waiting.length < 3) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(door.intake.deliveries.map(({ device, principal, format, topic }) => [device, principal, format, topic]), ['c1', 'c2', 'c1'].map((device) => [device, 'gate', 'forwarded', '/forward']));
    assert.deepEqual(door.intake.deliveries.map(({ attempt }) => [attempt?.packet, attempt?.repeated]), [['c1/s1-x 1764000000001', false], ['c2/s2-x 1764000000002', false], ['c1/s3-x 1764000000003', false]]);
    door.intake.answer();
    assert.equal((await answer).status, 204);
  });

  it('inflates, and believes whoever says that something may have come before', async () => {
    const reply = await door.post(gzipSync(lineOf('c1', 1)), { id: 'gate', path: '/forward', headers: { 'content-type': 'application/x-ndjson', 'content-encoding': 'gzip', 'holdfast-repeated': '1' } });
    assert.equal(reply.status, 204);
    assert.equal(door.intake.deliveries[0]?.attempt?.repeated, true);
  });

  it('is for gateways alone, and for their children alone; nothing of a batch with another device is kept', async () => {
    for (const id of ['p1', 'app']) {
      const reply = await post([lineOf('p1', 1)], { id });
      assert.deepEqual([reply.status, reply.error.reason], [403, 'forbidden']);
      assert.ok(!('device' in reply.error), 'no sample is to blame');
    }
    const reply = await post([lineOf('c1', 1), lineOf('p1', 2)]);
    assert.deepEqual([reply.status, (reply.error as { device?: string }).device], [403, 'p1']);
    assert.match((await post([lineOf('gate', 1)])).error.message ?? '', /is the gateway itself/);
    assert.equal((await post([lineOf('c1', 1)], { id: 'nobody' })).status, 401);
    assert.equal((await door.post(null, { id: 'gate', path: '/forward', method: 'GET' })).status, 405);
    assert.deepEqual(door.intake.deliveries, []);
  });

  it('refuses what cannot be read, and names the line', async () => {
    for (const bad of ['{"device":"c1"}', 'nonsense', lineOf('c1', 1, { ts: 'now' }), lineOf('c1', 1, { values: {} }), lineOf('c1', 1, { metrics: { number: { q: 7 } } }), lineOf('c1', 1, { metrics: { other: {} } })]) {
      const reply = await post([lineOf('c1', 1), bad]);
      assert.equal(reply.status, 400, bad);
      assert.match(reply.error.message ?? '', /^Line 2: /);
    }
    assert.deepEqual(door.intake.deliveries, []);
  });

  it('passes on why the intake refuses, when to come again, and of which device', async () => {
    door.intake.refusal = { reason: 'rate', message: 'Too fast.', retryAfter: 7_000 };
    const reply = await post([lineOf('c1', 1), lineOf('c2', 2)]);
    assert.deepEqual([reply.status, reply.headers.get('retry-after'), (reply.error as { device?: string }).device], [429, '7', 'c1']);
    assert.equal(door.intake.deliveries.length, 1, 'what stands behind it would overtake it');
  });
});

describe('forwarded samples at the intake', () => {
  let fixture: IntakeFixture;
  afterEach(() => fixture.dispose());

  function forward(lines: string[], repeated = false): { refusal?: Refusal; device?: string; outcome?: string } {
    const told: { refusal?: Refusal; device?: string; outcome?: string } = {};
    const batch = { via: 'http' as const, principal: 'edge', topic: '/forward', lines: [...eachForwardedLine(lines.join('\n'))], repeated, deviceOf: ({ device }: { device: string }) => device };
    const steps = offerForwarded(fixture.intake, batch, (refusal, device) => Object.assign(told, { outcome: refusal?.reason ?? KEPT }, refusal && { refusal }, device !== undefined && { device }));
    assert.equal([...steps].length, 0, 'so few are offered at once');
    fixture.clock.advance(4);
    return told;
  }

  it('are kept once when the acknowledgement was lost, however they are put together again, and marked as historical by then', () => {
    fixture = new IntakeFixture();
    assert.equal(forward([lineOf('a', 1), lineOf('a', 2), lineOf('b', 1)]).outcome, KEPT);
    assert.equal(forward([lineOf('a', 1, { historical: true }), lineOf('a', 2, { historical: true })], true).outcome, KEPT);
    assert.equal(forward([lineOf('b', 1, { historical: true }), lineOf('b', 2)], true).outcome, KEPT);
    assert.equal(fixture.files.inbox.ledger.inFlight, 4);
    assert.equal(fixture.files.inbox.ledger.read().total.duplicate, 3);
  });

  it('are recognised after a restart as well', () => {
    fixture = new IntakeFixture();
    forward([lineOf('a', 1)]);
    fixture.crash();
    forward([lineOf('a', 1, { historical: true }), lineOf('a', 2)], true);
    assert.equal(fixture.files.inbox.ledger.inFlight, 2);
  });

  it('stop at the first that is over the limit of its device, and go on there the next time', () => {
    fixture = new IntakeFixture({ limits: { messagesPerSecond: 2, burst: 1 } });
    const lines = [1, 2, 3, 4].map((number) => lineOf('a', number));
    const { refusal, device } = forward(lines);
    assert.deepEqual([refusal?.reason, device], ['rate', 'a']);
    assert.equal(fixture.files.inbox.ledger.inFlight, 2);
    fixture.clock.advance(refusal?.retryAfter ?? 0);
    fixture.clock.advance(1_000);
    forward(lines, true);
    assert.equal(fixture.files.inbox.ledger.inFlight, 4);
  });
});

describe('a forwarded sample in the inbox', () => {
  const record = (payload: string, device = 'press-1'): Parameters<typeof samplesOfRecord>[0] => ({ via: 'http', received: 1_764_000_100_000, device, principal: 'edge', topic: '/forward', payload: Buffer.from(payload), format: 'forwarded' });

  it('is the sample that was sent: id, time, number, readings, quality', () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0), fc.maxSafeInteger(), fc.string({ unit: 'grapheme' }), fc.boolean(), fc.constant(null));
    const name = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 }).filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text));
    fc.assert(
      fc.property(fc.dictionary(name, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true }), fc.integer({ min: -1e12, max: 1_764_000_000_000 }), fc.boolean(), fc.constantFrom(1 as const, 2 as const, 3 as const, 4 as const, 9 as const), (values: Values, ts, historical, q) => {
        const metrics = Object.fromEntries(Object.keys(values).map((metric) => [metric, { unit: 'Cel', q, flags: ['stale'], raw: 'x', tests: { gap_test: 1 as const, spike_test: q } }]));
        const sent = { id: 'press-1/s1-x', device: 'press-1', ts, received: ts, tsSource: 'server' as const, seq: 1, values, metrics, src: { via: 'mqtt' as const }, ...(historical && { historical }) };
        const { received: _received, src: _src, ...arrived } = samplesOfRecord(record(Buffer.from(entryOfSample(sent).line).toString()), 7, '')[0] ?? assert.fail();
        const { received: _sentReceived, src: _sentSrc, ...expected } = sent;
        // JSON knows no negative zero.
        assert.deepEqual(arrived, { ...expected, values: JSON.parse(JSON.stringify(values)) as Values });
      }),
    );
  });

  it('keeps its id, but for a position in the other inbox, which is told apart from those of this one', () => {
    const idOf = (id: string): string | undefined => samplesOfRecord(record(JSON.stringify({ device: 'press-1', id, ts: 1, values: { a: 1 } })), 7, '')[0]?.id;
    assert.deepEqual(['press-1/s4-x', 'press-1/t4-x', 'press-1/p41', 'made up'].map(idOf), ['press-1/s4-x', 'press-1/t4-x', 'press-1/p41@edge', 'made up@edge']);
  });

  it('becomes readings of its device when it is an alarm', () => {
    const [sample] = samplesOfRecord(record(JSON.stringify({ kind: 'alarm', device: 'press-1', id: 'x/raised', ts: 5, alarm: { alarm: 'Overheating', state: 'raised', severity: 'high', message: 'Hot.', value: 91 } })), 7, '');
    assert.deepEqual(sample?.values, { 'alarm.Overheating': 'raised', 'alarm.Overheating.severity': 'high', 'alarm.Overheating.message': 'Hot.', 'alarm.Overheating.value': 91 });
  });

  it('goes to quarantine where its device is another than the one that it was kept for', () => {
    assert.throws(() => samplesOfRecord(record(lineOf('stranger', 1), 'edge'), 7, ''), (error: unknown) => error instanceof DecodeError && /The sample is of stranger, for which edge may not send/.test(error.message));
  });

  it('goes to quarantine where a gateway sends it as its own', () => {
    assert.throws(() => samplesOfRecord(record(lineOf('edge', 1), 'edge'), 7, ''), /The sample is of edge, which is the gateway itself/);
  });

  it('is refused when its id is no text that a database keeps as it is', () => {
    for (const id of ['a\ud800', 'a\u0000b', 'a\nb']) assert.throws(() => decodeForwarded(JSON.stringify({ device: 'c1', id, ts: 1, values: { a: 1 } })), /^DecodeError: Line 1: id of a forwarded sample must be/, JSON.stringify(id));
  });

  it('is refused when a number is too large to be kept, instead of becoming null', () => {
    assert.throws(() => decodeForwarded('{"device":"c1","id":"x","ts":1,"values":{"a":1e400}}'), /^DecodeError: Line 1: values of a forwarded sample must be/);
    assert.throws(() => decodeForwarded('{"device":"c1","id":"x","ts":1,"values":{"a":1},"metrics":{"a":{"raw":1e400}}}'), /metrics.a.raw of a forwarded sample must be/);
    for (const tests of ['{"gap_test":7}', '{"Gap test":1}', '[1]']) assert.throws(() => decodeForwarded(`{"device":"c1","id":"x","ts":1,"values":{"a":1},"metrics":{"a":{"tests":${tests}}}}`), /metrics.a.tests of a forwarded sample must be/);
  });

  it('is refused when a reading stands in it twice, since one would get lost', () => {
    for (const text of ['{"device":"c1","id":"x","ts":1,"values":{"a":1,"a":2}}', '{"device":"c1","device":"c2","id":"x","ts":1,"values":{"a":1}}']) {
      assert.throws(() => decodeForwarded(text), (error: unknown) => error instanceof DecodeError && error.reason === 'duplicate-key');
    }
    assert.equal(decodeForwarded('{"device":"c:1","id":"x:\\"y\\":","ts":1,"values":{"a:":":"},"metrics":{"a:":{"flags":["x:y"]}},"more":[{"b":{}}]}').length, 1);
  });

  it('is refused with a sentence, whatever it holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string(), fc.record({ device: fc.anything(), id: fc.anything(), ts: fc.anything(), values: fc.anything(), metrics: fc.anything(), alarm: fc.anything() }, { requiredKeys: [] }).map((object) => JSON.stringify(object) ?? '')), (text) => {
        try {
          decodeForwarded(text);
        } catch (error) {
          assert.ok(error instanceof DecodeError, String(error));
        }
      }),
    );
    assert.throws(() => decodeForwarded('{"device":"a","id":"b","ts":1,"values":{"__proto__":1}}'), DecodeError);
  });
});

describe('a publish on the topic forward', () => {
  const offered = (payload: Uint8Array, children: string[]): Delivery[] => {
    const deliveries: Delivery[] = [];
    const steps = offerForwardedPublish({ offer: (delivery, answer) => (deliveries.push(delivery), answer()) }, { principal: 'edge', payload, repeated: true }, (device) => children.includes(device), () => undefined);
    assert.equal([...steps].length, 0, 'so few are offered at once');
    return deliveries;
  };

  it('is taken plain or inflated, and keeps for the gateway what it may not send for', () => {
    const text = [lineOf('c1', 1), lineOf('p1', 2)].join('\n');
    for (const payload of [Buffer.from(text), gzipSync(text)]) {
      assert.deepEqual(offered(payload, ['c1']).map(({ device, attempt }) => [device, attempt?.repeated]), [['c1', true], ['edge', true]]);
    }
  });

  it('is kept whole where it cannot be read', () => {
    for (const payload of [Buffer.from('nonsense'), Buffer.from([0x1f, 0x8b, 1, 2])]) {
      const [delivery, ...more] = offered(payload, ['c1']);
      assert.deepEqual([delivery?.device, delivery?.format, Buffer.from(delivery?.payload ?? []), more.length], ['edge', 'forwarded', payload, 0]);
    }
  });

  it('is what the queue holds', () => {
    assert.equal(offered(Buffer.from(reading('c1', 1).line), ['c1'])[0]?.device, 'c1');
  });
});
