import assert from 'node:assert/strict';
import { ConfigError, createSpikeTest, spikeTest } from '../../../../core/quality/index.ts';

const THRESHOLDS = { suspectThreshold: 1, failThreshold: 5 };

describe('spike_test', () => {
  it('finds a spike up and a spike down, and by the average what stands beside a high one too', () => {
    assert.deepEqual(spikeTest({ values: [20, 20, 23, 20, 20, 20, 17, 20, 20], ...THRESHOLDS }), [2, 3, 3, 3, 1, 3, 3, 3, 2]);
    assert.deepEqual(spikeTest({ values: [20, 20, 40, 20, 20], ...THRESHOLDS }), [2, 4, 4, 4, 2]);
  });

  it('by steps flags nothing but the spike, and no step that stays', () => {
    assert.deepEqual(spikeTest({ values: [20, 20, 40, 20, 20], ...THRESHOLDS, method: 'differential' }), [2, 1, 4, 1, 2]);
    assert.deepEqual(spikeTest({ values: [20, 20, 40, 40, 40], ...THRESHOLDS, method: 'differential' }), [2, 1, 1, 1, 2]);
  });

  it('by steps takes the smaller of both', () => {
    assert.deepEqual(spikeTest({ values: [20, 30, 28], ...THRESHOLDS, method: 'differential' }), [2, 3, 2]);
  });

  it('passes a spike that is just as high as the threshold', () => {
    assert.deepEqual(spikeTest({ values: [0, 1, 0, 0], ...THRESHOLDS }), [2, 1, 1, 2]);
  });

  it('does not evaluate the first and the last reading, nor one beside a missing one', () => {
    assert.deepEqual(spikeTest({ values: [1, 1, 1, null, 1, 1, 1], ...THRESHOLDS }), [2, 1, 2, 9, 2, 1, 2]);
    assert.deepEqual(spikeTest({ values: [null, 1, null], ...THRESHOLDS }), [9, 2, 9]);
    assert.deepEqual(spikeTest({ values: [1], ...THRESHOLDS }), [2]);
    assert.deepEqual(spikeTest({ values: [null], ...THRESHOLDS }), [9]);
    assert.deepEqual(spikeTest({ values: [], ...THRESHOLDS }), []);
  });

  it('judges a reading when the next one is there, and says what waits', () => {
    const test = createSpikeTest(THRESHOLDS);
    assert.equal(test.delay, 1);
    assert.equal(test.end(), 0);
    assert.equal(test.update(0, 20), 0);
    assert.equal(test.end(), 2);
    assert.equal(test.update(1, 40), 2);
    assert.equal(test.update(2, 20), 4);
    assert.equal(test.end(), 2);
    assert.equal(test.update(3, Number.NaN), 2);
    assert.equal(test.end(), 9);
  });

  it('does with one threshold', () => {
    assert.deepEqual(spikeTest({ values: [0, 9, 0], suspectThreshold: 1 }), [2, 3, 2]);
    assert.deepEqual(spikeTest({ values: [0, 9, 0], failThreshold: 1 }), [2, 4, 2]);
  });

  for (const [what, options, field] of [
    ['no threshold', {}, 'suspectThreshold'],
    ['a threshold that is no number', { suspectThreshold: Number.NaN }, 'suspectThreshold'],
    ['an infinite threshold', { failThreshold: Number.POSITIVE_INFINITY }, 'failThreshold'],
    ['a negative threshold', { suspectThreshold: -1 }, 'suspectThreshold'],
    ['thresholds the wrong way round', { suspectThreshold: 5, failThreshold: 1 }, 'failThreshold'],
    ['an unknown method', { suspectThreshold: 1, method: 'median' as 'average' }, 'method'],
  ] as const) {
    it(`refuses ${what}, and names the option`, () => {
      assert.throws(() => createSpikeTest(options), (error) => error instanceof ConfigError && error.field === field);
    });
  }
});
