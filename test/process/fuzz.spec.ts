import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const RUN = join(import.meta.dirname, '..', 'fuzz', 'run.ts');
const INPUTS = 20_000;

interface Figures {
  inputs: number;
  endings: Record<string, number>;
  byProtocol: Record<string, number>;
  stored: number;
  quarantined: number;
  refused: number;
  crashes: number;
  ledgerDifference: number;
  probes: number;
  failures: string[];
}

/** A short run of `npm run fuzz` over all protocols. */
describe(`${INPUTS} mutated packets and bodies`, () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGTERM'));

  it('end stored, in quarantine or refused: the backend neither ends nor stands still, and what it acknowledged it has', async () => {
    child = spawn(process.execPath, [RUN, '--seed', '20261122', '--inputs', String(INPUTS)], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let progress = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (progress += text));
    const code = await new Promise((resolve) => child?.on('close', resolve));
    assert.equal(code, 0, progress + output);

    const { endings, byProtocol, stored, quarantined, refused, crashes, ledgerDifference, probes, failures } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Figures;
    assert.deepEqual(failures, []);
    assert.deepEqual({ crashes, ledgerDifference, probes }, { crashes: 0, ledgerDifference: 0, probes: INPUTS / 1_000 });
    assert.equal(Object.values(endings).reduce((sum, count) => sum + count), INPUTS);
    // A run that fuzzes nothing would show nothing.
    assert.deepEqual(Object.keys(byProtocol).toSorted(), ['coap', 'forward', 'http', 'mqtt', 'payload', 'sparkplug']);
    for (const count of [...Object.values(byProtocol), stored, quarantined, refused]) assert.ok(count > INPUTS / 20, output);
  });
});
