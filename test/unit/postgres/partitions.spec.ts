import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { partitionFor } from '../../../core/store/postgres/partitions.ts';
import type { Partition } from '../../../core/store/postgres/partitions.ts';
import { KEEP_ALL } from '../../../core/store/retention.ts';
import type { Retention } from '../../../core/store/retention.ts';
import { Postgres, requirePostgres } from '../../support/postgres.ts';
import { sampleOf } from '../store-contract/samples.ts';
import { openPostgres, START } from '../store-contract/stores.ts';
import type { StoreUnderTest } from '../store-contract/stores.ts';

const DAY = 86_400_000;
const WEEK = 7 * DAY;
const MEBIBYTE = 1 << 20;
const EVER = { from: -Infinity, to: Infinity };

describe('A partition of readings', () => {
  it('holds the time it is made for, and overlaps no other, whatever comes in whatever order while time goes on', () => {
    const time = fc.integer({ min: -60, max: 1 }).map((weeks) => START + weeks * WEEK);
    fc.assert(fc.property(fc.array(fc.tuple(time, fc.integer({ min: 0, max: 40 })), { maxLength: 30 }), (late) => {
      const made: Partition[] = [];
      let now = START;
      for (const [ts, weeks] of late) {
        now += weeks * WEEK;
        const at = ts + (now - START);
        if (made.some(({ from, to }) => at >= from && at < to)) continue;
        const partition = partitionFor(made, at, now);
        assert.ok(partition.from <= at && at < partition.to);
        for (const { from, to } of made) assert.ok(partition.to <= from || partition.from >= to, 'two overlap');
        made.push(partition);
      }
      assert.equal(new Set(made.map(({ name }) => name)).size, made.length);
    }));
  });
});

describe('The partitions of a store in PostgreSQL', function () {
  this.timeout(60_000);
  let server: Postgres;
  let tested: StoreUnderTest;
  let schema = '';

  before(async function () {
    server = await Postgres.start(requirePostgres(this));
  });
  after(() => server?.remove());
  beforeEach(async () => {
    tested = openPostgres(server);
    await tested.store.count();
    schema = String((await server.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'test%'"))[0]?.['nspname']);
  });
  afterEach(() => tested.remove());

  async function partitions(): Promise<Array<[name: string, rows: number]>> {
    const found = await server.query(`SELECT tableoid::regclass::text AS name, count(*)::int AS rows FROM ${schema}.reading GROUP BY 1 ORDER BY 1`);
    return found.map(({ name, rows }) => [String(name).replace(`${schema}.`, ''), Number(rows)]);
  }

  async function write(...times: number[]): Promise<void> {
    const samples = times.map((ts) => sampleOf('a', ts, { t: 1 }));
    for (let from = 0; from < samples.length; from += 20_000) assert.equal(await tested.write(...samples.slice(from, from + 20_000)), undefined);
  }

  function retain(retention: Partial<Retention>, maximumBytes = Infinity): void {
    tested.store.retain({ of: () => ({ ...KEEP_ALL, ...retention }), maximumBytes });
  }

  it('are a week each, a year for what comes very late, and one for the times that no sound clock has', async () => {
    await write(START, START + 8 * DAY, START - WEEK, START - 300 * DAY, START - 301 * DAY, START + 60 * DAY, -5, 8.64e15);
    assert.deepEqual(await partitions(), [['reading_20230101_20231106', 2], ['reading_20231225_20240101', 1], ['reading_20240101_20240108', 1], ['reading_20240108_20240115', 1], ['reading_other', 3]]);
  });

  it('take over what came ahead of its time', async () => {
    await write(START, START + 30 * DAY, START + 31 * DAY, START + 200 * DAY);
    await tested.pass(28 * DAY);
    assert.deepEqual(await partitions(), [['reading_20240101_20240108', 1], ['reading_20240129_20240205', 2], ['reading_other', 1]]);
    assert.equal(await tested.store.count(), 4);
  });

  it('go whole when all they hold is too old, into rollups', async () => {
    await write(...Array.from({ length: 70 }, (_, day) => START - day * DAY));
    await tested.write(sampleOf('a', START - 60 * DAY, { t: 7 }, { received: START }));
    const edges = [START - 100 * DAY, START - 50 * DAY, START + DAY];
    const before = (await tested.store.buckets({ device: 'a', metric: 't', edges })).buckets;
    retain({ readings: 60 * DAY, day: Infinity });
    await tested.pass(5 * 60_000);
    // The last week that is to go is kept until all of it may.
    assert.deepEqual([await tested.store.count(), tested.store.counts.expired], [64, 6]);
    assert.ok((await server.query(`SELECT count(*)::int AS n FROM ${schema}.reading WHERE ts < ${START - 63 * DAY}`))[0]?.['n'] === 0);
    const { buckets, readingsFrom } = await tested.store.buckets({ device: 'a', metric: 't', edges });
    assert.deepEqual(buckets, before);
    assert.equal(readingsFrom, START - 63 * DAY);
    await tested.pass(70 * DAY);
    assert.deepEqual([await tested.store.count(), tested.store.counts.expired, await tested.store.superseded({ device: 'a', metric: 't', ...EVER })], [0, 70, []]);
    assert.deepEqual((await tested.store.buckets({ device: 'a', metric: 't', edges })).buckets, before);
    const weeks = await server.query(`SELECT relname FROM pg_class WHERE relnamespace = '${schema}'::regnamespace AND relkind = 'r' AND relname LIKE 'reading_202%'`);
    assert.ok(weeks.every(({ relname }) => String(relname) >= 'reading_20240108'), JSON.stringify(weeks));
  });

  it('go oldest first at the bound, which is told once and counted', async () => {
    await write(...Array.from({ length: 40_000 }, (_, index) => START - 4 * WEEK + index * 55_000));
    retain({}, 4 * MEBIBYTE);
    await tested.pass(5 * 60_000);
    const left = await tested.store.count();
    assert.ok(left > 5_000 && left < 36_000, `${left} are left`);
    assert.equal(tested.store.counts.dropped, 40_000 - left);
    const { bytes = Infinity, problem } = tested.store.health();
    assert.ok(bytes <= 4 * MEBIBYTE);
    assert.match(problem ?? '', /has reached its bound of 4 MiB/);
    assert.deepEqual(tested.problems.map(({ message }) => message), [problem]);
    assert.equal((await tested.store.latest('a'))['t']?.ts, START - 4 * WEEK + 39_999 * 55_000);
  });

  it('keep the newest readings at the bound where there is but one', async () => {
    await write(...Array.from({ length: 60_000 }, (_, index) => START + index));
    retain({ day: Infinity }, 4 * MEBIBYTE);
    await tested.pass(5 * 60_000);
    const left = await tested.store.count();
    assert.ok(left > 15_000 && left < 60_000, `${left} are left`);
    assert.equal(tested.store.counts.dropped, 60_000 - left);
    const [oldest] = await tested.store.range({ device: 'a', metric: 't', ...EVER, limit: 1 });
    assert.equal(oldest?.ts, START + 60_000 - left);
    assert.equal((await tested.store.buckets({ device: 'a', metric: 't', edges: [START, START + DAY] })).buckets[0]?.count, 60_000);
    await tested.pass(10 * 60_000);
    assert.equal(await tested.store.count(), left);
  });
});
