import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { PROTOCOLS } from '../faults/protocol.ts';
import { everythingIsRequired, requireProgram } from '../support/requirements.ts';

const RUN = join(import.meta.dirname, '..', 'faults', 'run.ts');
const FAULTS = ['--seed', '3', '--messages', '4000', '--kills', '2', '--stops', '1', '--breaks', '4', '--full-disks', '1', '--failing-fsyncs', '1'];

interface Figures {
  acknowledged: number;
  missing: number;
  duplicated: number;
  ledgerDifference: number | null;
  notDone?: string[];
  failures: string[];
}

/** A short run of `npm run faults` for each protocol. */
describe('through kills, stalls, a full disk, a failing fsync and broken links', () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGTERM'));

  for (const protocol of PROTOCOLS) {
    it(`everything acknowledged over ${protocol} is stored once, and the ledger adds up`, async function () {
      if (protocol === 'subscriber') requireProgram(this, 'mosquitto', 'mosquitto');
      child = spawn(process.execPath, [RUN, '--protocol', protocol, ...FAULTS], { stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
      const code = await new Promise((resolve) => child?.on('close', resolve));
      assert.equal(code, 0, output);
      const figures = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Figures;
      const { acknowledged, missing, duplicated, ledgerDifference } = figures;
      assert.deepEqual({ acknowledged, missing, duplicated, ledgerDifference }, { acknowledged: 4000, missing: 0, duplicated: 0, ledgerDifference: 0 });
      if (everythingIsRequired()) assert.deepEqual(figures.notDone ?? [], []);
    });
  }
});
