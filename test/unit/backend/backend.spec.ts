import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Backend } from '../../../core/backend/backend.ts';
import type { StoreChoice } from '../../../core/backend/store-choice.ts';
import { lockDirectory } from '../../../core/backend/directory-lock.ts';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { StorageError } from '../../../core/sqlite/storage-error.ts';
import { freePorts } from '../../support/node-red-process.ts';

const MODULES = new URL('../../../core/', import.meta.url).href;

describe('a backend', () => {
  let folder: string;
  let directory: string;
  let clock: ManualClock;
  let problems: unknown[];
  const acquired: Array<() => void> = [];
  const acquire = (path = directory): { backend: Backend; giveBack: () => void } => {
    const problem = (error: unknown): void => void problems.push(error);
    const backend = Backend.acquire(path, clock, problem);
    let given = false;
    const giveBack = (): void => {
      if (!given) backend.release(problem);
      given = true;
    };
    acquired.push(giveBack);
    return { backend, giveBack };
  };
  const refusal = (path = directory): StorageError => {
    try {
      acquire(path);
    } catch (error) {
      assert.ok(error instanceof StorageError, String(error));
      return error;
    }
    throw new Error('it was opened');
  };
  /** A process of its own that opens the directory, and says what came of it. */
  const child = `
    const { Backend } = await import('${MODULES}backend/backend.ts');
    const { systemClock } = await import('${MODULES}clock/clock.ts');
    try {
      Backend.acquire(process.argv[1], systemClock, () => undefined);
      console.log('opened');
      process.stdin.resume();
    } catch (error) { console.log(error.code + ' ' + error.message); }`;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-backend-'));
    directory = join(folder, 'data');
    clock = new ManualClock();
    problems = [];
  });
  afterEach(() => {
    for (const giveBack of acquired.splice(0)) giveBack();
    rmSync(folder, { recursive: true, force: true });
  });

  it('is one for all that name its directory, and closes with the last of them', () => {
    const first = acquire();
    const second = acquire(join(folder, '.', 'x', '..', 'data'));
    assert.equal(first.backend, second.backend);
    assert.deepEqual(Array.from(Backend.opened(), (backend) => backend.directory), [directory]);
    first.giveBack();
    assert.equal(second.backend.store.count(), 0);
    second.giveBack();
    assert.deepEqual([...Backend.opened()], []);
    lockDirectory(directory).close();
    assert.notEqual(acquire().backend, second.backend);
  });

  it('keeps its readings in one place, whoever asks', () => {
    const { backend } = acquire();
    const elsewhere: StoreChoice = { kind: 'postgresql', random: () => 0, connection: { host: '127.0.0.1', port: 1, database: 'd', schema: 's', user: '', password: '', poolSize: 2, timeout: 1_000 } };
    assert.throws(() => Backend.acquire(directory, clock, () => undefined, elsewhere), /keeps its readings elsewhere\. Give one of them a directory of its own/);
    const problem = (error: unknown): void => void problems.push(error);
    assert.equal(Backend.acquire(directory, clock, problem, { kind: 'embedded' }), backend);
    backend.release(problem);
  });

  it('opens with a database that is away, and takes samples into its inbox', async () => {
    const problem = (error: unknown): void => void problems.push(error);
    const [port = 0] = await freePorts(1);
    const backend = Backend.acquire(directory, clock, problem, { kind: 'postgresql', random: () => 0, connection: { host: '127.0.0.1', port, database: 'd', schema: 's', user: '', password: '', poolSize: 2, timeout: 1_000 } });
    try {
      await assert.rejects(async () => backend.store.count(), /cannot be reached: .*Samples wait in the inbox/);
      assert.equal(backend.store.health().available, false);
      assert.match(String(problems[0]), /cannot be reached/);
      assert.deepEqual(readdirSync(directory).filter((file) => file.startsWith('store')), []);
    } finally {
      backend.release(problem);
    }
  });

  it('makes its directory for its owner alone', () => {
    acquire();
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    for (const file of ['inbox.sqlite', 'store.sqlite', 'state.sqlite', 'registry.sqlite']) assert.ok(existsSync(join(directory, file)), file);
  });

  it('keeps what was acknowledged over its closing', () => {
    const first = acquire();
    let told = 0;
    first.backend.inbox.append('n', { via: 'flow', received: 1, device: 'a', principal: '', topic: '', payload: Buffer.from('{}') }, (error) => void (told += error ? 100 : 1));
    first.giveBack();
    assert.equal(told, 1);
    assert.deepEqual(acquire().backend.inbox.unsettled(), new Map([['n', 1]]));
  });

  it('keeps a second process out with a sentence, and lets it in when this one has gone', () => {
    const mine = acquire();
    const ask = (): string => spawnSync(process.execPath, ['--input-type=module', '-e', child, directory], { encoding: 'utf8', input: '' }).stdout.trim();
    assert.match(ask(), /^HOLDFAST_STORAGE_IN_USE The directory .*data is in use by another Node-RED\. Stop that one/);
    assert.equal(mine.backend.store.count(), 0);
    mine.giveBack();
    assert.equal(ask(), 'opened');
  });

  it('stays out while another process has the directory, and gets in when that one was killed', async () => {
    const other = spawn(process.execPath, ['--input-type=module', '-e', child, directory], { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      assert.match(String((await once(other.stdout, 'data'))[0]), /opened/);
      assert.equal(refusal().code, 'HOLDFAST_STORAGE_IN_USE');
    } finally {
      other.kill('SIGKILL');
      await once(other, 'exit');
    }
    assert.equal(acquire().backend.store.count(), 0);
  });

  for (const file of ['inbox.sqlite', 'store.sqlite', 'state.sqlite', 'registry.sqlite', 'lock.sqlite']) {
    it(`refuses a damaged ${file} with a sentence, and can be opened once it is gone`, () => {
      acquire().giveBack();
      writeFileSync(join(directory, file), 'noise '.repeat(1_000));
      const { code, message } = refusal();
      assert.equal(code, 'HOLDFAST_STORAGE_DAMAGED');
      assert.ok(message.includes(join(directory, file)) && /Restore it from a backup|move it away/.test(message), message);
      rmSync(join(directory, file));
      acquire();
    });
  }

  it('in a place where no directory can be made is refused with a sentence', () => {
    writeFileSync(join(folder, 'file'), '');
    const { code, message } = refusal(join(folder, 'file', 'data'));
    assert.equal(code, 'HOLDFAST_STORAGE_CANNOT_OPEN');
    assert.match(message, /cannot be made\. Choose another one/);
  });

  it('lets go of its directory also when a file cannot be closed properly, and says what went wrong', () => {
    const { giveBack } = acquire();
    const other = new DatabaseSync(join(directory, 'inbox.sqlite'));
    other.exec(`CREATE TRIGGER full BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'full'); END`);
    giveBack();
    assert.match(String(problems), /full/);
    other.exec('DROP TRIGGER full');
    other.close();
    assert.equal(acquire().backend.store.count(), 0);
  });
});
