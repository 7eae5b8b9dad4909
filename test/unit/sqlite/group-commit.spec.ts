import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { GroupCommit } from '../../../core/sqlite/group-commit.ts';
import { StorageError } from '../../../core/sqlite/storage-error.ts';

describe('a group commit', () => {
  const clock = new ManualClock();
  let commits: string[][];
  let told: string[];
  let commit: (items: readonly string[]) => void;
  let group: GroupCommit<string>;
  const add = (...items: string[]): void => {
    for (const item of items) group.add(item, (error) => told.push(error ? `${item}: ${error.message}` : item));
  };

  beforeEach(() => {
    commits = [];
    told = [];
    commit = (items) => void commits.push([...items]);
    group = new GroupCommit({ clock, interval: 4, maximumItems: 5, commit: (items) => commit(items) });
  });

  it('puts what arrives within the interval on disk at once, in order', () => {
    add('a');
    clock.advance(3);
    add('b');
    assert.deepEqual([commits, group.pending], [[], 2]);
    clock.advance(1);
    assert.deepEqual([commits, told, group.pending], [[['a', 'b']], ['a', 'b'], 0]);
    clock.advance(100);
    assert.equal(commits.length, 1);
  });

  it('tells nobody before the commit has returned', () => {
    commit = () => assert.deepEqual(told, []);
    add('a', 'b');
    assert.deepEqual(told, []);
    clock.advance(4);
    assert.deepEqual(told, ['a', 'b']);
  });

  it('does not wait once the group has grown to its limit', () => {
    add('a', 'b', 'c', 'd', 'e', 'f');
    assert.deepEqual([commits, group.pending], [[['a', 'b', 'c', 'd', 'e']], 1]);
    clock.advance(4);
    assert.deepEqual(commits[1], ['f']);
  });

  it('commits what waits when told to, and nothing when nothing waits', () => {
    group.flush();
    add('a');
    group.flush();
    clock.advance(100);
    assert.deepEqual([commits, told], [[['a']], ['a']]);
  });

  it('tells all when the disk refuses, after one try, and takes the next group as if nothing had been', () => {
    let tries = 0;
    commit = () => { tries += 1; throw new StorageError('FULL', 'x', 'full'); };
    add('a', 'b', 'c');
    clock.advance(4);
    assert.deepEqual([tries, told], [1, ['a: full', 'b: full', 'c: full']]);
    commit = () => undefined;
    add('d');
    clock.advance(4);
    assert.equal(told.at(-1), 'd');
  });

  it('tells the others also when one of them throws', () => {
    group.add('a', () => { throw new Error('cannot bear it'); });
    add('b');
    assert.throws(() => clock.advance(4), /cannot bear it/);
    assert.deepEqual(told, ['b']);
  });

  it('takes what is added while others are told into the next group', () => {
    group.add('a', () => add('b'));
    clock.advance(4);
    assert.deepEqual([commits, told], [[['a']], []]);
    clock.advance(4);
    assert.deepEqual([commits, told], [[['a'], ['b']], ['b']]);
  });

  it('refuses what cannot be written and that alone, whatever else is in the group', () => {
    fc.assert(fc.property(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), (bad) => {
      const written: number[] = [];
      const outcomes: boolean[] = [];
      const one = new GroupCommit<number>({
        clock, interval: 4, maximumItems: 100,
        commit: (items) => {
          if (items.some((item) => bad[item])) throw new TypeError('cannot be written');
          written.push(...items);
        },
      });
      bad.forEach((_, item) => one.add(item, (error) => void (outcomes[item] = error !== undefined)));
      one.flush();
      assert.deepEqual(outcomes, bad);
      assert.deepEqual(written, bad.flatMap((isBad, item) => (isBad ? [] : [item])));
    }));
  });
});
