import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { compactStore } from '../../../core/maintenance/compact.ts';
import { verifyDirectory } from '../../../core/maintenance/verify.ts';
import type { Sample } from '../../../core/sample/sample.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';

describe('compacting a store', () => {
  const clock = new ManualClock(1_000);
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'holdfast-compact-'));
    // Sealed after every sample, in chunks of eight: as many small chunks as there can be.
    use((store) => {
      for (let ts = 0; ts < 300; ts += 1) {
        store.write([sampleOf(ts)], () => undefined);
        clock.advance(2);
        if (ts % 8 === 7 || ts === 299) store.seal();
      }
    });
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const sampleOf = (ts: number): Sample => ({ id: `a/${ts}`, device: 'a', ts, received: 1, tsSource: 'device', src: { via: 'mqtt' }, values: { m: Math.sin(ts), text: `t${ts % 7}`, flag: ts % 2 === 0 }, metrics: { m: { q: 1, unit: 'Cel' } } });

  function use<Result>(work: (store: SqliteStore) => Result): Result {
    const store = new SqliteStore({ path: join(directory, 'store.sqlite'), clock, chunkReadings: 8, problem: () => undefined });
    try {
      return work(store);
    } finally {
      store.close();
    }
  }

  function query(sql: string): Array<Record<string, unknown>> {
    const database = new DatabaseSync(join(directory, 'store.sqlite'));
    try {
      return database.prepare(sql).all();
    } finally {
      database.close();
    }
  }

  const content = (): unknown => use((store) => store.series().map((series) => [series, store.range({ ...series, from: -1, to: 1e9 }), store.latest('a')[series.metric]]));

  async function findings(): Promise<string[]> {
    const found: string[] = [];
    for await (const verdict of verifyDirectory(directory, true)) found.push(...verdict.findings.map(({ problem }) => problem));
    return found;
  }

  function damage(metric: string): void {
    const database = new DatabaseSync(join(directory, 'store.sqlite'));
    const row = database.prepare(`SELECT chunk_data.id AS id, chunk_data.data AS data FROM chunk JOIN chunk_data ON chunk_data.id = chunk.data JOIN series ON series.id = chunk.series WHERE metric = ? ORDER BY first_ts DESC LIMIT 1`).get(metric);
    const data = row?.['data'] as Uint8Array;
    data[data.length - 1]! ^= 1;
    database.prepare('UPDATE chunk_data SET data = ? WHERE id = ?').run(data, Number(row?.['id']));
    database.close();
  }

  it('joins small chunks, gives back the room, and changes no answer', async () => {
    const before = content();
    const [{ n: chunks } = {}] = query('SELECT count(*) AS n FROM chunk');
    const { bytesBefore, bytesAfter, chunksRewritten, chunksWritten } = compactStore({ directory, clock });
    assert.ok(Number(chunks) > 100);
    assert.deepEqual(query('SELECT count(*) AS n FROM chunk')[0]?.['n'], 6);
    assert.ok(chunksRewritten >= Number(chunks) && chunksWritten <= 6 && bytesAfter < bytesBefore);
    assert.deepEqual(content(), before);
    assert.deepEqual(await findings(), []);
    assert.equal(compactStore({ directory, clock }).chunksWritten, 0);
  });

  it('writes chunks of an older version in that of today', async () => {
    compactStore({ directory, clock });
    const before = content();
    // One chunk of version 1: of the first series, its times and truth values.
    const [row] = query(`SELECT series, first_ts, count, chunk.data AS id FROM chunk JOIN series ON series.id = chunk.series WHERE metric = 'flag' ORDER BY first_ts LIMIT 1`);
    const count = Number(row?.['count']);
    const start = Buffer.alloc(8);
    start.writeDoubleLE(Number(row?.['first_ts']));
    const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, value >> 7]);
    const times = [2, ...Array.from({ length: count - 2 }, () => 0)];
    const kinds = Array.from({ length: count }, (_, index) => [(2 << 4) | ((Number(row?.['first_ts']) + index) % 2 === 0 ? 2 : 1), 1]).flat();
    const body = Buffer.concat([Buffer.from(varint(count)), start, Buffer.from(times), Buffer.from(kinds)]);
    const head = Buffer.alloc(5);
    head[0] = 1;
    head.writeUInt32LE(crc32(body), 1);
    const database = new DatabaseSync(join(directory, 'store.sqlite'));
    database.prepare('UPDATE chunk_data SET data = ? WHERE id = ?').run(Buffer.concat([head, body]), Number(row?.['id']));
    database.close();
    assert.deepEqual(content(), before, 'the chunk of version 1 is not what it should be');
    assert.equal(compactStore({ directory, clock }).chunksWritten, 1);
    assert.deepEqual(query('SELECT DISTINCT hex(substr(data, 1, 1)) AS version FROM chunk_data'), query(`SELECT '02' AS version`));
    assert.deepEqual(content(), before);
    assert.deepEqual(await findings(), []);
  });

  it('leaves damaged readings where they are, and tells of them', async () => {
    damage('m');
    const told: string[] = [];
    compactStore({ directory, clock, problem: ({ message }) => told.push(message) });
    assert.match(told.join(' '), /readings of "m" of "a" .* are damaged/);
    assert.equal((await findings()).length, 1);
  });

  it('moves damaged readings to a file when asked to, and the store is sound', async () => {
    damage('m');
    const file = join(directory, 'damaged.jsonl');
    const { movedOut, readingsMovedOut } = compactStore({ directory, clock, damagedTo: file });
    const [line] = readFileSync(file, 'utf8').trimEnd().split('\n').map((one) => JSON.parse(one) as Record<string, unknown>);
    assert.deepEqual([movedOut, line?.['device'], line?.['metric'], line?.['readings'], typeof line?.['data']], [1, 'a', 'm', readingsMovedOut, 'string']);
    assert.deepEqual(await findings(), []);
    assert.equal(use((store) => store.range({ device: 'a', metric: 'm', from: 0, to: 1e9 }).length), 300 - readingsMovedOut);
    assert.equal(use((store) => store.latest('a')['m']?.ts), 299 - readingsMovedOut);
    assert.throws(() => compactStore({ directory, clock, damagedTo: file }), /exists already/);
  });

  it('says that there is no store where there is none', () => {
    const empty = mkdtempSync(join(tmpdir(), 'holdfast-compact-'));
    assert.throws(() => compactStore({ directory: empty, clock }), /There is no store\.sqlite/);
    assert.equal(existsSync(join(empty, 'store.sqlite')), false);
    rmSync(empty, { recursive: true });
  });
});
