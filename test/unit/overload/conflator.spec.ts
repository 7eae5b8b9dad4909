import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { Conflator } from '../../../core/overload/conflator.ts';

describe('Conflator', () => {
  function conflator(maximumDevices = 100): { clock: ManualClock; released: [string, number][]; conflator: Conflator<number> } {
    const clock = new ManualClock();
    const released: [string, number][] = [];
    return { clock, released, conflator: new Conflator<number>({ clock, maximumDevices, release: (device, item) => released.push([device, item]) }) };
  }

  it('releases the latest item of a device when the wait of the first is over, and gives back those it replaced', () => {
    const { clock, released, conflator: kept } = conflator();
    assert.deepEqual(kept.put('press-7', 1, 100), { kept: true });
    clock.advance(60);
    assert.deepEqual(kept.put('press-7', 2, 40), { kept: true, replaced: 1 });
    assert.deepEqual(kept.put('press-7', 3, 40), { kept: true, replaced: 2 });
    assert.equal(kept.has('press-7'), true);
    assert.deepEqual(released, []);
    clock.advance(40);
    assert.deepEqual(released, [['press-7', 3]]);
    assert.equal(kept.has('press-7'), false);
  });

  it('keeps devices apart', () => {
    const { clock, released, conflator: kept } = conflator();
    kept.put('press-7', 1, 100);
    kept.put('press-8', 2, 50);
    clock.advance(1_000);
    assert.deepEqual(released, [['press-8', 2], ['press-7', 1]]);
  });

  it('leaves an item with its owner when too many devices wait', () => {
    const { conflator: kept } = conflator(2);
    kept.put('press-1', 1, 100);
    kept.put('press-2', 2, 100);
    assert.deepEqual(kept.put('press-3', 3, 100), { kept: false });
    assert.deepEqual(kept.put('press-1', 4, 100), { kept: true, replaced: 1 });
    assert.equal(kept.size, 2);
  });

  it('never asks for a longer wait than a timer can do', () => {
    const waits: number[] = [];
    const kept = new Conflator<number>({
      clock: { now: () => 0, setTimeout: (_, milliseconds) => ({ cancel: () => void waits.push(milliseconds) }) },
      release: () => undefined,
    });
    kept.put('press-7', 1, 2 ** 40);
    kept.flush();
    assert.deepEqual(waits, [2 ** 31 - 1]);
  });

  it('flushes once, also when what it releases is put again', () => {
    const clock = new ManualClock();
    const released: number[] = [];
    const kept: Conflator<number> = new Conflator<number>({
      clock,
      release(device, item) {
        released.push(item);
        if (released.length < 10) kept.put(device, item + 1, 100);
      },
    });
    kept.put('press-7', 1, 100);
    kept.flush();
    assert.deepEqual(released, [1]);
    clock.advance(100);
    assert.deepEqual(released, [1, 2]);
  });

  it('releases or gives back every item exactly once, in the order in which its device put them', () => {
    type Step = { do: 'put'; device: string; wait: number } | { do: 'advance'; by: number } | { do: 'flush' };
    const step: fc.Arbitrary<Step> = fc.oneof(
      { weight: 8, arbitrary: fc.record({ do: fc.constant('put' as const), device: fc.constantFrom('a', 'b', 'c', 'd'), wait: fc.integer({ min: 0, max: 2 ** 40 }) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), by: fc.constantFrom(1, 1_000, 2 ** 32) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('flush' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const { clock, released, conflator: kept } = conflator(3);
        const ended: number[] = [];
        let put = 0;
        for (const one of steps) {
          if (one.do === 'advance') clock.advance(one.by);
          if (one.do === 'flush') kept.flush();
          if (one.do !== 'put') continue;
          const item = put++;
          const outcome = kept.put(one.device, item, one.wait);
          if (!outcome.kept) ended.push(item);
          else if (outcome.replaced !== undefined) ended.push(outcome.replaced);
          assert.ok(kept.size <= 3);
        }
        kept.flush();
        assert.equal(kept.size, 0);
        assert.deepEqual([...ended, ...released.map(([, item]) => item)].toSorted((one, other) => one - other), Array.from({ length: put }, (_, index) => index));
        for (const device of ['a', 'b', 'c', 'd']) {
          const items = released.filter(([of]) => of === device).map(([, item]) => item);
          assert.deepEqual(items, items.toSorted((one, other) => one - other));
        }
      }),
    );
  });
});
