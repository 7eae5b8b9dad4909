import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ManualClock } from '../../core/clock/manual-clock.ts';
import { verifyDirectory } from '../../core/maintenance/verify.ts';
import { SqliteStore } from '../../core/store/embedded/sqlite-store.ts';
import { openStore } from '../../core/store/index.ts';
import { requireProgram } from '../support/requirements.ts';
import { lossesOf } from './power-cut/check.ts';
import { Disk } from './power-cut/disk.ts';
import type { Chance } from './power-cut/disk.ts';
import { readTrace, STRACE_OPTIONS } from './power-cut/trace.ts';
import type { Event } from './power-cut/trace.ts';

const WRITER = join(import.meta.dirname, 'power-cut', 'writer.ts');
const COMMANDS = join(import.meta.dirname, '..', '..', 'scripts', 'store.ts');
const MESSAGES = 1_500;
const CUTS = Number(process.env['HOLDFAST_POWER_CUTS'] ?? 300);

/** Mulberry32 (Ettinger 2017). */
function seeded(seed: number): Chance {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('a power cut', function () {
  this.timeout(280_000);
  let folder: string;
  let strace: string;
  before(function () {
    strace = requireProgram(this, 'strace', 'strace');
    folder = mkdtempSync(join(tmpdir(), 'holdfast-power-'));
  });
  after(() => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  /** Everything that a process did in a directory. */
  async function traced(directory: string, parameters: readonly string[]): Promise<{ events: Event[]; stderr: string }> {
    const trace = `${directory}.trace`;
    const existing = readdirSync(directory);
    const { stderr } = spawnSync(strace, [...STRACE_OPTIONS, '-o', trace, process.execPath, ...parameters], { encoding: 'utf8', timeout: 120_000 });
    const events = await readTrace(trace, directory, existing);
    rmSync(trace);
    return { events, stderr };
  }

  /** Everything that a backend did to its files, and said, while it took messages. */
  async function record(flushing: 'full' | 'off'): Promise<Event[]> {
    const directory = join(folder, flushing);
    mkdirSync(directory);
    const { events, stderr } = await traced(directory, [WRITER, directory, String(MESSAGES), flushing]);
    const said = events.filter((event) => event.kind === 'say').map(({ text }) => text.split(' ')[0]);
    assert.equal(said.filter((what) => what === 'message').length, MESSAGES, stderr);
    assert.ok(said.filter((what) => what === 'quarantined').length > 50, 'next to nothing went to quarantine');
    assert.ok(!said.includes('problem'), 'the writer had a problem');
    return events;
  }

  /** Cuts the power at so many moments of one run. @returns what was lost, by cut. */
  async function cutAtRandom(events: readonly Event[], cuts: number, seed: number, lossesIn = lossesOf, disk = new Disk()): Promise<string[][]> {
    const chance = seeded(seed);
    const moments = Array.from({ length: cuts }, () => Math.floor(chance() * (events.length + 1))).toSorted((a, b) => a - b);
    const losses: string[][] = [];
    let next = 0;
    for (const [index, moment] of moments.entries()) {
      for (; next < moment; next += 1) disk.apply(events[next]!);
      const directory = join(folder, `cut-${index}`);
      mkdirSync(directory);
      disk.cut(directory, chance);
      const lost = await lossesIn(directory, events.slice(0, moment));
      if (lost.length > 0) losses.push([`seed ${seed}, cut ${index} at event ${moment}`, ...lost.slice(0, 5)]);
      rmSync(directory, { recursive: true });
    }
    return losses;
  }

  it('reads a call whole that strace shows in two parts, because another thread did something meanwhile', async () => {
    const directory = join(folder, 'threads');
    const trace = `${directory}.trace`;
    const shown = (text: string): string => [...Buffer.from(text)].map((byte) => String.raw`\x${byte.toString(16).padStart(2, '0')}`).join('');
    const file = shown(join(directory, 'a.sqlite'));
    writeFileSync(trace, [`7 pwrite64(3<${file}>, "${shown('abc')}", 3, 512 <unfinished ...>`, `8 write(1<pipe>, "${shown('hi')}", 2) = 2`, '7 <... pwrite64 resumed>) = 3', ''].join('\n'));
    assert.deepEqual((await readTrace(trace, directory)).at(-1), { kind: 'write', name: 'a.sqlite', offset: 512, data: Buffer.from('abc') });
  });

  it('loses nothing that was acknowledged, whatever part of the unflushed writes is on the disk', async () => {
    const events = await record('full');
    for (const name of ['store.sqlite', 'inbox.sqlite']) assert.ok(events.filter((event) => event.kind === 'write' && event.name === name).length > 50, `${name} had no checkpoint`);
    assert.deepEqual(await cutAtRandom(events, CUTS, 1), []);
  });

  it('leaves a store that is being compacted sound, with all its readings', async () => {
    const directory = join(folder, 'compacted');
    mkdirSync(directory);
    const answers = (path: string): unknown => {
      const store = openStore(path);
      const readings = store.series().map((series) => [series, store.range({ ...series, from: -1, to: 1e9 })]);
      store.close();
      return readings;
    };
    const clock = new ManualClock();
    const store = new SqliteStore({ path: join(directory, 'store.sqlite'), clock, chunkReadings: 8 });
    for (let ts = 0; ts < 2_000; ts += 1) {
      store.write([{ id: 'x', device: `d${ts % 3}`, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values: { n: Math.sin(ts), text: `t${ts % 5}` } }], () => undefined);
      clock.advance(2);
      if (ts % 20 === 0) store.seal();
    }
    store.close();
    const before = answers(directory);
    const disk = new Disk();
    for (const name of readdirSync(directory)) disk.add(name, readFileSync(join(directory, name)));
    const { events } = await traced(directory, [COMMANDS, 'compact', '--directory', directory]);
    assert.ok(events.filter(({ kind }) => kind === 'write').length > 100, 'nothing was compacted');
    const lossesIn = async (path: string): Promise<string[]> => {
      const found: string[] = [];
      if (!isDeepStrictEqual(answers(path), before)) found.push('the answers are others');
      for await (const verdict of verifyDirectory(path, true)) found.push(...verdict.findings.map(({ problem }) => problem));
      return found;
    };
    assert.deepEqual(await cutAtRandom(events, Math.ceil(CUTS / 5), 2, lossesIn, disk), []);
  });

  it('is found out by this test when nothing is flushed', async () => {
    const losses = await cutAtRandom(await record('off'), 20, 1);
    assert.ok(losses.length > 10, `only ${losses.length} of 20 cuts lost anything`);
  });
});
