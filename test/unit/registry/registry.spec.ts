import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { PrincipalError } from '../../../core/registry/principal.ts';
import type { PrincipalKind } from '../../../core/registry/principal.ts';
import { openRegistry } from '../../../core/registry/registry.ts';
import type { Registry } from '../../../core/registry/registry.ts';
import { StorageError } from '../../../core/sqlite/storage-error.ts';

describe('the registry', () => {
  let folder: string;
  let registry: Registry;
  const clock = new ManualClock(1_700_000_000_000);
  const opened: Registry[] = [];
  const open = (): Registry => {
    const one = openRegistry(folder, clock);
    opened.push(one);
    return one;
  };
  const issue = (id: string, kind: PrincipalKind = 'device', children: string[] = []): string => registry.issue({ id, kind, children }).secret;

  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'holdfast-registry-')), 'made');
    registry = open();
  });
  afterEach(() => {
    for (const one of opened.splice(0)) one.close();
    rmSync(join(folder, '..'), { recursive: true, force: true });
  });

  it('lets in who has the secret, as what it was issued, also after a restart and with the secret as bytes', () => {
    const { secret } = registry.issue({ id: 'press-7', kind: 'device', profile: 'press' });
    for (const one of [registry, open()]) {
      assert.deepEqual(one.authenticate('press-7', secret), { id: 'press-7', kind: 'device', profile: 'press', children: [] });
      assert.deepEqual(one.authenticate('press-7', Buffer.from(secret)), one.find('press-7'));
    }
  });

  it('keeps out whoever has no secret, another one, or no name', () => {
    const secret = issue('press-7');
    issue('press-8');
    for (const wrong of ['', secret.slice(0, -1), `${secret} `, secret.toLowerCase(), 'x'.repeat(100_000)]) assert.equal(registry.authenticate('press-7', wrong), undefined);
    for (const name of ['press-8', 'nobody', '', '__proto__', 'constructor', 'PRESS-7', 'press-7\0']) assert.equal(registry.authenticate(name, secret), undefined, name);
    // Of an unknown id the hash that its secret is compared with is all zeros: no secret has that hash.
    assert.equal(registry.authenticate('nobody', Buffer.alloc(32)), undefined);
  });

  it('makes secrets of 256 bits, each its own, and none of them stands in a file', () => {
    const secrets = Array.from({ length: 20 }, (_, index) => issue(`d${index}`));
    assert.equal(new Set(secrets).size, 20);
    for (const secret of secrets) assert.match(secret, /^[A-Za-z0-9_-]{43}$/);
    const bytes = Buffer.concat(readdirSync(folder).map((name) => readFileSync(join(folder, name))));
    assert.ok(bytes.includes('d19'), 'the files that were read are not those of the registry');
    for (const secret of secrets) {
      assert.equal(bytes.includes(secret), false);
      assert.equal(bytes.includes(Buffer.from(secret, 'base64url')), false);
    }
  });

  it('gives a new secret on request, and the old one is worth nothing from then on', () => {
    const old = issue('press-7');
    const { secret } = registry.issue({ id: 'press-7', kind: 'gateway', profile: 'hub', children: ['a'] });
    assert.equal(registry.authenticate('press-7', old), undefined);
    assert.deepEqual(registry.authenticate('press-7', secret), { id: 'press-7', kind: 'gateway', profile: 'hub', children: ['a'] });
    assert.equal(registry.list().length, 1);
  });

  it('knows whom a gateway may send for, and nobody else may', () => {
    issue('gate', 'gateway', ['a', 'b']);
    issue('a');
    assert.deepEqual([registry.isChild('gate', 'a'), registry.isChild('gate', 'c'), registry.isChild('a', 'a'), registry.isChild('nobody', 'a')], [true, false, false, false]);
    assert.throws(() => issue('x', 'device', ['a']), (error: unknown) => error instanceof PrincipalError && /cannot have children/.test(error.message));
  });

  it('keeps the tags of a device, also with a new secret, another profile or after a restart', () => {
    registry.issue({ id: 'press-7', kind: 'device', profile: 'press', tags: ['hall-2', ' line a ', 'hall-2'] });
    const { secret } = registry.issue({ id: 'press-7', kind: 'device', profile: 'press' });
    const expected = { id: 'press-7', kind: 'device', profile: 'old press', children: [], tags: ['hall-2', 'line a'] };
    assert.deepEqual(registry.update('press-7', { profile: 'old press' }), expected);
    for (const one of [registry, open()]) assert.deepEqual([one.authenticate('press-7', secret), one.list()], [expected, [expected]]);
    registry.update('press-7', { tags: [] });
    for (const one of opened) assert.deepEqual(one.list(), [{ id: 'press-7', kind: 'device', profile: 'old press', children: [] }]);
  });

  it('finds devices by id, profile and tag, all that is given', () => {
    registry.issue({ id: 'press-2', kind: 'device', profile: 'press', tags: ['hall-2'] });
    registry.issue({ id: 'press-1', kind: 'device', profile: 'press', tags: ['hall-1', 'old'] });
    registry.issue({ id: 'van-1', kind: 'device', profile: 'van', tags: ['old'] });
    registry.issue({ id: 'hub', kind: 'gateway', children: ['van-1'], tags: ['old'] });
    for (const [criteria, found] of [
      [{}, ['press-1', 'press-2', 'van-1']],
      [{ profile: 'press' }, ['press-1', 'press-2']],
      [{ tag: 'old' }, ['press-1', 'van-1']],
      [{ tag: 'old', profile: 'press' }, ['press-1']],
      [{ ids: ['van-1', 'press-2', 'nobody'], tag: 'old' }, ['van-1']],
      [{ tag: 'constructor' }, []],
    ] as const) assert.deepEqual(registry.devicesOf(criteria), found, JSON.stringify(criteria));
  });

  it('keeps to which version of its contract a device is pinned, over restarts and new secrets, until it gets another profile or none is wanted', () => {
    registry.issue({ id: 'press-7', kind: 'device', profile: 'press' });
    registry.update('press-7', { contractVersion: 2 });
    registry.issue({ id: 'press-7', kind: 'device', profile: 'press' });
    registry.update('press-7', { tags: ['hall-2'] });
    for (const one of [registry, open()]) assert.equal(one.find('press-7')?.contractVersion, 2);
    registry.update('press-7', { profile: 'saw' });
    for (const one of [registry, open()]) assert.equal(one.find('press-7')?.contractVersion, undefined, 'it is the version of another contract');
    registry.update('press-7', { contractVersion: 3 });
    registry.update('press-7', { contractVersion: null });
    for (const one of [registry, open()]) assert.equal('contractVersion' in (one.find('press-7') ?? {}), false);
    registry.update('press-7', { contractVersion: 3 });
    registry.issue({ id: 'press-7', kind: 'device', profile: 'press' });
    for (const one of [registry, open()]) assert.equal(one.find('press-7')?.contractVersion, undefined);
  });

  it('pins only devices, and only to what can be a version', () => {
    issue('press-7');
    issue('hub', 'gateway', ['press-7']);
    for (const version of [0, -1, 1.5, 1_000_001, Number.NaN, '2', true, {}]) {
      assert.throws(() => registry.update('press-7', { contractVersion: version as number }), (error: unknown) => error instanceof PrincipalError && /contractVersion is .* or null for the newest/.test(error.message), String(version));
    }
    assert.throws(() => registry.update('hub', { contractVersion: 1 }), /"hub" is a gateway, and only a device can be pinned/);
  });

  it('takes no tags that cannot be told apart, and no more than sixteen', () => {
    for (const tags of [[''], ['a,b'], ['a\nb'], ['x'.repeat(65)], Array.from({ length: 17 }, (_, index) => `t${index}`), [7], 'hall-2', null, [{}]]) {
      assert.throws(() => registry.issue({ id: 'press-7', kind: 'device', tags: (tags ?? 'null') as string[] }), (error: unknown) => error instanceof PrincipalError && /tag/.test(error.message), JSON.stringify(tags));
    }
    assert.deepEqual(registry.list(), []);
    assert.throws(() => registry.update('press-7', { tags: ['hall-2'] }), /There is no "press-7" to change/);
  });

  it('forgets who is removed, at once and for good', () => {
    const secret = issue('press-7');
    assert.deepEqual([registry.remove('press-7'), registry.remove('press-7')], [true, false]);
    assert.deepEqual([registry.authenticate('press-7', secret), registry.find('press-7'), registry.list(), open().list()], [undefined, undefined, [], []]);
  });

  it('sees what another process issues, renews and removes while it runs', () => {
    const old = issue('renewed');
    issue('removed');
    const other = open();
    const { secret } = other.issue({ id: 'new', kind: 'device' });
    const renewed = other.issue({ id: 'renewed', kind: 'device' }).secret;
    other.remove('removed');
    assert.equal(registry.authenticate('new', secret)?.id, 'new');
    assert.deepEqual([registry.authenticate('renewed', old), registry.authenticate('renewed', renewed)?.id], [undefined, 'renewed']);
    assert.deepEqual(registry.list().map(({ id }) => id), ['new', 'renewed']);
  });

  it('takes only ids that can stand in a topic, a file name and a URL', () => {
    for (const id of ['a', 'A1', 'press-7', '0', 'a.b:c_d-e', 'x'.repeat(64)]) assert.ok(issue(id));
    for (const id of ['', '-a', '.', '..', '_a', ':a', 'a/b', 'a b', 'a+b', 'a#', '$SYS', 'é', 'a\n', 'a\0', '../a', 'x'.repeat(65), undefined, 7, null, ['a']]) {
      assert.throws(() => issue(id as string), (error: unknown) => error instanceof PrincipalError && error.code === 'HOLDFAST_PRINCIPAL', String(id));
      assert.throws(() => issue('gate', 'gateway', [id as string]), PrincipalError, String(id));
    }
    assert.throws(() => issue('a', 'admin' as PrincipalKind), /Use device, gateway or application/);
    assert.equal(registry.find('gate'), undefined);
  });

  it('knows with what each principal signs, also after a restart and a second after another process gave it a new secret', () => {
    const keyOf = (secret: string): string => createHmac('sha256', secret).update('holdfast coap v1').digest('hex');
    const hex = (one: Registry): string | undefined => (one.signingKey('press-7') ? Buffer.from(one.signingKey('press-7')!).toString('hex') : undefined);
    const other = open();
    const secret = issue('press-7');
    clock.advance(1_000);
    for (const one of [registry, other, open()]) assert.equal(hex(one), keyOf(secret));
    const renewed = other.issue({ id: 'press-7', kind: 'device' }).secret;
    clock.advance(1_000);
    assert.equal(hex(registry), keyOf(renewed));
    other.remove('press-7');
    clock.advance(1_000);
    assert.deepEqual([hex(registry), registry.signingKey('nobody')], [undefined, undefined]);
  });

  it('of the version before lets everyone in as it did, who cannot sign before they have a new secret', () => {
    const secret = issue('press-7');
    const file = new DatabaseSync(join(folder, 'registry.sqlite'));
    file.exec('ALTER TABLE principal DROP COLUMN signing_key; ALTER TABLE principal DROP COLUMN tags; ALTER TABLE principal DROP COLUMN contract_version; PRAGMA user_version=1');
    file.close();
    const migrated = open();
    assert.equal(migrated.authenticate('press-7', secret)?.id, 'press-7');
    assert.equal(migrated.signingKey('press-7'), undefined);
    migrated.issue({ id: 'press-7', kind: 'device' });
    assert.equal(migrated.signingKey('press-7')?.length, 32);
  });

  it('whose file says what cannot be is refused as damaged', () => {
    issue('press-7');
    for (const damage of [`kind = 'admin'`, `children = '{'`, `secret_hash = x'00'`, `signing_key = x'00'`]) {
      const file = new DatabaseSync(join(folder, 'registry.sqlite'));
      const before = file.prepare('SELECT kind, children, secret_hash, signing_key FROM principal').get();
      file.exec(`UPDATE principal SET ${damage}`);
      assert.throws(open, (error: unknown) => error instanceof StorageError && error.code === 'HOLDFAST_STORAGE_DAMAGED' && /press-7/.test(error.message), damage);
      file.prepare('UPDATE principal SET kind = ?, children = ?, secret_hash = ?, signing_key = ?').run(String(before?.['kind']), String(before?.['children']), before?.['secret_hash'] as Uint8Array, before?.['signing_key'] as Uint8Array);
      file.close();
    }
    assert.equal(open().list().length, 1);
  });

  it('takes 2,000 principals without reading all of them again for each', () => {
    issue('first');
    const first = registry.find('first');
    for (let count = 0; count < 2_000; count += 1) issue(`d${count}`);
    assert.equal(registry.list().length, 2_001);
    assert.equal(registry.find('first'), first, 'it was read again');
  }).timeout(60_000);
});
