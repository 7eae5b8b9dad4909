import assert from 'node:assert/strict';
import fc from 'fast-check';
import { readWeeklyWindows, WeeklyWindows } from '../../../../core/anomaly/device/weekly-windows.ts';
import { ConfigError } from '../../../../core/errors/holdfast-error.ts';

const HOUR = 3_600_000;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];

/** For how many of the hours of 24, in steps of a quarter of an hour, the window holds. */
function hoursWithin(windows: WeeklyWindows, from: number): number {
  return Array.from({ length: 96 }, (_, index) => windows.has(from + (index * HOUR) / 4)).filter(Boolean).length / 4;
}

describe('weekly maintenance windows', () => {
  it('begin and end when the clock on the wall of their zone says so, also past midnight', () => {
    const windows = new WeeklyWindows([{ days: [6], from: '22:00', to: '06:00' }], 'Europe/Vienna');
    const at = (text: string): boolean => windows.has(Date.parse(text));
    assert.deepEqual(['2026-01-03T21:59:59+01:00', '2026-01-03T22:00:00+01:00', '2026-01-04T05:59:59+01:00', '2026-01-04T06:00:00+01:00', '2026-01-04T22:00:00+01:00'].map(at), [false, true, true, false, false]);
  });

  it('are an hour shorter or longer where the clock is put forward or back in them', () => {
    const windows = new WeeklyWindows([{ days: EVERY_DAY, from: '01:00', to: '05:00' }], 'Europe/Vienna');
    assert.equal(hoursWithin(windows, Date.parse('2026-03-29T00:00:00+01:00')), 3);
    assert.equal(hoursWithin(windows, Date.parse('2026-10-25T00:00:00+02:00')), 5);
    assert.equal(hoursWithin(windows, Date.parse('2026-06-25T00:00:00+02:00')), 4);
  });

  it('do not come about in an hour that the wall skips, and come about twice in one that it shows twice', () => {
    const windows = new WeeklyWindows([{ days: EVERY_DAY, from: '02:15', to: '02:45' }], 'Europe/Vienna');
    assert.equal(hoursWithin(windows, Date.parse('2026-03-29T00:00:00+01:00')), 0);
    assert.equal(hoursWithin(windows, Date.parse('2026-10-25T00:00:00+02:00')), 1);
  });

  it('hold exactly where the weekday and the time that the zone shows lie in one of them', () => {
    const zones = ['Europe/Vienna', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Apia', 'UTC'];
    const clock = fc.integer({ min: 0, max: 95 }).map((quarter) => `${String(Math.floor(quarter / 4)).padStart(2, '0')}:${String((quarter % 4) * 15).padStart(2, '0')}`);
    const window = fc.record({ days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }), from: clock, to: clock });
    fc.assert(fc.property(fc.constantFrom(...zones), fc.array(window, { minLength: 1, maxLength: 3 }), fc.integer({ min: 1_600_000_000, max: 1_900_000_000 }), (zone, given, seconds) => {
      const shown = new Intl.DateTimeFormat('en-GB', { timeZone: zone, weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).formatToParts(seconds * 1000);
      const part = (type: string): string => shown.find((one) => one.type === type)?.value ?? '';
      const day = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'].indexOf(part('weekday')) + 1;
      const time = `${part('hour')}:${part('minute')}`;
      const before = ((day + 5) % 7) + 1;
      const isWithin = given.some(({ days, from, to }) => (to > from ? days.includes(day) && time >= from && time < to : (days.includes(day) && time >= from) || (days.includes(before) && time < to)));
      assert.equal(new WeeklyWindows(given, zone).has(seconds * 1000), isWithin);
    }));
  });

  it('are refused with a sentence that names the row, the value and the cure', () => {
    for (const [given, said] of [
      ['nights', /are not a list/], [[{ days: [8], from: '22:00', to: '06:00' }], /row 1, days, is a list .* 1 for Monday to 7 for Sunday/],
      [[{ days: [1], from: '24:00', to: '06:00' }], /row 1, from, is "24:00".*"22:00"/], [[{ days: [1], from: '22:00', to: 6 }], /row 1, to, is 6/], [[{ days: [1], from: '22:00', to: '06:00', zone: 'UTC' }], /"zone", which is not known/],
    ] as const) assert.throws(() => readWeeklyWindows(given), (error) => error instanceof ConfigError && said.test(error.message));
    assert.deepEqual(readWeeklyWindows([{ days: [7, 6, 6], from: '00:00', to: '00:00' }]), [{ days: [6, 7], from: '00:00', to: '00:00' }]);
  });
});
