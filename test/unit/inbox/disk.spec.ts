import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import type { Sample } from '../../../core/sample/sample.ts';
import { StorageError } from '../../../core/sqlite/storage-error.ts';
import { SqliteStore } from '../../../core/store/embedded/sqlite-store.ts';
import { requireProgram, requireSmallDisk } from '../../support/requirements.ts';
import { Consumer, InboxFixture, payloadText, textOf, turn } from './fixture.ts';

const MODULES = new URL('../../../core/', import.meta.url).href;
const codeOf = (error: unknown): unknown => (error instanceof StorageError ? error.code : error);

describe('on a full disk', () => {
  let folder: string;
  let disk: string;
  let filler: string;
  let takeAway: () => void;
  beforeEach(function () {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-disk-'));
    disk = join(folder, 'disk');
    mkdirSync(disk);
    takeAway = () => undefined;
    takeAway = requireSmallDisk(this, disk, 1_500);
    filler = join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(700 * 1024));
  });
  afterEach(() => {
    takeAway();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the inbox refuses and acknowledges nothing, goes on by itself once there is room, and loses nothing', async () => {
    const data = join(disk, 'data');
    mkdirSync(data);
    const fixture = new InboxFixture(data);
    const consumer = await fixture.attach(new Consumer({ window: 3 }));
    let next = 0;
    const append = async (): Promise<void> => {
      fixture.commit(`${next++}`.padEnd(10_000, '.'));
      await turn();
    };
    while (fixture.failed.size < 5) await append();
    assert.ok(fixture.committed.length > 5, 'the disk was full from the start');
    assert.deepEqual([...new Set([...fixture.failed.values()].map(codeOf))], ['HOLDFAST_STORAGE_FULL']);
    assert.match([...fixture.failed.values()][0]?.message ?? '', /disk that holds .* is full\. Free some space; Holdfast goes on by itself/);

    // What is there is still served; what cannot be noted meanwhile is told, and noted later.
    const channel = fixture.inbox.channel('gateway');
    channel.settle(consumer.take());
    channel.refuse(consumer.take(), 'decode', 'not JSON');
    fixture.clock.advance(1_000);
    await turn();
    assert.deepEqual([...new Set(fixture.problems.map(codeOf))], ['HOLDFAST_STORAGE_FULL']);
    assert.equal(fixture.inbox.quarantine.summary().waiting, 0);

    rmSync(filler);
    const before = fixture.committed.length;
    await append();
    assert.equal(fixture.committed.length, before + 1);
    const told = fixture.problems.length;
    const settled = new Set(consumer.delivered.slice(0, 1));
    for (let idle = 0; idle < 5; idle += 1) {
      fixture.clock.advance(5_000);
      await turn();
      for (const entry of consumer.held.splice(0)) {
        idle = 0;
        settled.add(textOf(entry));
        channel.settle(entry);
      }
      await turn();
    }
    assert.equal(fixture.problems.length, told);
    const quarantined = fixture.inbox.quarantine.list({}, { limit: 10 }).entries.map(payloadText);
    assert.equal(quarantined.length, 1);
    assert.deepEqual([...settled, ...quarantined].toSorted(), [...fixture.committed].toSorted());
    assert.deepEqual(fixture.query('SELECT first FROM batch'), []);
    fixture.dispose();
  });

  it('the store refuses, keeps what it has readable, and goes on by itself once there is room', () => {
    const clock = new ManualClock();
    const store = new SqliteStore({ path: join(disk, 'store.sqlite'), clock });
    const outcomes: unknown[] = [];
    const write = (ts: number): void => {
      const sample: Sample = { id: `a/${ts}`, device: 'a', ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values: { text: 'x'.repeat(10_000), [`m${ts % 7}`]: ts } };
      store.write([sample], (error) => outcomes.push(error ? codeOf(error) : 'stored'));
      clock.advance(2);
    };
    let ts = 0;
    while (outcomes.filter((outcome) => outcome !== 'stored').length < 5) write(ts++);
    assert.deepEqual([...new Set(outcomes)], ['stored', 'HOLDFAST_STORAGE_FULL']);
    const stored = outcomes.filter((outcome) => outcome === 'stored').length;
    assert.equal(store.range({ device: 'a', metric: 'text', from: 0, to: 1e9 }).length, stored);
    rmSync(filler);
    write(ts++);
    assert.equal(outcomes.at(-1), 'stored');
    assert.equal(store.range({ device: 'a', metric: 'text', from: 0, to: 1e9 }).length, stored + 1);
    store.close();
  });
});

describe('when fsync fails', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-fsync-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Appends forty records one after the other, says what came of each, and dies. */
  const child = `
    const { Inbox } = await import('${MODULES}inbox/inbox.ts');
    const { systemClock } = await import('${MODULES}clock/clock.ts');
    const { writeSync } = await import('node:fs');
    const inbox = new Inbox({ path: process.argv[1], clock: systemClock, commitInterval: 0, problem: () => undefined });
    const hold = setInterval(() => undefined, 1_000);
    for (let n = 0; n < 40; n += 1) {
      const record = { via: 'mqtt', received: n, device: 'a', principal: 'a', topic: 't', payload: Buffer.from('r' + n) };
      const error = await new Promise((resolve) => inbox.append('gateway', record, resolve));
      writeSync(1, 'r' + n + ' ' + (error?.code ?? 'acknowledged') + '\\n');
    }
    process.kill(process.pid, 'SIGKILL');`;

  for (const { title, when } of [{ title: 'for good', when: '14+' }, { title: 'for a while', when: '14..17' }]) {
    it(`${title}, the inbox acknowledges nothing it may not have, and has everything it acknowledged`, async function () {
      const strace = requireProgram(this, 'strace', 'strace');
      const path = join(folder, 'inbox.sqlite');
      const inject = ['-f', '-qq', '-o', join(folder, 'trace'), '-e', 'trace=fdatasync,fsync', '-e', `inject=fdatasync,fsync:error=EIO:when=${when}`];
      const { stdout, stderr } = spawnSync(strace, [...inject, process.execPath, '--input-type=module', '-e', child, path], { encoding: 'utf8', timeout: 60_000 });
      const outcomes = stdout.trim().split('\n').map((line) => line.split(' '));
      const acknowledged = outcomes.filter(([, outcome]) => outcome === 'acknowledged').map(([text]) => text);
      assert.equal(outcomes.length, 40, stderr);
      assert.deepEqual([...new Set(outcomes.map(([, outcome]) => String(outcome)))].toSorted(), ['HOLDFAST_STORAGE_INPUT_OUTPUT', 'acknowledged']);
      assert.equal(outcomes.at(-1)?.[1], title === 'for good' ? 'HOLDFAST_STORAGE_INPUT_OUTPUT' : 'acknowledged');

      const fixture = new InboxFixture(folder);
      const consumer = await fixture.attach(new Consumer({ window: 100 }));
      for (const text of acknowledged) assert.ok(consumer.texts.includes(text ?? ''), `${text} was acknowledged and is lost`);
      assert.equal(new Set(consumer.held.map(({ position }) => position)).size, consumer.held.length);
      fixture.dispose();
    }).timeout(90_000);
  }
});
