import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { Ceiling, CEILING_FIELDS } from '../../../../core/anomaly/unusual/ceiling.ts';
import { uniform } from '../random.ts';

const SETTINGS = { least: 1, rise: 0.1, fall: 0.001, event: 5 };

function ceiling(settings = SETTINGS): Ceiling {
  return new Ceiling(settings, new Float64Array(CEILING_FIELDS));
}

function feed(one: Ceiling, ...values: number[]): Ceiling {
  for (const value of values) one.learn(value);
  return one;
}

describe('a ceiling', () => {
  it('stands where it least may until something passes it', () => {
    assert.equal(feed(ceiling(), 0, 0.5, 1).height, 1);
    assert.ok(feed(ceiling(), 0, 5).height > 1);
  });

  it('rises once for an event, however long it lasts, and again for the next', () => {
    const once = feed(ceiling(), 9).height;
    assert.equal(feed(ceiling(), 9, 9, 9, 9).height, once);
    assert.ok(feed(ceiling(), 9, ...Array<number>(10).fill(0.1), 9).height > once);
  });

  it('sinks slowly where nothing comes, never below the least', () => {
    const one = feed(ceiling(), 9);
    const { height } = one;
    feed(one, ...Array<number>(20).fill(0));
    assert.ok(one.height < height && one.height > 0.97 * height);
    feed(one, ...Array<number>(500).fill(0));
    assert.equal(one.height, 1);
  });

  it('comes to be passed as often as its steps say', () => {
    const next = uniform(3);
    const one = ceiling({ least: 1, rise: 0.1, fall: 0.001, event: 1 });
    let passed = 0;
    for (let index = 0; index < 60_000; index += 1) {
      const value = -3 * Math.log(next());
      if (index > 10_000 && value > one.height) passed += 1;
      one.learn(value);
    }
    assert.ok(passed > 350 && passed < 700, `${passed} in 50,000; one in a hundred is 500`);
  });

  it('is lifted by an answer so that the episode stays below what it was asked for, for good', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { maxLength: 50 }), fc.double({ min: 0.3, max: 1, noNaN: true }), (values, part) => {
      const one = feed(ceiling(), 3);
      one.begin();
      feed(one, ...values);
      one.accept(part);
      feed(one, ...Array<number>(2_000).fill(0));
      for (const value of [3, ...values]) assert.ok(value / one.height <= part * (1 + 1e-12));
    }));
  });

  it('goes back to where it was before the episode when that is none to be got used to', () => {
    const one = feed(ceiling(), 2, ...Array<number>(10).fill(0.5));
    const { height } = one;
    feed(one, 9);
    one.begin();
    for (let event = 0; event < 20; event += 1) feed(one, 9, ...Array<number>(10).fill(0.5));
    assert.ok(one.height > height);
    one.reject();
    assert.equal(one.height, height);
  });
});
