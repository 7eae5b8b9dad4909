import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const RUN = join(import.meta.dirname, '..', 'faults', 'run.ts');

interface Figures {
  acknowledged: number;
  missing: number;
  duplicated: number;
  outOfOrder: number;
  ledgerDifference: number;
  failures: string[];
}

/** A short run of `npm run faults -- --protocol forward`. */
describe('two Holdfasts, of which one forwards to the other', () => {
  let child: ChildProcess | undefined;
  afterEach(() => void child?.kill('SIGTERM'));

  for (const [over, order] of [['http', 'in-order'], ['mqtt', 'live-first']] as const) {
    it(`bring every sample over ${over} once and in order (${order}), through cuts of the link and kills of both`, async () => {
      child = spawn(process.execPath, [RUN, '--protocol', 'forward', '--seed', '4', '--messages', '2000', '--cuts', '6', '--kills', '2', '--rate', '600', '--over', over, '--order', order], { stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.stderr?.setEncoding('utf8').on('data', (text: string) => (output += text));
      const code = await new Promise((resolve) => child?.on('close', resolve));
      assert.equal(code, 0, output);
      const { acknowledged, missing, duplicated, outOfOrder, ledgerDifference } = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Figures;
      assert.deepEqual({ acknowledged, missing, duplicated, outOfOrder, ledgerDifference }, { acknowledged: 2000, missing: 0, duplicated: 0, outOfOrder: 0, ledgerDifference: 0 });
    });
  }
});
