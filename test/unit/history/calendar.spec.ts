import assert from 'node:assert/strict';
import fc from 'fast-check';
import { beginningsBetween, calendarShift, fitsCalendar, intervalAt } from '../../../core/history/time/calendar.ts';
import type { Interval } from '../../../core/history/time/calendar.ts';
import { isoTime, timeZone } from '../../../core/history/time/time-zone.ts';

const HOUR = 3_600_000;
const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'America/Sao_Paulo', 'Pacific/Apia', 'Africa/Casablanca', 'America/St_Johns'];

const beginnings = (zone: string, from: string, to: string, every: number, unit: Interval['unit']): string[] =>
  beginningsBetween(timeZone(zone), Date.parse(from), Date.parse(to), { every, unit }, 1_000).map((ts) => isoTime(ts, timeZone(zone)));

describe('calendar intervals', () => {
  it('make 25 hours of the day on which clocks go back, the hour that is there twice being two', () => {
    const hours = beginnings('Europe/Berlin', '2026-10-24T21:59:59Z', '2026-10-25T23:00:00Z', 1, 'hour');
    assert.equal(hours.length, 25);
    assert.deepEqual(hours.slice(1, 5), ['2026-10-25T01:00:00.000+02:00', '2026-10-25T02:00:00.000+02:00', '2026-10-25T02:00:00.000+01:00', '2026-10-25T03:00:00.000+01:00']);
  });

  it('make 23 hours of the day on which clocks go forward', () => {
    const hours = beginnings('America/New_York', '2026-03-08T04:59:59Z', '2026-03-09T04:00:00Z', 1, 'hour');
    assert.equal(hours.length, 23);
    assert.deepEqual(hours.slice(1, 3), ['2026-03-08T01:00:00.000-05:00', '2026-03-08T03:00:00.000-04:00']);
  });

  it('begin at midnight of the place, be the day 23, 24 or 25 hours long', () => {
    const days = (zone: string, from: string, to: string): number[] => {
      const all = beginningsBetween(timeZone(zone), Date.parse(from), Date.parse(to), { every: 1, unit: 'day' }, 10);
      return all.slice(1).map((day, index) => (day - all[index]!) / HOUR);
    };
    assert.deepEqual(days('Europe/Berlin', '2026-03-27T12:00Z', '2026-03-31T12:00Z'), [24, 23, 24]);
    assert.deepEqual(days('America/New_York', '2026-10-30T12:00Z', '2026-11-03T12:00Z'), [24, 25, 24]);
    assert.deepEqual(days('Australia/Lord_Howe', '2026-04-03T00:00Z', '2026-04-07T00:00Z'), [24, 24.5, 24]);
    assert.deepEqual(days('Australia/Lord_Howe', '2026-10-02T00:00Z', '2026-10-06T00:00Z'), [24, 23.5, 24]);
  });

  it('keep to the wall where half an hour is skipped or there twice', () => {
    assert.deepEqual(beginnings('Australia/Lord_Howe', '2026-10-03T14:00Z', '2026-10-03T17:00Z', 1, 'hour'), ['2026-10-04T01:00:00.000+10:30', '2026-10-04T03:00:00.000+11:00']);
    assert.deepEqual(beginnings('Australia/Lord_Howe', '2026-04-04T14:10Z', '2026-04-04T16:00Z', 30, 'minute'), [
      '2026-04-05T01:30:00.000+11:00', '2026-04-05T01:30:00.000+10:30', '2026-04-05T02:00:00.000+10:30',
    ]);
  });

  it('begin a day without a midnight when it does begin, and leave out a day that never was', () => {
    assert.deepEqual(beginnings('America/Sao_Paulo', '2018-11-03T12:00Z', '2018-11-05T12:00Z', 1, 'day'), ['2018-11-04T01:00:00.000-02:00', '2018-11-05T00:00:00.000-02:00']);
    assert.deepEqual(beginnings('Pacific/Apia', '2011-12-29T12:00Z', '2012-01-01T12:00Z', 1, 'day'), ['2011-12-31T00:00:00.000+14:00', '2012-01-01T00:00:00.000+14:00', '2012-01-02T00:00:00.000+14:00']);
  });

  it('have months, quarters and years as long as they are, and weeks from Monday on', () => {
    assert.deepEqual(beginnings('Europe/Berlin', '2028-01-15T00:00Z', '2028-04-15T00:00Z', 1, 'month'), ['2028-02-01T00:00:00.000+01:00', '2028-03-01T00:00:00.000+01:00', '2028-04-01T00:00:00.000+02:00']);
    assert.deepEqual(beginnings('UTC', '2026-02-15T00:00Z', '2027-02-15T00:00Z', 1, 'quarter').map((time) => time.slice(0, 7)), ['2026-04', '2026-07', '2026-10', '2027-01']);
    assert.deepEqual(beginnings('UTC', '2026-02-15T00:00Z', '2042-02-15T00:00Z', 5, 'year').map((time) => time.slice(0, 4)), ['2030', '2035', '2040']);
    assert.deepEqual(beginnings('UTC', '2026-11-18T00:00Z', '2026-12-20T00:00Z', 2, 'week').map((time) => time.slice(0, 10)), ['2026-11-23', '2026-12-07']);
  });

  it('follow each other without a hole, in every zone, and the wall shows a multiple where they begin', () => {
    const units = fc.constantFrom<Interval>({ every: 1, unit: 'minute' }, { every: 15, unit: 'minute' }, { every: 1, unit: 'hour' }, { every: 6, unit: 'hour' }, { every: 1, unit: 'day' }, { every: 10, unit: 'day' }, { every: 1, unit: 'week' }, { every: 1, unit: 'month' }, { every: 5, unit: 'month' }, { every: 1, unit: 'quarter' }, { every: 1, unit: 'year' });
    fc.assert(fc.property(fc.constantFrom(...ZONES), fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2060, 0) }), units, (name, instant, interval) => {
      const zone = timeZone(name);
      const { start, end } = intervalAt(zone, instant, interval);
      assert.ok(start <= instant && instant < end, `${start} ${instant} ${end}`);
      assert.deepEqual([intervalAt(zone, start, interval), intervalAt(zone, end - 1, interval), intervalAt(zone, end, interval).start], [{ start, end }, { start, end }, end]);
      const wall = new Date(zone.wallAt(start));
      if (interval.unit === 'minute') assert.equal(wall.getUTCMinutes() % interval.every, 0);
      // Where clocks change at midnight, the day begins at one.
      else assert.ok(wall.getUTCHours() % (interval.unit === 'hour' ? interval.every : 24) <= 1);
    }), { numRuns: 2_000 });
  });

  it('say the same of a day as Intl does: one date from its beginning to its end, another one before', () => {
    fc.assert(fc.property(fc.constantFrom(...ZONES), fc.integer({ min: Date.UTC(1975, 0), max: Date.UTC(2060, 0) }), (name, instant) => {
      const date = (ts: number): string => new Intl.DateTimeFormat('sv-SE', { timeZone: name, dateStyle: 'short' }).format(ts);
      const { start, end } = intervalAt(timeZone(name), instant, { every: 1, unit: 'day' });
      assert.deepEqual([date(start), date(end - 1)], [date(instant), date(instant)]);
      assert.notEqual(date(start - 1), date(instant));
      assert.notEqual(date(end), date(instant));
    }), { numRuns: 300 });
  });

  it('have times that read back as they were, in every zone and year', () => {
    fc.assert(fc.property(fc.constantFrom(...ZONES), fc.integer({ min: Date.UTC(1, 0), max: Date.UTC(9_999, 0) }), (name, instant) => {
      const text = isoTime(instant, timeZone(name));
      assert.match(text, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/);
      assert.equal(Date.parse(text), instant);
    }), { numRuns: 1_000 });
  });

  it('have times that can be written, however far they lie', () => {
    for (const name of ZONES) for (const instant of [8.64e15, -8.64e15, 8.64e15 - 86_400_000, -8.64e15 + 86_400_000]) assert.match(isoTime(instant, timeZone(name)), /\d/);
  });

  it('end also where one lasts longer than there have been years', () => {
    for (const unit of ['week', 'month', 'quarter', 'year'] as const) {
      for (const at of [Date.UTC(1, 0), Date.UTC(2026, 0), Date.UTC(9_999, 11)]) {
        const { start, end } = intervalAt(timeZone('Europe/Berlin'), at, { every: 9_999, unit });
        assert.ok(start <= at && at < end, `${at} ${unit}`);
      }
    }
  });

  it('shift by months to the last day where the month is shorter, and keep the time of day across daylight saving', () => {
    const shifted = (zone: string, from: string, amount: number, unit: Interval['unit']): string => isoTime(calendarShift(timeZone(zone), Date.parse(from), amount, unit), timeZone(zone));
    assert.equal(shifted('UTC', '2026-03-31T10:00Z', -1, 'month'), '2026-02-28T10:00:00.000+00:00');
    assert.equal(shifted('UTC', '2028-02-29T10:00Z', -1, 'year'), '2027-02-28T10:00:00.000+00:00');
    assert.equal(shifted('Europe/Berlin', '2026-03-28T02:30+01:00', 1, 'day'), '2026-03-29T03:00:00.000+02:00');
    assert.equal(shifted('Europe/Berlin', '2026-10-26T12:00+01:00', -1, 'week'), '2026-10-19T12:00:00.000+02:00');
    assert.equal(shifted('Europe/Berlin', '2026-10-25T03:00+01:00', -1, 'hour'), '2026-10-25T02:00:00.000+01:00');
  });

  it('know which minutes and hours divide a day', () => {
    assert.deepEqual([7, 11, 15, 90, 1_440].map((every) => fitsCalendar({ every, unit: 'minute' })), [false, false, true, true, true]);
    assert.deepEqual([5, 6, 24, 36].map((every) => fitsCalendar({ every, unit: 'hour' })), [false, true, true, false]);
  });
});
