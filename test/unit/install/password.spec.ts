import assert from 'node:assert/strict';
import { checkPassword, makePassword } from '../../../core/install/password.ts';
import { hashPassword, isPasswordHash, passwordMatches } from '../../../core/install/password-hash.ts';

const SOURCE = 'HOLDFAST_ADMIN_PASSWORD';

describe('a password for the editor', () => {
  for (const [weak, reason] of [
    ['Tr0ub4dor&3', 'has 11 characters and needs at least 12'],
    ['', 'has 0 characters'],
    ['x7Kq'.repeat(65), 'more than 256'],
    ['my-Admin-gate-77', '"admin"'],
    ['the Holdfast gate', '"holdfast"'],
    ['aaaaaaaaaaaaaaaa', 'different characters'],
    ['abababababababab', 'different characters'],
    ['k3xq9mk3xq9mk3xq9', 'repeats'],
    ['abcdefghijklmnop', 'neighbouring'],
    ['9876543210987654', 'neighbouring'],
    ['Password123456', 'common'],
    ['qwertyuiop2024', 'common'],
    ['letmein!letmein1', 'common'],
    ['correcthorsebatterystaple', 'common'],
    ['gate kqzx\nvw 41', 'control character'],
  ] as const) {
    it(`such as ${JSON.stringify(weak.slice(0, 20))} is refused: ${reason}`, () => {
      assert.throws(
        () => checkPassword(weak, SOURCE),
        (error: Error & { code?: string }) => error.code === 'HOLDFAST_CONFIG' && error.message.startsWith(SOURCE) && error.message.includes(reason) && (weak === '' || !error.message.includes(weak)),
      );
    });
  }

  for (const strong of ['seven brown kettles sing', 'pVx3-kQ8z-Lm2w', 'Grüße an die Küstenwache', 'welcome to the harbour office']) {
    it(`such as "${strong}" is taken`, () => checkPassword(strong, SOURCE));
  }

  it('that Holdfast makes has 24 characters of 32, none alike, and is another one each time', () => {
    const made = new Set(Array.from({ length: 200 }, makePassword));
    assert.equal(made.size, 200);
    for (const password of made) assert.match(password, /^([a-km-np-z2-9]{6}-){3}[a-km-np-z2-9]{6}$/);
    const used = new Set([...made].join('').replaceAll('-', ''));
    assert.equal(used.size, 32);
    for (const alike of 'lo01') assert.ok(!used.has(alike));
  });

  it('is known again from its hash, and no other is', async () => {
    const hash = hashPassword('seven brown kettles sing');
    assert.match(hash, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    assert.ok(!hash.includes('kettles'));
    assert.equal(await passwordMatches('seven brown kettles sing', hash), true);
    assert.equal(await passwordMatches('seven brown kettles sinG', hash), false);
    assert.equal(await passwordMatches('', hash), false);
  });

  it('is hashed with a salt of its own', () => assert.notEqual(hashPassword('seven brown kettles sing'), hashPassword('seven brown kettles sing')));

  it('is the same whether an accent comes as one code point or as two', async () => {
    assert.equal(await passwordMatches('cafe\u0301 am hafen 7', hashPassword('caf\u00e9 am hafen 7')), true);
  });

  it('is known from a hash of the reference implementation', async () => {
    // phc-winner-argon2, src/test.c: argon2id, version 0x13, t=2, m=2^16, p=1.
    const hash = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
    assert.equal(await passwordMatches('password', hash), true);
    assert.equal(await passwordMatches('passwork', hash), false);
  });

  for (const broken of ['', 'plain', '$2a$08$zZWtXTja0fB1pzD4sHCMyOCMYz2Z6dNbM6tl8sJogENOMcxWV9DN.', '$argon2id$v=19$m=9999999,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']) {
    it(`matches nothing when its hash is ${JSON.stringify(broken.slice(0, 24))}`, async () => {
      assert.equal(isPasswordHash(broken), false);
      assert.equal(await passwordMatches('seven brown kettles sing', broken), false);
    });
  }
});
