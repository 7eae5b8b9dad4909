import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { Backend } from '../../../core/backend/backend.ts';
import { systemClock } from '../../../core/clock/clock.ts';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { backupDirectory } from '../../../core/maintenance/backup.ts';
import { verifyDirectory } from '../../../core/maintenance/verify.ts';
import type { FileVerdict } from '../../../core/maintenance/verify.ts';
import type { Sample } from '../../../core/sample/sample.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';

const fail = (error: unknown): never => {
  throw error;
};

describe('verifying the files of a backend', () => {
  let folder: string;
  let directory: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-verify-'));
    directory = join(folder, 'data');
    Backend.acquire(directory, systemClock, fail).release(fail);
    const clock = new ManualClock(1_000);
    const store = new SqliteStore({ path: join(directory, 'store.sqlite'), clock, chunkReadings: 8 });
    const write = (...samples: Sample[]): void => {
      store.write(samples, (error) => error && fail(error));
      clock.advance(2);
    };
    write(...Array.from({ length: 20 }, (_, ts) => sampleOf(ts, ts / 3)));
    write({ ...sampleOf(3, 99), received: 2_000 }, { ...sampleOf(4, -0), received: 2_000 });
    store.seal();
    write(sampleOf(30, 1), sampleOf(31, 2));
    store.close();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const sampleOf = (ts: number, m: number): Sample => ({
    id: `a/${ts}`, device: 'press-7', ts, received: 1_000, tsSource: 'device', src: { via: 'mqtt' }, values: { m, text: `t${ts % 3}`, on: ts % 2 === 0, gap: null }, metrics: { m: { q: ts % 4 === 0 ? 3 : 1, unit: 'Cel' } },
  });

  async function verdicts(of = directory, alone = true): Promise<FileVerdict[]> {
    const found: FileVerdict[] = [];
    for await (const verdict of verifyDirectory(of, alone)) found.push(verdict);
    return found;
  }

  const findings = async (): Promise<Array<Record<string, unknown>>> => (await verdicts()).flatMap((verdict) => verdict.findings.map((finding) => ({ file: verdict.name, ...finding })));

  function sql(...statements: string[]): void {
    const database = new DatabaseSync(join(directory, 'store.sqlite'));
    for (const statement of statements) database.exec(statement);
    database.close();
  }

  it('finds nothing in sound ones, reads every reading, and leaves no trace', async () => {
    const before = readdirSync(directory);
    const found = await verdicts();
    assert.deepEqual(found.map(({ name, findings: wrong }) => [name, wrong]), ['inbox.sqlite', 'state.sqlite', 'registry.sqlite', 'store.sqlite'].map((name) => [name, []]));
    const tally = found.at(-1)?.tally;
    assert.deepEqual([tally?.readings, tally?.logRows, tally?.superseded], [80, 1, 2]);
    assert.deepEqual(readdirSync(directory), before);
  });

  it('finds nothing in a sound backup, and in a changed one what has changed', async () => {
    await backupDirectory({ directory, to: join(folder, 'backup'), clock: systemClock });
    const before = readdirSync(join(folder, 'backup'));
    assert.deepEqual((await verdicts(join(folder, 'backup'))).flatMap((verdict) => verdict.findings), []);
    assert.deepEqual(readdirSync(join(folder, 'backup')), before);
    rmSync(join(folder, 'backup', 'state.sqlite'));
    assert.match((await verdicts(join(folder, 'backup'))).flatMap((verdict) => verdict.findings)[0]?.problem ?? '', /state\.sqlite/);
  });

  it('reads a backend that is in use', async () => {
    const backend = Backend.acquire(directory, systemClock, fail);
    backend.store.write([sampleOf(50, 5)], () => undefined);
    assert.deepEqual((await verdicts(directory, false)).flatMap((verdict) => verdict.findings), []);
    backend.release(fail);
  });

  it('names the device, the metric and the times of readings whose blob is damaged', async () => {
    const database = new DatabaseSync(join(directory, 'store.sqlite'));
    const row = database.prepare(`SELECT chunk.data AS id, chunk_data.data AS data FROM chunk JOIN chunk_data ON chunk_data.id = chunk.data JOIN series ON series.id = chunk.series WHERE metric = 'm' AND first_ts = 0`).get();
    const data = row?.['data'] as Uint8Array;
    data[data.length - 1]! ^= 1;
    database.prepare('UPDATE chunk_data SET data = ? WHERE id = ?').run(data, Number(row?.['id']));
    database.close();
    assert.deepEqual(await findings(), [{ file: 'store.sqlite', device: 'press-7', metric: 'm', from: 0, to: 7, readings: 8, problem: 'They cannot be read: its checksum is wrong.' }]);
  });

  for (const [what, statement, problem] of [
    ['readings that are gone', `DELETE FROM chunk_data WHERE id = (SELECT data FROM chunk WHERE first_ts = 8 LIMIT 1)`, /they are gone/],
    ['a sum that is not that of the readings', `UPDATE chunk SET sum = sum + 1 WHERE numbers > 0`, /do not come to what stands beside them/],
    ['a number of readings that is another one', `UPDATE series SET readings = readings + 1 WHERE metric = 'on'`, /counts 21 readings and has 20/],
    ['a newest reading that is not there', `UPDATE series SET newest = newest + 1 WHERE metric = 'on'`, /newest reading is of/],
    ['readings of nobody', `DELETE FROM series WHERE metric = 'gap'`, /which device and metric/],
    ['a commit in the log that is damaged', `UPDATE log SET data = CAST(substr(data, 1, length(data) - 1) || x'ee' AS BLOB)`, /A commit in the log cannot be read: its checksum is wrong/],
    ['a superseded reading with a note that is none', `UPDATE superseded SET note = '{'`, /superseded reading cannot be read/],
    ['what was set aside before', `INSERT INTO damaged (source, count, data) VALUES ('log', 7, x'00')`, /set aside/],
  ] as const) {
    it(`finds ${what}`, async () => {
      sql(statement);
      const found = await findings();
      assert.ok(found.length > 0, 'nothing was found');
      assert.match(String(found[0]?.['problem']), problem);
      assert.ok(found.every(({ file }) => file === 'store.sqlite'));
    });
  }

  it('says of a file that is torn that it is, and reads the others', async () => {
    const path = join(directory, 'registry.sqlite');
    const bytes = readFileSync(path);
    bytes.fill(0xaa, 200, Math.min(bytes.length, 6_000));
    writeFileSync(path, bytes);
    const found = await findings();
    assert.deepEqual([...new Set(found.map(({ file }) => file))], ['registry.sqlite']);
    writeFileSync(path, 'no database at all');
    assert.match(String((await findings())[0]?.['problem']), /cannot be read/);
  });
});

describe('a store that was written, sealed, deleted from and retained in whatever order', () => {
  it('is sound', async function () {
    this.timeout(60_000);
    const device = fc.constantFrom('a', 'b');
    const step = fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant('write' as const), device, from: fc.integer({ min: 0, max: 200 }), count: fc.integer({ min: 1, max: 40 }), m: fc.oneof(fc.double(), fc.constant('text'), fc.boolean(), fc.constant(null)) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('seal' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), device, from: fc.integer({ min: 0, max: 200 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('retain' as const), minutes: fc.integer({ min: 1, max: 100 }) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 100 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        const directory = mkdtempSync(join(tmpdir(), 'holdfast-verify-'));
        const clock = new ManualClock(200 * 60_000);
        const store = new SqliteStore({ path: join(directory, 'store.sqlite'), clock, chunkReadings: 8, problem: fail });
        let received = 1;
        for (const one of steps) {
          if (one.do === 'write') {
            received += 1;
            const samples = Array.from({ length: one.count }, (_, index) => ({ id: 'x', device: one.device, ts: (one.from + index) * 60_000, received, tsSource: 'device' as const, src: { via: 'mqtt' as const }, values: { m: one.m, n: index } }));
            store.write(samples, (error) => error && fail(error));
            clock.advance(2);
          } else if (one.do === 'seal') store.seal();
          else if (one.do === 'delete') {
            const deleted = store.delete({ device: one.device, from: one.from * 60_000 });
            for (let turn = 0; turn < 20; turn += 1) {
              clock.advance(10);
              await setImmediate();
            }
            await deleted;
          } else if (one.do === 'retain') store.retain({ of: () => ({ readings: one.minutes * 60_000, minute: Infinity, hour: Infinity, day: 0 }), maximumBytes: Infinity });
          else clock.advance(one.minutes * 60_000);
        }
        store.close();
        const found: unknown[] = [];
        for await (const verdict of verifyDirectory(directory, true)) found.push(...verdict.findings);
        rmSync(directory, { recursive: true });
        assert.deepEqual(found, []);
      }),
      { numRuns: 60 },
    );
  });
});
