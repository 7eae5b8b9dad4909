import assert from 'node:assert/strict';
import { gaussian } from '../random.ts';
import { Fleet, sample } from './fleet.ts';

const LEARNED = 2_000;

/** The kind of the first episode of a fault, as it is told when it has ended. */
function toldOf(fault: (minute: number) => number): string[] {
  const fleet = new Fleet();
  fleet.learn('press', ['temperature'], LEARNED);
  const next = gaussian(7);
  const ended = Array.from({ length: 600 }, (_, minute) => fleet.judge(sample('press', LEARNED + minute, { temperature: 20 + next() + fault(minute) })).ended).flat();
  return ended.slice(0, 1).map(({ kind }) => kind ?? 'none');
}

describe('the kind of an episode that has ended', () => {
  it('is what it proved to be, though its worst reading came before one could tell', () => {
    assert.deepEqual(toldOf(() => 15), ['level shift']);
    assert.deepEqual(toldOf(() => 50), ['level shift']);
    assert.deepEqual(toldOf((minute) => (minute < 10 ? 50 : 0)), ['level shift']);
    assert.deepEqual(toldOf((minute) => (minute === 0 ? 30 : 0)), ['spike']);
  });
});
