import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseTime } from '../../../core/decode/index.ts';

const AT = Date.UTC(2025, 10, 24, 16, 0, 0, 123);

describe('parseTime', () => {
  it('tells seconds, milliseconds, microseconds and nanoseconds apart', () => {
    assert.equal(parseTime(AT / 1e3), AT);
    assert.equal(parseTime(AT), AT);
    assert.equal(parseTime(AT * 1e3), AT);
    assert.equal(parseTime(AT * 1e6), AT);
    assert.equal(parseTime(String(AT)), AT);
  });

  it('does not take the uptime of a device for a time', () => {
    for (const value of [0, 12, 86_400, 99_999_999, -AT, NaN, Infinity, 1e21]) assert.equal(parseTime(value), undefined, String(value));
  });

  it('reads RFC 3339, with its offsets, fractions and leap second', () => {
    assert.equal(parseTime('2025-11-24T16:00:00.123Z'), AT);
    assert.equal(parseTime('2025-11-24t17:00:00.123456789+01:00'), AT);
    assert.equal(parseTime('2025-11-24T10:30:00.123-05:30'), AT);
    assert.equal(parseTime('2016-12-31T23:59:60Z'), Date.UTC(2017, 0, 1));
    assert.equal(parseTime('0050-01-01T00:00:00Z'), Date.parse('0050-01-01T00:00:00Z'));
  });

  it('reads a data logger\'s time without an offset as UTC', () => {
    assert.equal(parseTime('2013-12-02 21:15:00'), Date.UTC(2013, 11, 2, 21, 15));
    assert.equal(parseTime('2013-12-02T21:15:00'), Date.UTC(2013, 11, 2, 21, 15));
  });

  it('refuses days, hours and words that do not exist', () => {
    for (const value of ['2025-02-29T00:00:00Z', '2025-13-01T00:00:00Z', '2025-04-31 00:00:00', '2025-01-01T24:00:00Z', '2025-01-01T00:60:00Z',
      '2025-01-01T00:00:00+24:00', '2025-01-01', 'now', '', '1', ' '.repeat(1_000), true, {}, [], undefined]) {
      assert.equal(parseTime(value), undefined, JSON.stringify(value));
    }
    assert.equal(parseTime(new Date(NaN)), undefined);
  });

  it('gives back every moment that JavaScript writes', () => {
    fc.assert(fc.property(fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }), (date) => {
      assert.equal(parseTime(date.toISOString()), date.getTime());
      assert.equal(parseTime(date), date.getTime());
    }));
  });
});
