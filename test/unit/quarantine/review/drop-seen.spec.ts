import assert from 'node:assert/strict';
import { dropSeen } from '../../../../core/quarantine/review/drop-seen.ts';
import { entryOf, MemoryQuarantine } from './memory-quarantine.ts';

describe('dropping what was seen in quarantine', () => {
  it('drops what is meant, and leaves the rest', async () => {
    const quarantine = new MemoryQuarantine([entryOf(1), entryOf(2, { device: 'press-2' }), entryOf(3)]);
    assert.equal(await dropSeen(quarantine, { device: 'press-1' }, 2), 2);
    assert.deepEqual(quarantine.entries.map(({ id }) => id), [2]);
  });

  it('drops nothing when there are more than were seen, unless it is said which was the newest', async () => {
    const quarantine = new MemoryQuarantine([entryOf(1), entryOf(2), entryOf(3)]);
    await assert.rejects(dropSeen(quarantine, {}, 2), /3 entries are meant by now, and 2 were expected\. Nothing was dropped/);
    assert.equal(quarantine.entries.length, 3);
    assert.equal(await dropSeen(quarantine, { upTo: 2 }, 2), 2);
    assert.deepEqual(quarantine.entries.map(({ id }) => id), [3]);
  });

  for (const expected of [undefined, '3', -1, 1.5, Number.NaN, null]) {
    it(`drops nothing when it is told to drop ${String(expected)}`, async () => {
      const quarantine = new MemoryQuarantine([entryOf(1)]);
      await assert.rejects(dropSeen(quarantine, {}, expected), /Say how many entries you mean to drop/);
      assert.equal(quarantine.entries.length, 1);
    });
  }
});
