import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createDetector, type Profile } from '../../../core/anomaly/index.ts';
import { uniform } from './random.ts';
import { MINUTE, START } from './series.ts';

/** As many readings as take a few seconds. */
const RUNS: ReadonlyArray<{ profile: Profile; readings: number }> = [{ profile: 'lite', readings: 1_000_000 }, { profile: 'full', readings: 200_000 }];
const MEGABYTE = 1024 * 1024;

/** Bytes in use, after whatever can be given back was. */
function heap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc()');
  return process.memoryUsage().heapUsed;
}

describe('a detector that has judged for years', function () {
  this.timeout(60_000);

  for (const { profile, readings } of RUNS) {
    it(`has grown by nothing after ${readings.toLocaleString('en-US')} readings (${profile})`, () => {
      const detector = createDetector({ profile });
      const { bytes } = detector;
      const { length } = JSON.stringify(detector.snapshot());
      const next = uniform(1);
      let before = 0;
      for (let index = 0; index < readings; index += 1) {
        if (index === readings / 10) before = heap();
        const odd = next() < 0.001;
        detector.update(START + index * MINUTE, 20 + next() + (odd ? 30 * next() : 0));
      }
      const grown = heap() - before;
      assert.equal(detector.bytes, bytes);
      assert.ok(Math.abs(JSON.stringify(detector.snapshot()).length - length) < 16, 'the snapshot has grown');
      assert.ok(grown < 4 * MEGABYTE, `the heap has grown by ${grown} bytes`);
      const { expected } = detector.update(START + readings * MINUTE, 20.5);
      assert.ok(expected && expected.low > 10 && expected.high < 31, JSON.stringify(expected));
    });
  }
});
