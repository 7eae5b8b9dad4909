import assert from 'node:assert/strict';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../../core/clock/clock.ts';
import { ConfigError } from '../../../core/errors/holdfast-error.ts';
import type { Sample } from '../../../core/sample/sample.ts';
import { isDiskAtFault, StorageError } from '../../../core/sqlite/storage-error.ts';
import { openPool } from '../../../core/store/postgres/connection.ts';
import type { PostgresConnection } from '../../../core/store/postgres/connection.ts';
import { PostgresStore } from '../../../core/store/postgres/postgres-store.ts';
import { until } from '../../support/mosquitto.ts';
import { freePorts } from '../../support/node-red-process.ts';
import { Postgres, requirePostgres } from '../../support/postgres.ts';
import { sampleOf } from '../store-contract/samples.ts';
import { connectionTo, START } from '../store-contract/stores.ts';

const EVER = { from: -Infinity, to: Infinity };

describe('A store in PostgreSQL', function () {
  this.timeout(60_000);
  let server: Postgres;
  const opened: PostgresStore[] = [];
  let problems: Error[] = [];

  before(async function () {
    server = await Postgres.start(requirePostgres(this));
  });
  after(() => server?.remove());
  beforeEach(() => (problems = []));
  afterEach(() => opened.splice(0).forEach((store) => store.close()));

  function open(more: Partial<PostgresConnection> = {}): PostgresStore {
    const store = new PostgresStore({ connection: connectionTo(server, more), clock: systemClock, random: () => 0, problem: (error) => problems.push(error) });
    opened.push(store);
    return store;
  }

  function write(store: PostgresStore, ...samples: Sample[]): Promise<Error | undefined> {
    return new Promise((resolve) => store.write(samples, resolve));
  }

  async function refusal(more: Partial<PostgresConnection>): Promise<string> {
    const error = await write(open(more), sampleOf('a', START, { t: 1 }));
    assert.ok(error instanceof StorageError && isDiskAtFault(error), String(error));
    assert.deepEqual(problems, [error]);
    return error.message;
  }

  it('tells whoever writes or asks that the server is away, itself once, and goes on when it is back', async () => {
    const store = open();
    assert.equal(await write(store, sampleOf('a', START, { t: 0 })), undefined);
    await server.stop('SIGKILL');
    const told = await write(store, sampleOf('a', START + 1, { t: 1 }));
    assert.ok(told instanceof StorageError && told.failure === 'UNAVAILABLE' && isDiskAtFault(told));
    assert.match(told.message, /^The database postgresql:\/\/127\.0\.0\.1:\d+\/holdfast cannot be reached: .* Samples wait in the inbox until it is back\.$/);
    await assert.rejects(store.count(), StorageError);
    for (let attempt = 0; attempt < 50; attempt += 1) assert.ok((await write(store, sampleOf('a', START + 1, { t: 1 }))) instanceof StorageError);
    assert.equal(store.health().available, false);
    await server.start();
    await until(() => store.health().available, 'it has found the server by itself');
    assert.equal(await write(store, sampleOf('a', START + 1, { t: 1 })), undefined);
    assert.deepEqual((await store.range({ device: 'a', metric: 't', ...EVER })).map(({ value }) => value), [0, 1]);
    assert.equal(problems.length, 1);
    assert.equal(store.health().problem, undefined);
  });

  it('has each reading once that was told to be committed, whenever the server was killed, also when it is written again', async () => {
    const store = open();
    const committed = new Set<number>();
    let next = 0;
    let ends = false;
    const device = async (): Promise<void> => {
      while (!ends) {
        const n = next++;
        while ((await write(store, sampleOf('a', START + n, { t: n }), sampleOf('b', START - n, { t: n }))) !== undefined) await wait(20);
        committed.add(n);
      }
    };
    const devices = Array.from({ length: 20 }, device);
    for (let kill = 1; kill <= 3; kill += 1) {
      const goal = committed.size + 200;
      await until(() => committed.size >= goal, 'some are committed');
      await server.stop('SIGKILL');
      await wait(100);
      await server.start();
    }
    ends = true;
    await Promise.all(devices);
    for (const name of ['a', 'b']) {
      const values = (await store.range({ device: name, metric: 't', ...EVER, limit: Infinity })).map(({ value }) => Number(value));
      assert.deepEqual(values.toSorted((a, b) => a - b), Array.from({ length: next }, (_, n) => n));
    }
    assert.deepEqual([await store.count(), committed.size, await store.superseded({ device: 'a', metric: 't', ...EVER })], [2 * next, next, []]);
  });

  it('opens before the server is there', async () => {
    await server.stop();
    const store = open();
    assert.ok((await write(store, sampleOf('a', START, { t: 1 }))) instanceof StorageError);
    await server.start();
    await until(() => store.health().available, 'it has found the server');
    assert.equal(await write(store, sampleOf('a', START, { t: 1 })), undefined);
  });

  it('loses no sample when the server ends a connection of the pool', async () => {
    const store = open();
    assert.equal(await write(store, sampleOf('a', START, { t: 1 })), undefined);
    await server.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'holdfast'");
    await until(async () => (await write(store, sampleOf('a', START + 1, { t: 2 }))) === undefined, 'it is written');
    assert.equal(await store.count(), 2);
  });

  it('says what is wrong with password, database, port and rights', async () => {
    assert.match(await refusal({ password: 'wrong' }), /refuses the user or the password/);
    problems = [];
    assert.match(await refusal({ database: 'other' }), /has no database of this name/);
    problems = [];
    const [port = 0] = await freePorts(1);
    assert.match(await refusal({ port }), /ECONNREFUSED/);
    problems = [];
    await server.query("CREATE ROLE reader LOGIN PASSWORD 'reader'");
    assert.match(await refusal({ user: 'reader', password: 'reader' }), /lacks a right.*GRANT CREATE ON DATABASE/);
  });

  it('works for a user that owns nothing but its schema', async () => {
    await server.query("CREATE ROLE owner LOGIN PASSWORD 'owner'");
    await server.query('CREATE SCHEMA theirs AUTHORIZATION owner');
    const store = open({ user: 'owner', password: 'owner', schema: 'theirs' });
    assert.equal(await write(store, sampleOf('a', START, { t: 1 }), sampleOf('a', Date.now(), { t: 1 })), undefined);
    assert.equal(await store.delete({ device: 'a' }), 2);
    assert.deepEqual(problems, []);
  });

  it('leaves a schema of a newer Holdfast alone', async () => {
    await server.query('CREATE SCHEMA newer');
    await server.query('CREATE TABLE newer.layout AS SELECT 99 AS version, 0::bigint AS deletions');
    assert.match(await refusal({ schema: 'newer' }), /written by a newer Holdfast \(layout 99/);
  });

  it('refuses a server that does not put on disk what it commits, and asks any other to', async function () {
    const careless = await Postgres.start(requirePostgres(this), ['fsync = off']);
    try {
      assert.match(await refusal({ port: careless.port }), /has fsync off.*Set fsync = on/);
    } finally {
      await careless.remove();
    }
    await server.query('ALTER DATABASE holdfast SET synchronous_commit = off');
    try {
      const store = open({ schema: 'careful' });
      await server.query('CREATE TABLE public.seen (how text)');
      assert.equal(await write(store, sampleOf('a', START, { t: 1 })), undefined);
      await server.query(`CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$`);
      await server.query('CREATE TRIGGER note AFTER INSERT ON careful.tally FOR EACH STATEMENT EXECUTE FUNCTION public.note()');
      assert.equal(await write(store, sampleOf('a', START + 1, { t: 1 })), undefined);
      assert.deepEqual(await server.query('SELECT how FROM public.seen'), [{ how: 'on' }]);
    } finally {
      await server.query('ALTER DATABASE holdfast RESET synchronous_commit');
    }
  });

  it('encrypts when it is told to, and does not trust whoever answers', async () => {
    const trusting = open({ tls: { rejectUnauthorized: true, ca: server.certificate } });
    assert.equal(await write(trusting, sampleOf('a', START, { t: 1 })), undefined);
    const encrypted = await server.query("SELECT bool_and(ssl) AS all FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = 'holdfast'");
    assert.deepEqual(encrypted, [{ all: true }]);
    assert.match(await refusal({ tls: { rejectUnauthorized: true } }), /cannot be reached: .*certificate/);
  });

  it('refuses settings that cannot work, before anything is asked of the server', () => {
    for (const [more, says] of [[{ host: '' }, /has no PostgreSQL server/], [{ schema: 'a"; DROP' }, /postgresSchema is "a"; DROP"\. Use/], [{ poolSize: 1 }, /at least 2/]] as const) {
      assert.throws(() => open(more), (error) => error instanceof ConfigError && says.test(error.message));
    }
  });

  it('says how to get the library when it is not installed', async () => {
    await assert.rejects(openPool(connectionTo(server), 1, () => Promise.reject(new Error('Cannot find package'))), /the library pg is not installed\. Run "npm install pg"/);
  });

  it('goes on writing while all other connections are busy, and ends what nobody wants any more', async function () {
    const store = open({ poolSize: 2, schema: 'busy' });
    assert.equal(await write(store, sampleOf('a', START, { t: 1 })), undefined);
    // A question that takes a minute.
    await server.query('ALTER TABLE busy.rollup RENAME TO kept');
    await server.query(`INSERT INTO busy.kept SELECT ${START}, 60000, 1, 0, 0, null, null, 0, 0, 0, 0, null, null, id, 3, 3, null, null FROM busy.series`);
    await server.query('CREATE VIEW busy.rollup AS SELECT * FROM busy.kept WHERE pg_sleep(60)::text IS NOT NULL');
    const aborted = new AbortController();
    const question = store.buckets({ device: 'a', metric: 't', edges: [START, START + 1], signal: aborted.signal });
    await wait(200);
    for (let n = 1; n < 20; n += 1) assert.equal(await write(store, sampleOf('a', START + n, { t: n })), undefined);
    aborted.abort(new Error('nobody wants it'));
    await assert.rejects(question, /nobody wants it/);
    assert.equal(await store.count(), 20);
    assert.deepEqual([problems, store.health().available], [[], true]);
  });

  it('lets several write one schema, and counts what both have', async () => {
    const [one, other] = [open({ schema: 'shared' }), open({ schema: 'shared' })];
    const samples = Array.from({ length: 200 }, (_, index) => sampleOf(`d${index % 5}`, START + (index >> 1) * 1_000, { t: index, u: 1 }));
    for (const part of [samples.slice(0, 100), samples.slice(50)]) assert.deepEqual(await Promise.all([write(one, ...part), write(other, ...part)]), [undefined, undefined]);
    const readings = await server.query('SELECT count(*)::int AS n FROM shared.reading');
    assert.equal(await one.count(), readings[0]?.['n']);
    assert.equal(one.counts.stored + other.counts.stored, readings[0]?.['n']);
    assert.deepEqual([one.counts.stored + one.counts.duplicates + one.counts.corrected, other.counts.stored + other.counts.duplicates + other.counts.corrected], [500, 500]);
  });
});
