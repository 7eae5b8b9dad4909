import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openDatabase, transaction } from '../../../core/sqlite/database.ts';
import { isDiskAtFault, storageError, StorageError } from '../../../core/sqlite/storage-error.ts';

const LAYOUT = { migrations: ['CREATE TABLE a (x INTEGER)'] };
const LATER = { migrations: [...LAYOUT.migrations, 'CREATE TABLE b (y INTEGER)'] };

describe('a database file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-sqlite-'));
    path = join(folder, 'x.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const refusal = (layout = LAYOUT): StorageError => {
    try {
      openDatabase(path, layout).close();
    } catch (error) {
      assert.ok(error instanceof StorageError, String(error));
      return error;
    }
    throw new Error('it was opened');
  };

  it('is in a mode in which a commit is on disk when it returns', () => {
    const database = openDatabase(path, LAYOUT);
    assert.equal(database.prepare('PRAGMA journal_mode').get()?.['journal_mode'], 'wal');
    assert.equal(database.prepare('PRAGMA synchronous').get()?.['synchronous'], 2);
    database.close();
  });

  it('is brought to the latest layout, and keeps what is in it', () => {
    const old = openDatabase(path, LAYOUT);
    old.exec('INSERT INTO a VALUES (7)');
    old.close();
    const database = openDatabase(path, LATER);
    assert.equal(database.prepare('SELECT x FROM a').get()?.['x'], 7);
    database.exec('INSERT INTO b VALUES (1)');
    database.close();
    openDatabase(path, LATER).close();
  });

  it('of a newer version is left alone, with a sentence', () => {
    openDatabase(path, LATER).close();
    const { code, message } = refusal(LAYOUT);
    assert.equal(code, 'HOLDFAST_STORAGE_TOO_NEW');
    assert.match(message, /newer Holdfast.*Update/);
  });

  it('that is no database is left alone, with a sentence that names it and the cure', () => {
    writeFileSync(path, 'this is no database at all, but a text that somebody has put here by mistake. '.repeat(100));
    const { code, message } = refusal();
    assert.equal(code, 'HOLDFAST_STORAGE_DAMAGED');
    assert.ok(message.includes(path) && /Restore it from a backup/.test(message), message);
  });

  it('whose migration cannot be done is not changed', () => {
    openDatabase(path, LAYOUT).close();
    const broken = { migrations: [...LAYOUT.migrations, 'CREATE TABLE c (z INTEGER)', 'this is no SQL'] };
    assert.equal(refusal(broken).code, 'HOLDFAST_STORAGE_FAILED');
    const database = openDatabase(path, LATER);
    assert.deepEqual(database.prepare('SELECT name FROM sqlite_schema ORDER BY name').all().map((row) => row['name']), ['a', 'b']);
    database.close();
  });

  it('in a directory that is not there cannot be opened, with a sentence', () => {
    path = join(folder, 'nowhere', 'x.sqlite');
    assert.equal(refusal().code, 'HOLDFAST_STORAGE_CANNOT_OPEN');
  });

  it('can be made by several processes at the same moment', () => {
    const script = `
      const { openDatabase } = await import(${JSON.stringify(new URL('../../../core/sqlite/database.ts', import.meta.url).href)});
      openDatabase(${JSON.stringify(path)}, ${JSON.stringify(LATER)}).close();`;
    const line = `for n in 1 2 3 4; do "$0" --input-type=module -e "$1" & p="$p $!"; done; for n in $p; do wait $n || exit 1; done`;
    const { status, stderr } = spawnSync('sh', ['-c', line, process.execPath, script], { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
  }).timeout(30_000);

  it('that may not be written is refused with a sentence', function () {
    if (process.getuid?.() === 0) {
      // Nothing is forbidden to the superuser: what SQLite says then is turned into the sentence directly.
      assert.match(storageError(path, Object.assign(new Error('attempt to write a readonly database'), { errcode: 8 })).message, /cannot be written.*right to write/);
      return;
    }
    openDatabase(path, LAYOUT).close();
    chmodSync(path, 0o400);
    assert.equal(refusal(LATER).code, 'HOLDFAST_STORAGE_READ_ONLY');
  });
});

describe('a transaction', () => {
  it('leaves nothing behind when its work throws, and lets the next one go ahead', () => {
    const database = new DatabaseSync(':memory:');
    database.exec('CREATE TABLE a (x INTEGER NOT NULL)');
    assert.throws(() => transaction(database, () => {
      database.exec('INSERT INTO a VALUES (1)');
      throw new Error('no');
    }), /no/);
    assert.throws(() => transaction(database, () => {
      database.exec('INSERT INTO a VALUES (2)');
      database.exec('INSERT INTO a VALUES (NULL)');
    }), /NOT NULL/);
    assert.equal(transaction(database, () => database.prepare('INSERT INTO a VALUES (3)').run().changes), 1);
    assert.deepEqual(database.prepare('SELECT x FROM a').all().map((row) => row['x']), [3]);
    database.close();
  });
});

describe('an error of the storage', () => {
  it('blames the disk only when it is the disk', () => {
    const blames = (errcode: number | undefined): boolean => isDiskAtFault(storageError('x', Object.assign(new Error('it failed'), { errcode })));
    // sqlite.org/rescode.html: FULL, IOERR_FSYNC, IOERR_WRITE, BUSY, READONLY, CORRUPT
    assert.deepEqual([13, 1034, 778, 5, 8, 11].map(blames), [true, true, true, true, true, true]);
    // CONSTRAINT_DATATYPE, TOOBIG, an argument that cannot be bound
    assert.deepEqual([3091, 18, undefined].map(blames), [false, false, false]);
    assert.equal(isDiskAtFault(new Error('something else')), false);
  });
});
