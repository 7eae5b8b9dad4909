import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { ReadingValue } from '../../../core/sample/sample.ts';
import { Block, mergeBlocks } from '../../../core/store/codec/block.ts';
import { blockOf } from './fixture.ts';

describe('two blocks merged', () => {
  const note = fc.option(fc.constant('{"unit":"Cel"}'), { nil: undefined });
  const readings = (value: fc.Arbitrary<ReadingValue>) => fc.uniqueArray(fc.record({ ts: fc.integer({ min: 0, max: 40 }), value, quality: fc.constantFrom(1 as const, 3 as const), note }), { selector: ({ ts }) => ts, maxLength: 30 })
    .map((some) => some.toSorted((a, b) => a.ts - b.ts));
  const value = fc.oneof(fc.double(), fc.constantFrom<ReadingValue>('', 'on', true, null));

  it('hold the readings of both in order of time, and of one time the newer one', () => {
    const both = fc.constantFrom(value, fc.double()).chain((each) => fc.tuple(readings(each), readings(value), fc.boolean(), fc.nat(29), fc.nat(29)));
    fc.assert(fc.property(both, ([older, newer, noted, one, other]) => {
      const make = (some: typeof older): Block => {
        const block = blockOf(some);
        if (noted) block.notes = some.map((each) => each.note);
        return block;
      };
      const [from = 0, to = 0] = [one, other].map((each) => Math.min(each, newer.length)).sort((a, b) => a - b);
      const expected = new Map(older.map((each) => [each.ts, each]));
      for (const each of newer.slice(from, to)) expected.set(each.ts, each);
      const merged = mergeBlocks(make(older), make(newer), from, to);
      assert.deepEqual(
        Array.from({ length: merged.length }, (_, index) => [merged.time(index), merged.value(index), merged.reading(index).quality, merged.note(index)]),
        [...expected.values()].sort((a, b) => a.ts - b.ts).map((each) => [each.ts, each.value, each.quality, noted ? each.note : undefined]),
      );
    }), { numRuns: 500 });
  });

  it('do not take what a block has room for as its readings', () => {
    const roomy = new Block(8);
    roomy.push(-5, 0x13, 1, undefined);
    const merged = mergeBlocks(roomy, blockOf([{ ts: 0, value: 2, quality: 1 }]), 0, 1);
    assert.deepEqual([merged.length, merged.time(0), merged.time(1), merged.number(1)], [2, -5, 0, 2]);
  });
});
