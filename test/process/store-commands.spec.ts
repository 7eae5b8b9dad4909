import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Backend } from '../../core/backend/backend.ts';
import { systemClock } from '../../core/clock/clock.ts';

const COMMAND = join(import.meta.dirname, '..', '..', 'core', 'maintenance', 'holdfast-store.ts');
const SCRIPT = join(import.meta.dirname, '..', '..', 'scripts', 'store.ts');
const fail = (error: unknown): never => {
  throw error;
};

describe('npm run store', () => {
  let folder: string;
  let data: string;
  const place = (name: string): string => join(folder, name);
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-commands-'));
    data = place('data');
    const backend = Backend.acquire(data, systemClock, fail);
    const samples = Array.from({ length: 1_000 }, (_, index) => ({
      id: `${index}`, device: `press-${index % 2}`, ts: Date.UTC(2026, 0, 1) + index * 1_000, received: index, tsSource: 'device' as const, src: { via: 'mqtt' as const }, values: { temperature: index / 7, mode: 'auto' },
    }));
    await new Promise<void>((resolve, reject) => backend.store.write(samples, (error) => (error ? reject(error) : resolve())));
    backend.release(fail);
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function run(args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8', input, env: { ...process.env, HOLDFAST_DATA: '', HOLDFAST_HOME: folder }, maxBuffer: 1 << 26 });
  }

  it('backs up, verifies and restores, and the restored backend has everything', async () => {
    const backup = run(['backup', '--to', place('backup')]);
    assert.equal(backup.status, 0, backup.stderr);
    assert.match(backup.stdout, /4 files, .* MiB, are in .*backup/);
    const before = readdirSync(place('backup'));
    for (const directory of [data, place('backup')]) {
      const { status, stdout } = run(['verify', '--directory', directory]);
      assert.equal(status, 0, stdout);
      assert.match(stdout, /sound +store\.sqlite \(layout \d+, .*readings.*\)\n(.*\n)*Everything is sound\./);
    }
    assert.deepEqual(readdirSync(place('backup')), before);
    assert.equal(run(['restore', '--from', place('backup'), '--to', place('restored')]).status, 0);
    const restored = Backend.acquire(place('restored'), systemClock, fail);
    assert.equal(await restored.store.count(), 2_000);
    restored.release(fail);
    const again = run(['restore', '--from', place('backup'), '--to', place('restored')]);
    assert.deepEqual([again.status, /is not empty/.test(again.stderr)], [1, true]);
  });

  it('exports, imports what it exported, and imports it twice without harm', () => {
    const { stdout, stderr, status } = run(['export', '--device', 'press-1', '--metric', 'temperature', '--from', '2026-01-01T00:00:10Z', '--to', String(Date.UTC(2026, 0, 1) + 20_000)]);
    assert.equal(status, 0, stderr);
    assert.equal(stdout.trimEnd().split('\n').length, 5);
    assert.equal(stderr, '5 readings.\n');
    for (const [said, path] of [[/5 stored, 0 duplicates/, 'fresh'], [/0 stored, 5 duplicates/, 'fresh']] as const) assert.match(run(['import', '--directory', place(path)], stdout).stdout, said);
    assert.equal(run(['export', '--directory', place('fresh')]).stdout, stdout);
    assert.equal(run(['export', '--format', 'csv', '--output', place('all.csv')]).status, 0);
    assert.equal(readFileSync(place('all.csv'), 'utf8').trimEnd().split('\r\n').length, 2_001);
    const bad = run(['import', '--directory', place('fresh')], '{"device":1}\n');
    assert.deepEqual([bad.status, /Line 1 cannot be imported: "device" is no text/.test(bad.stderr)], [1, true]);
  });

  it('deletes readings of a device for good, and nothing where a name is spelled wrongly or the backend is not there', () => {
    const exported = run(['export', '--device', 'press-1', '--from', '2026-01-01T00:00:10Z', '--to', '2026-01-01T00:00:20Z']).stdout;
    run(['import', '--directory', place('deleting')], exported);
    const wrong = run(['delete', '--directory', place('deleting'), '--metric', 'mode']);
    assert.deepEqual([wrong.status, /No device is given/.test(wrong.stderr)], [1, true]);
    const some = run(['delete', '--directory', place('deleting'), '--device', 'press-1', '--metric', 'mode']);
    assert.deepEqual([some.status, some.stdout.startsWith('5 readings of press-1 are deleted')], [0, true]);
    assert.equal(run(['export', '--directory', place('deleting')]).stdout.trimEnd().split('\n').length, 5);
    assert.equal(run(['delete', '--directory', place('mistyped'), '--device', 'press-1']).status, 1);
    assert.equal(existsSync(place('mistyped')), false);
  });

  it('ends with 1 when there is damage, names it, and moves it out when asked to', () => {
    assert.match(run(['compact']).stdout, /MiB are .* MiB now/);
    const database = new DatabaseSync(join(data, 'store.sqlite'));
    database.exec(`UPDATE chunk_data SET data = zeroblob(20) WHERE id = (SELECT data FROM chunk JOIN series ON series.id = chunk.series WHERE device = 'press-0' AND metric = 'mode' ORDER BY first_ts LIMIT 1)`);
    database.close();
    const damaged = run(['verify']);
    assert.equal(damaged.status, 1);
    assert.match(damaged.stdout, /DAMAGED store\.sqlite .*\n +"mode" of "press-0" from 2026-01-01T00:00:00\.000Z to .*, \d+ readings: They cannot be read/);
    assert.match(run(['compact', '--damaged-to', place('damaged.jsonl')]).stdout, /1 damaged parts, of \d+ readings, are in/);
    assert.equal(run(['verify']).status, 0);
  });

  it('keeps its hands off a backend in use, but for verifying', () => {
    const backend = Backend.acquire(data, systemClock, fail);
    try {
      for (const args of [['compact'], ['export'], ['import'], ['backup', '--to', place('other')]]) {
        const { status, stderr } = run(args);
        assert.deepEqual([args[0], status, /in use by (a|another) Node-RED/.test(stderr)], [args[0], 1, true]);
      }
      assert.equal(run(['verify']).status, 0);
    } finally {
      backend.release(fail);
    }
  });

  it('says how it is used, and makes no directory that was mistyped', () => {
    for (const args of [[], ['dance'], ['verify', '--nonsense']]) {
      const { status, stderr } = run(args);
      assert.deepEqual([status, stderr.includes('Usage: npm run store')], [2, true]);
    }
    for (const command of ['verify', 'compact', 'export', 'backup']) {
      const { status, stderr } = run([command, '--directory', place('nowhere'), ...(command === 'backup' ? ['--to', place('x')] : [])]);
      assert.deepEqual([status, /nowhere/.test(stderr)], [1, true], command);
    }
    assert.match(run(['export', '--directory', folder]).stderr, /There is no store\.sqlite/);
    assert.match(run(['export', '--from', 'yesterday']).stderr, /--from is "yesterday"/);
    assert.equal(existsSync(place('nowhere')), false);
    const missing = run(['import', '--directory', place('fresh'), '--input', place('no-file')]);
    assert.deepEqual([missing.status, /^ENOENT.*no-file/.test(missing.stderr)], [1, true], missing.stderr);
  });
});

describe('holdfast-store', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'holdfast-command-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  function run(args: readonly string[], environment: NodeJS.ProcessEnv = {}, ofNode: readonly string[] = []): [number | null, string] {
    const { status, stderr } = spawnSync(process.execPath, [...ofNode, COMMAND, ...args], { encoding: 'utf8', cwd: folder, env: { ...process.env, HOLDFAST_DATA: '', HOLDFAST_HOME: '', ...environment } });
    return [status, stderr];
  }

  it('asks for the directory, which it cannot know, unless a variable tells it', () => {
    const [status, stderr] = run(['verify']);
    assert.equal(status, 2);
    assert.match(stderr, /^--directory is missing\.\n\nUsage: npx holdfast-store <command>/);
    assert.match(run(['verify'], { HOLDFAST_DATA: 'mine' })[1], new RegExp(`There is no directory ${join(folder, 'mine')}`));
    assert.match(run(['verify'], { HOLDFAST_HOME: 'home' })[1], new RegExp(`There is no directory ${join(folder, 'home', 'data')}`));
  });

  it('says which Node.js it needs, and leaves nothing behind, where this one is too old', () => {
    const withoutSqlite = ['--import', 'data:text/javascript,process.getBuiltinModule = () => undefined'];
    const [status, stderr] = run(['import', '--directory', join(folder, 'new')], {}, withoutSqlite);
    assert.equal(status, 1);
    assert.match(stderr, /^Holdfast keeps its data in node:sqlite, which needs Node\.js 22\.13 or newer; this is [^\n]*\n$/);
    assert.equal(existsSync(join(folder, 'new')), false);
  });
});
