import assert from 'node:assert/strict';
import { ConfigError, createGapTest, createImpossibleDateTest, dataReceptionTest, gapTest, impossibleDateTest, QualitySnapshotError } from '../../../../core/quality/index.ts';

describe('gap_test', () => {
  const THRESHOLDS = { suspectThreshold: 60, failThreshold: 600 };

  it('finds a sample after too long a silence suspect or bad', () => {
    assert.deepEqual(gapTest({ times: [0, 60_000, 120_001, 720_001, 1_320_002, 1_320_002], ...THRESHOLDS }), [1, 1, 3, 3, 4, 1]);
  });

  it('does not evaluate what follows a sample without a time', () => {
    assert.deepEqual(gapTest({ times: [0, null, 90_000, 91_000], ...THRESHOLDS }), [1, 9, 2, 1]);
  });

  it('finds no gap after a late sample', () => {
    assert.deepEqual(gapTest({ times: [900_000, 100_000, 901_000], ...THRESHOLDS }), [1, 1, 1]);
  });

  it('goes on from a snapshot', () => {
    const before = createGapTest(THRESHOLDS);
    const after = createGapTest(THRESHOLDS);
    after.restore(JSON.parse(JSON.stringify(before.snapshot())));
    assert.equal(after.update(0, 0), 1);
    before.update(0, 0);
    after.restore(JSON.parse(JSON.stringify(before.snapshot())));
    assert.equal(after.update(61_000, 0), 3);
    assert.throws(() => after.restore({ v: 1, s: [] }), QualitySnapshotError);
  });
});

describe('data_reception_test', () => {
  it('finds a sample that came too long after its event time suspect or bad', () => {
    const times = ['2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z', '2026-11-22T10:00:00Z', null, '2026-11-22T10:00:00Z'];
    const received = ['2026-11-22T10:01:00Z', '2026-11-22T10:01:01Z', '2026-11-22T11:00:01Z', '2026-11-22T10:00:00Z', '2026-11-22T09:00:00Z'];
    assert.deepEqual(dataReceptionTest({ times, received, suspectThreshold: 60, failThreshold: 3600 }), [1, 3, 4, 9, 1]);
  });

  it('looks at all of a series from one time', () => {
    assert.deepEqual(dataReceptionTest({ times: [0, 50_000], now: 100_000, failThreshold: 60 }), [4, 1]);
  });

  it('refuses to guess when the samples came', () => {
    assert.throws(() => dataReceptionTest({ times: [0], failThreshold: 60 }), (error) => error instanceof ConfigError && error.field === 'received');
    assert.throws(() => dataReceptionTest({ times: [0, 1], received: [0], failThreshold: 60 }), (error) => error instanceof ConfigError && error.field === 'received');
  });
});

describe('impossible_date_test', () => {
  it('finds a time after the reception bad', () => {
    assert.deepEqual(impossibleDateTest({ times: [1000, 2000, null], received: [1000, 1999, 5000] }), [1, 4, 9]);
    assert.deepEqual(impossibleDateTest({ times: [1000, 2000], now: 1000, ahead: 0.5 }), [1, 4]);
  });

  it('finds a time outside of the span bad', () => {
    assert.deepEqual(impossibleDateTest({ times: ['1970-01-01', '2020-01-01', '2030-01-01'], failSpan: ['2019-06-01', '2029-12-31'] }), [4, 1, 4]);
  });

  it('refuses a span that is none', () => {
    assert.throws(() => createImpossibleDateTest({ failSpan: ['2019-06-01'] as never }), (error) => error instanceof ConfigError && error.field === 'failSpan');
  });
});
