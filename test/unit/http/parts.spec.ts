import assert from 'node:assert/strict';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { credentialsOf } from '../../../core/http/credentials.ts';
import { inflate } from '../../../core/http/inflate.ts';
import { routeOf } from '../../../core/http/route.ts';

describe('credentials', () => {
  it('are read from Basic and Bearer alike, for any id that may be issued', () => {
    const ids = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/);
    const secrets = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/);
    fc.assert(
      fc.property(ids, secrets, (id, secret) => {
        assert.deepEqual(credentialsOf(`Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`), { id, secret });
        assert.deepEqual(credentialsOf(`Bearer ${id}:${secret}`), { id, secret });
      }),
    );
  });

  it('are none, or some, of any text', () => {
    fc.assert(fc.property(fc.string(), (text) => void credentialsOf(text)));
    assert.equal(credentialsOf(undefined), undefined);
  });
});

describe('a request target', () => {
  it('may be in absolute form, with a query and percent-encoded', () => {
    assert.deepEqual(routeOf('POST', 'http://gateway.example:8080/devices/a%3Ab/telemetry?x=/telemetry'), { kind: 'telemetry', device: 'a:b', path: '/devices/a%3Ab/telemetry' });
  });

  it('is read without an error, whatever it is', () => {
    fc.assert(fc.property(fc.string(), (text) => void [routeOf('POST', text), routeOf('POST', `/${text}`), routeOf('GET', `/devices/${text}/telemetry`)]));
  });
});

describe('inflating', () => {
  it('gives back what was compressed, up to the cap to the byte', () => {
    const body = Buffer.from('{"t":1}'.repeat(100));
    const inflated = inflate(gzipSync(body), 'gzip', body.length);
    assert.ok(inflated instanceof Uint8Array);
    assert.deepEqual(Buffer.from(inflated), body);
    const over = inflate(gzipSync(body), 'gzip', body.length - 1);
    assert.ok('status' in over && over.status === 413);
  });
});
