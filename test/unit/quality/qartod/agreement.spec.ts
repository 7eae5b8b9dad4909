import assert from 'node:assert/strict';
import fc from 'fast-check';
import { QualitySnapshotError } from '../../../../core/quality/index.ts';
import { CASES, series, stream } from './every-reading-test.ts';

describe('the quality tests of one metric, whatever the series', () => {
  for (const { name, create, batch } of CASES) {
    it(`${name}: the stream gives the flags of the whole series, one a reading`, () => {
      fc.assert(fc.property(series, (given) => {
        const flags = stream(create(), given);
        assert.equal(flags.length, given.values.length);
        assert.deepEqual(flags, batch(given));
      }));
    });

    it(`${name}: a missing value is missing, and nothing else is`, () => {
      fc.assert(fc.property(series, (given) => {
        assert.deepEqual(batch(given).map((flag) => flag === 9), given.values.map((value) => value === null || !Number.isFinite(value)));
      }));
    });

    it(`${name}: goes on from a snapshot, taken at any point and kept as JSON, as if nothing had been`, () => {
      fc.assert(fc.property(series, fc.nat(60), (given, point) => {
        const to = Math.min(point, given.values.length);
        const before = create();
        const flags = stream(before, given, { to, end: false });
        const after = create();
        after.restore(JSON.parse(JSON.stringify(before.snapshot())));
        assert.deepEqual([...flags, ...stream(after, given, { from: to })], batch(given));
      }));
    });

    it(`${name}: says of a damaged snapshot that it is one, and judges on`, () => {
      const number = fc.oneof(fc.constant(null), fc.double(), fc.integer({ min: -2, max: 12 }));
      const damaged = fc.oneof(fc.jsonValue(), fc.record({ v: fc.constantFrom(1, 2), s: fc.array(number, { maxLength: 12 }) }));
      fc.assert(fc.property(damaged, series, (snapshot, given) => {
        const test = create();
        try {
          test.restore(snapshot);
        } catch (error) {
          assert.ok(error instanceof QualitySnapshotError, String(error));
          assert.deepEqual(stream(test, given), batch(given));
          return;
        }
        stream(test, given);
      }));
    });
  }
});
