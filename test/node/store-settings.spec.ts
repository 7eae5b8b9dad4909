import assert from 'node:assert/strict';
import type { Node, NodeAPI } from 'node-red';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import backend from '../../nodes/backend/backend.ts';
import { storeChoice } from '../../nodes/backend/store-settings.ts';
import type { StoreSettings } from '../../nodes/backend/store-settings.ts';
import { readConfig } from '../../nodes/harness/config.ts';

describe('where a backend keeps its readings', () => {
  const settings = (saved: object): StoreSettings => readConfig(backend.spec.config, saved);
  const red = (tls: Record<string, object>): NodeAPI => ({ nodes: { getNode: (id: string) => tls[id] } }) as unknown as NodeAPI;
  const node = { credentials: { postgresUser: 'holdfast', postgresPassword: 'secret' } } as unknown as Node;

  it('is its directory, for a flow that was saved before there was a choice', () => {
    assert.deepEqual(storeChoice(red({}), node, settings({})), { kind: 'embedded' });
  });

  it('is the database that the dialog names, with the login from the credentials', () => {
    const choice = storeChoice(red({}), node, settings({ storage: 'postgresql', postgresHost: ' db.local ', postgresPort: '5433', postgresTimeout: 10 }));
    assert.ok(choice.kind === 'postgresql');
    assert.deepEqual(choice.connection, { host: 'db.local', port: 5_433, database: 'holdfast', schema: 'holdfast', user: 'holdfast', password: 'secret', poolSize: 4, timeout: 10_000 });
    const chance = choice.random();
    assert.ok(chance >= 0 && chance < 1);
  });

  it('is reached by TLS with what the TLS configuration says, and nothing else of it', () => {
    const chosen = { valid: true, addTLSOptions: () => ({ ca: 'CA', cert: '', key: Buffer.from('KEY'), passphrase: '', servername: 'db', rejectUnauthorized: true, ALPNProtocols: ['mqtt'] }) };
    const choice = storeChoice(red({ t: chosen }), node, settings({ storage: 'postgresql', postgresHost: 'db', postgresTls: 't' }));
    assert.ok(choice.kind === 'postgresql');
    assert.deepEqual(choice.connection.tls, { ca: 'CA', key: Buffer.from('KEY'), servername: 'db', rejectUnauthorized: true });
  });

  it('trusts whoever answers only where the TLS configuration says so', () => {
    for (const [given, checks] of [[undefined, true], [true, true], [false, false]] as const) {
      const choice = storeChoice(red({ t: { addTLSOptions: () => ({ rejectUnauthorized: given }) } }), node, settings({ storage: 'postgresql', postgresHost: 'db', postgresTls: 't' }));
      assert.ok(choice.kind === 'postgresql');
      assert.equal(choice.connection.tls?.rejectUnauthorized, checks);
    }
  });

  it('is refused with a TLS configuration that is not there, or cannot be used', () => {
    const saved = settings({ storage: 'postgresql', postgresHost: 'db', postgresTls: 't' });
    assert.throws(() => storeChoice(red({}), node, saved), (error) => error instanceof ConfigError && error.field === 'postgresTls' && /does not exist/.test(error.message));
    assert.throws(() => storeChoice(red({ t: { valid: false, addTLSOptions: () => ({}) } }), node, saved), /cannot be used: a certificate or key is missing/);
  });

  for (const [saved, says] of [[{ storage: 'cloud' }, /storage is "cloud"\. Choose one of: embedded, postgresql/], [{ postgresPort: 0 }, /postgresPort is "0"/], [{ postgresPoolSize: 1 }, /between 2 and 100/], [{ retention: { readings: 0 } }, /readings, is 0/], [{ storeSize: -1 }, /storeSize is "-1"/]] as const) {
    it(`is refused for ${JSON.stringify(saved)}`, () => {
      assert.throws(() => settings(saved), says);
    });
  }
});
