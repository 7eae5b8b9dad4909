import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createFlatLineTest, type FlatLineOptions } from '../../../../core/quality/index.ts';
import { series, stream } from './every-reading-test.ts';

/** No two values are closer together without being equal, so this tolerance asks for equal ones too. */
const LEAST_TOLERANCE = Number.MIN_VALUE;

describe('a flat line without a tolerance', () => {
  for (const interval of [undefined, 2]) {
    const thresholds: FlatLineOptions = { suspectThreshold: 3, failThreshold: 6, ...(interval !== undefined && { interval }) };

    it(`is judged, and kept, as one of values that are as good as equal, ${interval === undefined ? 'by the usual interval' : 'by a given interval'}`, () => {
      fc.assert(fc.property(series, fc.nat(60), (given, cut) => {
        const exact = createFlatLineTest(thresholds);
        const close = createFlatLineTest({ ...thresholds, tolerance: LEAST_TOLERANCE });
        const span = { to: Math.min(cut, given.values.length), end: false };
        assert.deepEqual(stream(exact, given, span), stream(close, given, span));
        assert.equal(JSON.stringify(exact.snapshot()), JSON.stringify(close.snapshot()));
        const restored = createFlatLineTest(thresholds);
        restored.restore(JSON.parse(JSON.stringify(close.snapshot())));
        assert.deepEqual(stream(restored, given, { from: span.to }), stream(close, given, { from: span.to }));
      }));
    });
  }
});
