import assert from 'node:assert/strict';
import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeSegment, encodeSegment } from '../../../core/forward/queue/segment-codec.ts';
import { compressed, HAS_ZSTD, jsonArray, jsonLines } from '../../../core/forward/target/encoding.ts';
import { outcomeOf } from '../../../core/forward/target/http-outcome.ts';
import { PublishTopicError, readPublishTopic } from '../../../core/forward/target/publish-topic.ts';
import { retryAfterOf } from '../../../core/forward/target/retry-after.ts';
import { reading } from './fixture.ts';

const NOW = Date.UTC(2026, 10, 22, 10);
const answer = (status: number, body = '', retryAfter?: string): ReturnType<typeof outcomeOf> => outcomeOf({ status, body, retryAfter }, NOW);

describe('what an HTTP answer means for a batch', () => {
  it('is delivered with any 2xx', () => {
    for (const status of [200, 201, 202, 204]) assert.deepEqual(answer(status), { kind: 'delivered' });
  });

  it('is refused where the body is to blame, with what the server said', () => {
    for (const status of [400, 409, 413, 414, 422, 431]) assert.equal(answer(status).kind, 'refused');
    assert.deepEqual(answer(400, '{"error":{"code":"HOLDFAST_DECODE","reason":"type","message":"Line 3: ts must be a number."}}'), { kind: 'refused', reason: 'Upstream answered 400. Line 3: ts must be a number.' });
  });

  it('is refused where a Holdfast refuses a device, and later where it refuses the login or the whole', () => {
    assert.equal(answer(403, '{"error":{"code":"HOLDFAST_REFUSED","reason":"forbidden","message":"no","device":"press-9"}}').kind, 'refused');
    assert.equal(answer(403, '{"error":{"code":"HOLDFAST_REFUSED","reason":"forbidden","message":"edge is a device"}}').kind, 'later');
    for (const status of [301, 401, 403, 404, 405, 407, 408, 415, 425, 429, 500, 502, 503]) assert.equal(answer(status, '{"a":1}').kind, 'later', String(status));
  });

  it('tells how long to wait', () => {
    assert.deepEqual(answer(429, '', '30'), { kind: 'later', reason: 'upstream answered 429.', retryAfter: 30_000 });
    assert.equal(retryAfterOf('Sun, 22 Nov 2026 10:01:00 GMT', NOW), 60_000);
    assert.equal(retryAfterOf('Sun, 22 Nov 2026 09:00:00 GMT', NOW), 0);
    assert.equal(retryAfterOf('999999999', NOW), 3_600_000);
    for (const header of [undefined, '', 'soon', '-1', '1e9']) assert.ok([undefined, 0, 3_600_000].includes(retryAfterOf(header, NOW)), header);
  });

  it('survives any body', () => {
    fc.assert(fc.property(fc.integer({ min: 100, max: 599 }), fc.oneof(fc.string(), fc.json()), (status, body) => void answer(status, body)));
  });
});

describe('what is sent', () => {
  const items = Array.from({ length: 50 }, (_, index) => reading('a', index));
  const said = items.map(({ line }) => JSON.parse(Buffer.from(line).toString()) as unknown);

  it('is one object a line, or one array', () => {
    assert.deepEqual(jsonLines(items).toString().split('\n').map((line): unknown => JSON.parse(line)), said);
    assert.deepEqual(JSON.parse(jsonArray(items).toString()), said);
    assert.deepEqual(JSON.parse(jsonArray([]).toString()), []);
  });

  it('comes out of every compression as it went in, and a small body is left as it is', () => {
    const body = jsonLines(items);
    const undo = { gzip: gunzipSync, deflate: inflateSync, ...(HAS_ZSTD && { zstd: zstdDecompressSync }) };
    for (const [coding, inflate] of Object.entries(undo)) {
      const packed = compressed(body, coding as 'gzip');
      assert.ok(packed.body.length < body.length / 2);
      assert.deepEqual(inflate(packed.body), body);
    }
    assert.equal(compressed(Buffer.from('{}'), 'gzip').coding, 'none');
  });

  it('goes to a topic of fixed parts and the device, whatever the device is called', () => {
    assert.equal(readPublishTopic('plant/{device}/in')('press-7'), 'plant/press-7/in');
    assert.equal(readPublishTopic('all')('press-7'), 'all');
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (device) => assert.match(readPublishTopic('a/{device}/b')(device), /^a\/[^/+#\0]*\/b$/)), { numRuns: 50 });
    for (const template of ['', '  ', 'a/+/b', 'a/#', '$SYS/x', 'a/{other}']) assert.throws(() => readPublishTopic(template), PublishTopicError);
  });
});

describe('a segment of the queue', () => {
  it('comes back from its bytes as it was', () => {
    const entry = fc.record({
      kind: fc.constant('reading' as const), device: fc.string({ unit: 'grapheme', maxLength: 70 }), id: fc.string({ unit: 'grapheme', maxLength: 300 }),
      ts: fc.double({ noNaN: true }), historical: fc.boolean(), line: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    }, { noNullPrototype: true });
    fc.assert(fc.property(fc.array(entry, { maxLength: 20 }), (entries) => assert.deepEqual(decodeSegment(encodeSegment(entries), 'reading'), entries)));
  });

  it('is found to be damaged, or read, and nothing else, when bytes are others', () => {
    const bytes = encodeSegment([reading('a', 1), reading('b', 2)]);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = value;
        try {
          decodeSegment(damaged, 'reading');
        } catch (error) {
          assert.ok(error instanceof Error);
        }
      }),
    );
  });
});
