import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sample } from '../../../core/sample/sample.ts';
import { openStore } from '../../../core/store/index.ts';
import { compare } from '../../faults/compare.ts';
import { readOptions } from '../../faults/options.ts';
import { planFaults } from '../../faults/plan.ts';
import { failuresOf } from '../../faults/report.ts';
import type { Run } from '../../faults/report.ts';
import { devicesFor, METRIC, timeOf } from '../../faults/rows.ts';

describe('The fault harness', () => {
  it('plans the same faults for the same seed, in order, and others for another', () => {
    const options = readOptions(['--seed', '7', '--kills', '20', '--stops', '3', '--breaks', '9']);
    const plan = planFaults(options);
    assert.deepEqual(plan, planFaults(options));
    assert.notDeepEqual(plan, planFaults({ ...options, seed: 8 }));
    assert.deepEqual(plan.map(({ at }) => at), plan.map(({ at }) => at).toSorted((one, other) => one - other));
    const count = (kind: string): number => plan.filter((fault) => fault.kind === kind).length;
    assert.deepEqual([count('kill'), count('stop'), count('break'), count('full-disk'), count('failing-fsync')], [20, 3, 9, 1, 1]);
  });

  it('keeps the moments of the kills when other faults are added', () => {
    const kills = (breaks: string): number[] => planFaults(readOptions(['--breaks', breaks])).flatMap(({ kind, at }) => (kind === 'kill' ? [at] : []));
    assert.deepEqual(kills('0'), kills('50'));
  });

  it('says which option cannot be', () => {
    assert.throws(() => readOptions(['--protocol', 'amqp']), /--protocol is "amqp"\. Choose one of: mqtt, http, coap, subscriber/);
    assert.throws(() => readOptions(['--messages', '-1']), /messages/);
    assert.throws(() => readOptions(['--kills', 'many']), /--kills is "many"\. Give a whole number/);
  });

  it('shares the messages out, half of the devices with a time and half without', () => {
    const devices = devicesFor(1_003);
    assert.equal(devices.reduce((sum, { rows }) => sum + rows, 0), 1_003);
    assert.equal(devices.filter(({ timed }) => timed).length * 2, devices.length);
  });

  describe('comparing', () => {
    const directory = mkdtempSync(join(tmpdir(), 'holdfast-compare-'));
    after(() => rmSync(directory, { recursive: true, force: true }));

    it('finds what is missing, what is there twice and what was never sent', async () => {
      const devices = [
        { id: 'timed-1', timed: true, rows: 4 },
        { id: 'numbered-2', timed: false, rows: 4 },
      ];
      const sample = (device: string, ts: number, value: number): Sample => ({ id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values: { [METRIC]: value } });
      const samples = [
        ...[0, 1, 3].map((row) => sample('timed-1', timeOf(row), row)),
        // A value at the time of another, and in its place.
        sample('timed-1', timeOf(2), 1),
        ...[0, 1, 1, 2, 3, 9].map((row, index) => sample('numbered-2', 1_000 + index, row)),
      ];
      const store = openStore(directory);
      await new Promise<void>((resolve, reject) => store.write(samples, (error) => (error ? reject(error) : resolve())));
      store.close();
      const { examples, ...counts } = compare(directory, devices);
      assert.deepEqual(counts, { stored: 10, missing: 1, duplicated: 1, foreign: 2 });
      assert.ok(examples.includes('missing: timed-1 2'), examples.join());
    });
  });

  it('fails a run for each promise that was broken, and no other', () => {
    const total = { received: 10, stored: 10, quarantined: 0, duplicate: 0, refused: {}, inFlight: 0, difference: 0 };
    const good: Run = {
      options: readOptions(['--messages', '10']), plan: [], notDone: [], acknowledged: 10, seconds: 1, disturbed: 0, recoveries: [], quarantined: 0,
      comparison: { stored: 10, missing: 0, duplicated: 0, foreign: 0, examples: [] },
      ledger: { total, largestDifference: 0, readings: 3 },
    };
    assert.deepEqual(failuresOf(good), []);
    const broken: [Partial<Run>, RegExp][] = [
      [{ acknowledged: 9 }, /9 of 10 messages were acknowledged/],
      [{ comparison: { ...good.comparison, missing: 1 } }, /1 messages that were acknowledged are not stored/],
      [{ comparison: { ...good.comparison, duplicated: 2 } }, /2 messages are stored more than once/],
      [{ comparison: { ...good.comparison, foreign: 3 } }, /3 stored readings were never sent/],
      [{ ledger: undefined }, /serves no ledger/],
      [{ ledger: { total: { ...total, difference: -1 }, largestDifference: 0, readings: 1 } }, /missing in the sums/],
      [{ ledger: { total, largestDifference: 4, readings: 1 } }, /at some moment/],
      [{ ledger: { total: { ...total, stored: 9 }, largestDifference: 0, readings: 1 } }, /9 messages are stored, and 10 are/],
    ];
    for (const [change, sentence] of broken) {
      const failures = failuresOf({ ...good, ...change });
      assert.equal(failures.length, 1, failures.join());
      assert.match(failures[0] ?? '', sentence);
    }
  });
});
