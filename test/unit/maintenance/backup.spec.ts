import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { Backend } from '../../../core/backend/backend.ts';
import { systemClock } from '../../../core/clock/clock.ts';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { COUNT_READINGS } from '../../../core/store/embedded/layout.ts';
import type { InboxEntry } from '../../../core/inbox/channel.ts';
import { backupDirectory } from '../../../core/maintenance/backup.ts';
import { Backups, backupsBase } from '../../../core/maintenance/backups.ts';
import { checkBackup, restoreBackup } from '../../../core/maintenance/restore.ts';
import type { Sample } from '../../../core/sample/sample.ts';

const fail = (error: unknown): never => {
  throw error;
};

/** A backend in which a device's messages are acknowledged, and stored a little later, until it is told to stop. */
class BusyBackend {
  readonly backend: Backend;
  readonly acknowledged = new Set<number>();
  #next = 0;
  #stopped = false;
  #work: Promise<void> | undefined;

  constructor(directory: string) {
    this.backend = Backend.acquire(directory, systemClock, fail);
    const channel = this.backend.inbox.channel('gateway');
    channel.attach({
      window: 50, deliverAtMost: 50, settleTimeout: 0, gaveUp: () => undefined,
      deliver: (entries) => {
        for (const entry of entries) this.backend.store.write([sampleOf(entry)], (error) => (error ? channel.fail(entry, error) : channel.settle(entry, 'stored')));
      },
    });
    this.#work = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#work;
    this.backend.release(fail);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const number = this.#next++;
      this.backend.inbox.append('gateway', { via: 'mqtt', received: number, device: 'a', principal: 'a', topic: 't', payload: Buffer.from(String(number)) }, (error) => {
        if (!error) this.acknowledged.add(number);
      });
      await setImmediate();
    }
  }
}

function sampleOf({ record }: Pick<InboxEntry, 'record'>): Sample {
  const number = Number(Buffer.from(record.payload).toString());
  return { id: `a/${number}`, device: 'a', ts: number, received: number, tsSource: 'device', src: { via: 'mqtt' }, values: { n: number } };
}

/** The numbers that a directory has in its store, and those that wait in its inbox. */
async function contentOf(directory: string): Promise<{ stored: Set<number>; waiting: Set<number> }> {
  const backend = Backend.acquire(directory, systemClock, fail);
  const waiting = new Set<number>();
  const options = { window: 1e6, deliverAtMost: 1e6, settleTimeout: 0, gaveUp: () => undefined, deliver: (entries: readonly InboxEntry[]) => entries.forEach(({ record }) => waiting.add(Number(Buffer.from(record.payload).toString()))) };
  const channel = backend.inbox.channel('gateway');
  channel.attach(options);
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
  channel.detach(options);
  const stored = new Set((await backend.store.range({ device: 'a', metric: 'n', from: 0, to: 1e9, limit: 1e9 })).map(({ ts }) => ts));
  backend.release(fail);
  return { stored, waiting };
}

describe('a backup', () => {
  let folder: string;
  const place = (name: string): string => join(folder, name);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-backup-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('made while samples are acknowledged, stored and settled holds every one that was acknowledged before it began', async () => {
    const busy = new BusyBackend(place('data'));
    const own = new DatabaseSync(join(place('data'), 'store.sqlite'), { readOnly: true });
    while (busy.acknowledged.size < 500 || Number(own.prepare(COUNT_READINGS).get()?.['readings']) === 0) await setImmediate();
    own.close();
    for (const name of ['first', 'second', 'third']) {
      const before = new Set(busy.acknowledged);
      const manifest = await backupDirectory({ directory: place('data'), to: place(name), clock: systemClock });
      assert.deepEqual(manifest.files.map((file) => file.name), ['inbox.sqlite', 'state.sqlite', 'registry.sqlite', 'store.sqlite']);
      await restoreBackup(place(name), place(`${name}-restored`));
      const { stored, waiting } = await contentOf(place(`${name}-restored`));
      assert.deepEqual([...before].filter((number) => !stored.has(number) && !waiting.has(number)), []);
      assert.ok(stored.size > 0);
    }
    await busy.stop();
  });

  it('is of one moment, however much is written while it is copied', async () => {
    mkdirSync(place('data'));
    const files = ['inbox.sqlite', 'store.sqlite'].map((name) => new DatabaseSync(join(place('data'), name)));
    for (const file of files) {
      file.exec('PRAGMA journal_mode=WAL; CREATE TABLE t (n INTEGER, filler BLOB)');
      file.prepare('INSERT INTO t VALUES (0, ?)').run(Buffer.alloc(8 << 20));
    }
    let number = 0;
    const write = (): void => {
      number += 1;
      for (const file of files) file.prepare('INSERT INTO t VALUES (?, ?)').run(number, Buffer.alloc(10_000));
    };
    write();
    let copied = 0;
    await backupDirectory({ directory: place('data'), to: place('backup'), clock: systemClock, progress: () => {
      copied += 1;
      write();
    } });
    assert.ok(copied > 10, 'nothing was written meanwhile');
    assert.deepEqual(['inbox.sqlite', 'store.sqlite'].map((name) => {
      const copy = new DatabaseSync(join(place('backup'), name), { readOnly: true });
      const newest = copy.prepare('SELECT max(n) AS n FROM t').get()?.['n'];
      copy.close();
      return newest;
    }), [1, 1]);
    for (const file of files) file.close();
  });

  it('is for its owner alone, leaves out the lock and what is not of the backend, and says what it holds', async () => {
    const backend = Backend.acquire(place('data'), systemClock, fail);
    writeFileSync(join(place('data'), 'workspace.json'), '{"version":1}\n');
    writeFileSync(join(place('data'), 'notes.txt'), 'mine');
    writeFileSync(place('elsewhere.json'), '{}');
    symlinkSync(place('elsewhere.json'), join(place('data'), 'linked.json'));
    const manifest = await backupDirectory({ directory: place('data'), to: place('backup'), clock: new ManualClock(1_234) });
    backend.release(fail);
    assert.deepEqual(readdirSync(place('backup')).toSorted(), ['inbox.sqlite', 'linked.json', 'manifest.json', 'registry.sqlite', 'state.sqlite', 'store.sqlite', 'workspace.json']);
    assert.equal(manifest.taken, 1_234);
    assert.deepEqual(manifest, JSON.parse(readFileSync(join(place('backup'), 'manifest.json'), 'utf8')));
    if (process.platform !== 'win32') for (const name of readdirSync(place('backup'))) assert.equal(statSync(join(place('backup'), name)).mode & 0o077, 0, name);
    assert.deepEqual(await checkBackup(place('backup')), []);
  });

  it('never goes into a place that holds something, and leaves nothing behind when it fails', async () => {
    mkdirSync(place('data'));
    await assert.rejects(backupDirectory({ directory: place('data'), to: place('b'), clock: systemClock }), /There is no backend in .*\/data/);
    writeFileSync(join(place('data'), 'store.sqlite'), 'this is no database, and long enough to be taken for one'.repeat(20));
    await assert.rejects(backupDirectory({ directory: place('data'), to: place('b'), clock: systemClock }), /damaged/);
    mkdirSync(place('b'));
    await assert.rejects(backupDirectory({ directory: place('data'), to: place('b'), clock: systemClock }), /exists already/);
    assert.deepEqual(readdirSync(folder).toSorted(), ['b', 'data']);
  });
});

describe('a restore', () => {
  let folder: string;
  const place = (name: string): string => join(folder, name);
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-restore-'));
    Backend.acquire(place('data'), systemClock, fail).release(fail);
    await backupDirectory({ directory: place('data'), to: place('backup'), clock: systemClock });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('refuses a target that holds something, and takes an empty one', async () => {
    await assert.rejects(restoreBackup(place('backup'), place('data')), /is not empty\. Restore into a directory that is empty or does not exist: nothing is overwritten\./);
    mkdirSync(place('empty'));
    await restoreBackup(place('backup'), place('empty'));
    Backend.acquire(place('empty'), systemClock, fail).release(fail);
  });

  it('refuses files that are not as they were backed up, and leaves nothing', async () => {
    const store = join(place('backup'), 'store.sqlite');
    const content = readFileSync(store);
    content[content.length - 1]! ^= 1;
    writeFileSync(store, content);
    await assert.rejects(restoreBackup(place('backup'), place('new')), /SHA-256 is another one\. Use another backup/);
    appendFileSync(store, 'x');
    await assert.rejects(restoreBackup(place('backup'), place('new')), /has \d+ bytes and had \d+/);
    rmSync(store);
    await assert.rejects(restoreBackup(place('backup'), place('new')), /could not be copied/);
    assert.deepEqual((await checkBackup(place('backup'))).map(({ name }) => name), ['store.sqlite']);
    assert.equal(existsSync(place('new')), false);
    assert.deepEqual(readdirSync(folder).toSorted(), ['backup', 'data']);
  });

  it('refuses a manifest that would write elsewhere, or is none', async () => {
    const file = { bytes: 1, sha256: '0'.repeat(64) };
    for (const name of ['../escape', '/etc/passwd', 'a/b', '..', '', 'manifest.json', '.hidden', 7, null]) {
      writeFileSync(join(place('backup'), 'manifest.json'), JSON.stringify({ format: 1, taken: 0, files: [{ ...file, name }] }));
      await assert.rejects(restoreBackup(place('backup'), place('new')), /is not that of a backup/);
    }
    for (const text of ['', '{', '[]', 'null', '{"format":2,"taken":0,"files":[]}']) {
      writeFileSync(join(place('backup'), 'manifest.json'), text);
      await assert.rejects(restoreBackup(place('backup'), place('new')), /HOLDFAST_MAINTENANCE|backup/);
    }
    await assert.rejects(restoreBackup(place('data'), place('new')), /no whole backup/);
  });
});

describe('the backups of a running backend', () => {
  it('go beside its directory, or to a place for all backends, where two of one name keep apart', () => {
    assert.equal(backupsBase(join('/srv', 'plant', 'data')), join('/srv', 'plant', 'backups', 'data'));
    const elsewhere = ['/a/data', '/b/data'].map((directory) => backupsBase(directory, '/mnt/backups'));
    assert.ok(elsewhere.every((base) => /^.mnt.backups.data-[0-9a-f]{8}$/.test(base)), String(elsewhere));
    assert.notEqual(elsewhere[0], elsewhere[1]);
  });

  it('are made one at a time under plain names, and listed, the newest first', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-backups-'));
    const directory = join(folder, 'data');
    const backend = Backend.acquire(directory, systemClock, fail);
    const clock = new ManualClock(Date.UTC(2026, 2, 1, 2));
    const backups = new Backups({ directory, base: join(folder, 'backups'), clock });
    try {
      assert.deepEqual(backups.status().backups, []);
      for (const name of ['../data', '.', '..', '/tmp/x', 'a/b', 'a\\b', '', ' ', '.hidden', 'x'.repeat(201), 7, {}, [], true]) assert.throws(() => backups.start(name), /name of a backup/);
      const done = async (): Promise<void> => {
        while (backups.status().running) await setImmediate();
      };
      // A process that died while it made one.
      mkdirSync(join(folder, 'backups', '.died.partial'), { recursive: true });
      assert.equal(backups.start(), '2026-03-01T02-00-00-000Z');
      assert.throws(() => backups.start('another'), /is under way/);
      await done();
      clock.advance(1_000);
      backups.start('before-update');
      await done();
      const { last, backups: listed } = backups.status();
      assert.deepEqual(listed.map(({ name, taken }) => [name, taken]), [['before-update', Date.UTC(2026, 2, 1, 2, 0, 1)], ['2026-03-01T02-00-00-000Z', Date.UTC(2026, 2, 1, 2)]]);
      assert.deepEqual(last, listed[0]);
      assert.throws(() => backups.start('before-update'), /There is a backup before-update already/);
      assert.deepEqual(backups.status().last, last);
      assert.deepEqual(readdirSync(join(folder, 'backups')).toSorted(), ['2026-03-01T02-00-00-000Z', 'before-update']);
      const nowhere = new Backups({ directory, base: join(directory, 'store.sqlite'), clock });
      nowhere.start('lost');
      while (nowhere.status().running) await setImmediate();
      assert.match(JSON.stringify(nowhere.status().last), /"name":"lost","error":".*store\.sqlite/);
    } finally {
      backend.release(fail);
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
