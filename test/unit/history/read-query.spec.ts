import assert from 'node:assert/strict';
import fc from 'fast-check';
import { HistoryQueryError } from '../../../core/history/history-error.ts';
import { writeCursor } from '../../../core/history/cursor.ts';
import { readHistoryQuery } from '../../../core/history/read-query.ts';
import type { HistoryQuery } from '../../../core/history/query.ts';
import { readTime } from '../../../core/history/time/time-expression.ts';
import { isoTime, timeZone } from '../../../core/history/time/time-zone.ts';
import { FIELD_NAMES } from '../../../core/history/query.ts';
import { DAY, HOUR, NOW } from './plain-store.ts';

const read = (question: unknown, zone = 'UTC'): HistoryQuery => readHistoryQuery(question, { now: NOW, timeZone: zone });

/** The sentence with which a question is refused, and the field it names. */
function refusal(question: unknown): [string, string] {
  try {
    read(question);
  } catch (error) {
    assert.ok(error instanceof HistoryQueryError, String(error));
    return [error.field, error.message];
  }
  throw new Error(`${JSON.stringify(question)} was not refused`);
}

describe('a history question', () => {
  it('that says nothing is about all readings of the last day that are not bad or missing', () => {
    assert.deepEqual(read({}), {
      kind: 'raw', devices: {}, metrics: undefined, from: NOW - DAY, to: NOW, at: NOW, timeZone: 'UTC', aggregates: ['mean'], grid: { points: 500 }, minimumQuality: 3, fill: 'null', resets: 'signed',
      gapAfter: 'auto', limit: 10_000, order: 'oldest', position: undefined,
    });
  });

  it('is read from texts as from lists and numbers, and an empty text says nothing', () => {
    const expected = read({ devices: ['a', 'b'], metrics: ['t'], aggregates: ['min', 'max'], points: 10, limit: 5, fill: 0, gapAfter: 300_000, from: NOW - HOUR });
    assert.deepEqual(read({ devices: 'a, b,,a', metrics: ' t ', aggregates: 'min,max', points: '10', limit: '5', fill: '0', gapAfter: '5m', from: String(NOW - HOUR), profile: '', tag: ' ', every: '', next: '', order: '' }), expected);
    assert.equal(expected.kind, 'aggregate');
    assert.deepEqual(read({ devices: ['with, comma'] }).devices, { ids: ['with, comma'] });
    assert.deepEqual(read({ profile: 'press', tag: 'hall-2' }).devices, { profile: 'press', tag: 'hall-2' });
  });

  it('takes the time from the words of a person, in the time zone', () => {
    const time = (text: string, side: 'start' | 'end' = 'start'): string => {
      const span = readTime(text, NOW, timeZone('Europe/Berlin'));
      return span ? isoTime(span[side], timeZone('Europe/Berlin')) : 'none';
    };
    for (const [text, expected] of [
      ['now', '2026-11-22T17:00:00.000+01:00'], ['-24h', '2026-11-21T17:00:00.000+01:00'], ['now-90m', '2026-11-22T15:30:00.000+01:00'], ['-3 months', '2026-08-22T17:00:00.000+02:00'], ['-1M', '2026-10-22T17:00:00.000+02:00'],
      ['-1m', '2026-11-22T16:59:00.000+01:00'], ['now - 1d + 2h', '2026-11-21T19:00:00.000+01:00'], ['PT90M', '2026-11-22T15:30:00.000+01:00'], ['P1Y2M3DT4H', '2025-09-19T13:00:00.000+02:00'], ['P2W', '2026-11-08T17:00:00.000+01:00'],
      ['today', '2026-11-22T00:00:00.000+01:00'], ['Yesterday', '2026-11-21T00:00:00.000+01:00'], ['this week', '2026-11-16T00:00:00.000+01:00'], ['last month', '2026-10-01T00:00:00.000+02:00'], ['this quarter', '2026-10-01T00:00:00.000+02:00'],
      ['last year', '2025-01-01T00:00:00.000+01:00'], ['now/d', '2026-11-22T00:00:00.000+01:00'], ['now-1d/d', '2026-11-21T00:00:00.000+01:00'], ['-1h/h', '2026-11-22T16:00:00.000+01:00'],
      ['2026-03-29', '2026-03-29T00:00:00.000+01:00'], ['2026-03', '2026-03-01T00:00:00.000+01:00'], ['2026', '2026-01-01T00:00:00.000+01:00'],
      ['2026-03-29T12:00', '2026-03-29T12:00:00.000+02:00'], ['2026-03-29 12:00:00.25', '2026-03-29T12:00:00.250+02:00'], ['2026-03-29T12:00:00Z', '2026-03-29T14:00:00.000+02:00'],
      ['2026-03-29T12:00:00+05:30', '2026-03-29T08:30:00.000+02:00'], ['2026-03-29T12:00:00 05:30', '2026-03-29T08:30:00.000+02:00'], ['2026-03-29T12:00:00-0430', '2026-03-29T18:30:00.000+02:00'], ['2026-02-28T24:00', '2026-03-01T00:00:00.000+01:00'],
      ['0', '1970-01-01T01:00:00.000+01:00'], ['1795363200000', '2026-11-22T17:00:00.000+01:00'],
    ] as const) assert.equal(time(text), expected, text);
    assert.equal(time('2026-03-29', 'end'), '2026-03-30T00:00:00.000+02:00');
    assert.equal(time('2026-02', 'end'), '2026-03-01T00:00:00.000+01:00');
    // Programs that mean "all" send the first and the last time that their language knows.
    assert.deepEqual([read({ from: '0001-01-01T00:00:00Z', to: '9999-12-31T23:59:59.999Z' }).to, read({ from: '0001-01-01', to: '9999-12-31' }, 'Europe/Berlin').from], [253_402_300_799_999, -62_135_600_008_000]);
    for (const none of ['', '-', 'noon', 'now-', '24h', '-24', '-5 parsecs', 'last fortnight', '2026-02-30', '2026-13', '2026-1-1', '2026-01-01T25:00', '2026-01-01T24:01', 'now/s', 'P', 'PT', '-999999999y', 'P999999999Y', 'now-999999999h-999999999d', '9'.repeat(16), '__proto__', 'constructor', 'this constructor', `now${'-1d'.repeat(50)}`]) assert.equal(time(none), 'none', none);
  });

  it('ends now, or where the period ends that was named, and a period at its end is in it', () => {
    const range = (question: object): string[] => {
      const { from, to } = read(question, 'Europe/Berlin');
      return [from, to].map((ts) => isoTime(ts, timeZone('Europe/Berlin')).slice(0, 16));
    };
    assert.deepEqual(range({ from: '-1h' }), ['2026-11-22T16:00', '2026-11-22T17:00']);
    assert.deepEqual(range({ from: 'yesterday' }), ['2026-11-21T00:00', '2026-11-22T00:00']);
    assert.deepEqual(range({ from: 'yesterday', to: 'now' }), ['2026-11-21T00:00', '2026-11-22T17:00']);
    assert.deepEqual(range({ from: 'today' }), ['2026-11-22T00:00', '2026-11-22T17:00']);
    assert.deepEqual(range({ from: 'last month' }), ['2026-10-01T00:00', '2026-11-01T00:00']);
    assert.deepEqual(range({ from: 'now-1d/d' }), ['2026-11-21T00:00', '2026-11-22T00:00']);
    assert.deepEqual(range({ from: 'last month', to: 'yesterday' }), ['2026-10-01T00:00', '2026-11-22T00:00']);
    assert.deepEqual(range({ from: '2026-03-01' }), ['2026-03-01T00:00', '2026-11-22T17:00']);
    assert.deepEqual(range({ from: '2026-03-01', to: '2026-03-31' }), ['2026-03-01T00:00', '2026-04-01T00:00']);
    assert.deepEqual(range({ from: '2026-03-01', to: '2026-03-31T00:00' }), ['2026-03-01T00:00', '2026-03-31T00:00']);
  });

  it('reads intervals in words, short and as ISO durations', () => {
    for (const [text, every, unit] of [['15 minutes', 15, 'minute'], ['hour', 1, 'hour'], ['1h', 1, 'hour'], ['every 2 weeks', 2, 'week'], ['1M', 1, 'month'], ['1m', 1, 'minute'], ['P1M', 1, 'month'], ['PT15M', 15, 'minute'], ['3 quarters', 3, 'quarter'], ['5y', 5, 'year']] as const) {
      assert.deepEqual(read({ every: text }).grid, { every, unit }, text);
    }
  });

  it('that is wrong is refused with a sentence that names the field, the value and the cure', () => {
    for (const [question, field, sentence] of [
      [{ from: 'whenever' }, 'from', 'from is "whenever", which is no time. Write ISO 8601 such as 2026-03-01T06:00:00Z, milliseconds since 1970, or an expression such as -24h, now, today, last month or now/d, between the years 1 and 9999.'],
      [{ from: 'now', to: '-1h' }, 'to', 'from is 2026-11-22T16:00:00.000Z and to is 2026-11-22T15:00:00.000Z: nothing lies between. Choose a "to" after "from".'],
      [{ devices: 7 }, 'devices', 'devices is 7. Give a list of texts, or one text with commas.'],
      [{ devices: ['a', {}] }, 'devices', 'devices is a list with something in it that is of the type object. Give a list of texts, or one text with commas.'],
      [{ tag: ['a', 'b'] }, 'tag', 'tag is a list. Give one text.'],
      [{ aggregates: 'mean,mode' }, 'aggregates', 'aggregates has "mode". Choose from: min, max, mean, sum, count, first, last, median, p95, delta, rate, timeWeighted.'],
      [{ kind: 'cooked' }, 'kind', 'kind is "cooked". Choose one of: raw, aggregate, latest, at.'],
      [{ points: 0 }, 'points', 'points is 0. Give a whole number from 1 to 20000.'],
      [{ points: 5, every: '1h' }, 'points', 'points is 5 and every is "1h". Give only one of the two.'],
      [{ every: '7 minutes' }, 'every', 'every is "7 minutes", which does not divide a day. Choose minutes or hours that do, such as 5, 10, 15 or 30 minutes or 1, 2, 3, 4, 6, 8 or 12 hours, or use days.'],
      [{ every: '10000 years' }, 'every', 'every is "10000 years", which is no interval. Write a number up to 9999 and one of minute, hour, day, week, month, quarter, year, such as "15 minutes" or "1 month".'],
      [{ every: '0 days' }, 'every', 'every is "0 days", which is no interval. Write a number up to 9999 and one of minute, hour, day, week, month, quarter, year, such as "15 minutes" or "1 month".'],
      [{ timeZone: 'Mars/Olympus' }, 'timeZone', 'timeZone is "Mars/Olympus", which is not known here. Use a name of the IANA time zone database, such as Europe/Berlin or UTC.'],
      [{ minimumQuality: 3 }, 'minimumQuality', 'minimumQuality is 3. Choose one of: good, unknown, suspect, bad, missing.'],
      [{ fill: 'zero' }, 'fill', 'fill is "zero". Choose one of none, null, previous, linear, or a number.'],
      [{ gapAfter: '-5m' }, 'gapAfter', 'gapAfter is "-5m". Use auto, off, or a length of time such as "5m", "PT5M" or milliseconds.'],
      [{ limit: '1e9' }, 'limit', 'limit is "1e9". Give a whole number from 1 to 10000000.'],
      [{ next: 'abc' }, 'next', 'next is "abc", which is no cursor. Send the "next" of the last answer as it is, or leave it out to begin anew.'],
      [{ form: '-24h' }, 'form', `The question has a field "form", which is not known. Use: ${FIELD_NAMES.join(', ')}.`],
      ['SELECT 1', '', 'The question is "SELECT 1". Give an object such as {"devices":"press-1","metrics":"temperature","from":"-24h"}.'],
      [[], '', 'The question is a list. Give an object such as {"devices":"press-1","metrics":"temperature","from":"-24h"}.'],
    ] as const) assert.deepEqual(refusal(question), [field, sentence]);
    assert.match(refusal({ devices: Array.from({ length: 1_001 }, (_, index) => `d${index}`) })[1], /more than 1000 names/);
    assert.match(refusal({ metrics: 'x'.repeat(1_001) })[1], /a name of 1001 characters/);
  });

  it('goes on where its cursor says, at the time that the first question was about', () => {
    const next = writeCursor({ from: 5, to: 50, position: { device: 'a', metric: 'b', ts: 7 } });
    const { from, to, position } = read({ from: '-24h', next });
    assert.deepEqual([from, to, position], [5, 50, { device: 'a', metric: 'b', ts: 7 }]);
    for (const forged of [[1, 5, 5, 'a', 'b', 7], [1, '5', 9, 'a', 'b', 7], [1, 5, 9, 'a', 'b', 1.5], [1, 5, 9, {}, 'b', 7], [2, 5, 9, 'a', 'b', 7], [1, 5, 9, 'a', 'b'], [1, -8.64e15, 9, 'a', 'b', 7], [1, 5, 2 ** 53 - 1, 'a', 'b', 7], {}, null, 7]) {
      assert.equal(refusal({ next: Buffer.from(JSON.stringify(forged)).toString('base64url') })[0], 'next', JSON.stringify(forged));
    }
  });

  it('may be anything: it is read, or refused with a sentence', () => {
    const anything = fc.oneof(fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true }), fc.string(), fc.constantFrom('-24h', 'now/d', '2026-03-01', 'P1D', '__proto__', '1e400', '-0', 'NaN', '\u0000', '999999999 years', '-999999999w'));
    fc.assert(fc.property(fc.dictionary(fc.constantFrom(...FIELD_NAMES, '__proto__', 'constructor'), anything), (question) => {
      try {
        const { from, to, limit } = read(question, 'Europe/Berlin');
        assert.ok(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from < to && limit > 0);
      } catch (error) {
        assert.ok(error instanceof HistoryQueryError, String(error));
        assert.match(error.message, /\.$/);
      }
    }), { numRuns: 3_000 });
    fc.assert(fc.property(fc.anything(), (value) => {
      try {
        read(value);
      } catch (error) {
        assert.ok(error instanceof HistoryQueryError, String(error));
      }
    }));
  });
});
