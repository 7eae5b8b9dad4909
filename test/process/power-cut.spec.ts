import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requireProgram } from '../support/requirements.ts';
import { lossesOf } from './power-cut/check.ts';
import { Disk } from './power-cut/disk.ts';
import type { Chance } from './power-cut/disk.ts';
import { readTrace, STRACE_OPTIONS } from './power-cut/trace.ts';
import type { Event } from './power-cut/trace.ts';

const WRITER = join(import.meta.dirname, 'power-cut', 'writer.ts');
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

  /** Everything that a backend did to its files, and said, while it took messages. */
  async function record(flushing: 'full' | 'off'): Promise<Event[]> {
    const directory = join(folder, flushing);
    mkdirSync(directory);
    const trace = join(folder, `${flushing}.trace`);
    const { stderr } = spawnSync(strace, [...STRACE_OPTIONS, '-o', trace, process.execPath, WRITER, directory, String(MESSAGES), flushing], { encoding: 'utf8', timeout: 120_000 });
    const events = await readTrace(trace, directory);
    rmSync(trace);
    const said = events.filter((event) => event.kind === 'say').map(({ text }) => text.split(' ')[0]);
    assert.equal(said.filter((what) => what === 'message').length, MESSAGES, stderr);
    assert.ok(!said.includes('problem'), 'the writer had a problem');
    return events;
  }

  /** Cuts the power at so many moments of one run. @returns what was lost, by cut. */
  async function cutAtRandom(events: readonly Event[], cuts: number, seed: number): Promise<string[][]> {
    const chance = seeded(seed);
    const moments = Array.from({ length: cuts }, () => Math.floor(chance() * events.length)).toSorted((a, b) => a - b);
    const disk = new Disk();
    const losses: string[][] = [];
    let next = 0;
    for (const [index, moment] of moments.entries()) {
      for (; next < moment; next += 1) disk.apply(events[next]!);
      const directory = join(folder, `cut-${index}`);
      mkdirSync(directory);
      disk.cut(directory, chance);
      const lost = await lossesOf(directory, events.slice(0, moment));
      if (lost.length > 0) losses.push([`seed ${seed}, cut ${index} at event ${moment}`, ...lost.slice(0, 5)]);
      rmSync(directory, { recursive: true });
    }
    return losses;
  }

  it('loses nothing that was acknowledged, whatever part of the unflushed writes is on the disk', async () => {
    const events = await record('full');
    for (const name of ['store.sqlite', 'inbox.sqlite']) assert.ok(events.filter((event) => event.kind === 'write' && event.name === name).length > 50, `${name} had no checkpoint`);
    assert.deepEqual(await cutAtRandom(events, CUTS, 1), []);
  });

  it('is found out by this test when nothing is flushed', async () => {
    const losses = await cutAtRandom(await record('off'), 20, 1);
    assert.ok(losses.length > 10, `only ${losses.length} of 20 cuts lost anything`);
  });
});
