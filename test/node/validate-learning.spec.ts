import assert from 'node:assert/strict';
import { ManualClock } from '../../core/clock/manual-clock.ts';
import { compileSampleContract } from '../../core/contract/book/sample-contract.ts';
import { Learning } from '../../nodes/validate/learning.ts';
import { sampleOf } from '../support/sample-messages.ts';

const MINUTE = 60_000;

describe('what a dialog of holdfast-validate is learning', () => {
  let clock: ManualClock;
  let learning: Learning;
  beforeEach(() => {
    clock = new ManualClock(0);
    learning = new Learning(clock, (schema) => compileSampleContract({ id: 'proposed', version: 1, schema }));
  });

  it('is forgotten when nobody has looked at it for a quarter of an hour, and not before', () => {
    learning.watch();
    learning.watcher?.add(sampleOf('press-1', 1, { temperature: 20 }));
    clock.advance(14 * MINUTE);
    assert.equal(learning.progress().samples, 1);
    clock.advance(14 * MINUTE);
    assert.notEqual(learning.watcher, undefined);
    clock.advance(2 * MINUTE);
    assert.equal(learning.watcher, undefined);
    assert.deepEqual(learning.progress(), { state: 'idle', samples: 0, devices: 0, metrics: 0, unusable: 0, others: 0 });
  });

  it('begins anew when somebody watches again, and stays when it is stopped', async () => {
    learning.watch();
    learning.watcher?.add(sampleOf('press-1', 1, { temperature: 20 }));
    assert.deepEqual([learning.stop().state, learning.progress().samples, learning.watcher], ['stopped', 1, undefined]);
    assert.equal((await learning.propose(0.1)).metrics.length, 1);
    assert.equal(learning.watch().samples, 0);
    await assert.rejects(learning.propose(0.1), { code: 'HOLDFAST_NOTHING_LEARNED' });
  });
});
