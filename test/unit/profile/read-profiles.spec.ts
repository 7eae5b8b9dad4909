import assert from 'node:assert/strict';
import { ConfigError } from '../../../core/errors/holdfast-error.ts';
import { Profiles } from '../../../core/profile/profiles.ts';
import { readProfiles } from '../../../core/profile/read-profiles.ts';

const DAY = 86_400_000;

describe('Profiles', () => {
  function refusal(value: unknown): string {
    try {
      readProfiles(value);
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.message;
    }
    throw new assert.AssertionError({ message: `taken: ${JSON.stringify(value)}` });
  }

  it('takes what a person gives, and fills in the rest', () => {
    const [press, room] = readProfiles([
      { name: ' press ', format: 'cbor', maximumAge: '86400000', metrics: { temperature: { type: 'number', unit: 'Cel' }, state: { type: '', unit: ' ' } }, limits: { messagesPerSecond: '5', over: 'conflate' } },
      { name: 'Kühlraum 3' },
    ]);
    assert.ok(press && room);
    assert.equal(press.name, 'press');
    assert.equal(press.format, 'cbor');
    assert.equal(press.maximumAge, 86_400_000);
    assert.deepEqual({ ...press.metrics }, { temperature: { type: 'number', unit: 'Cel' }, state: {} });
    assert.deepEqual(press.limits, { messagesPerSecond: 5, bytesPerSecond: 0, burst: 10, over: 'conflate' });
    assert.deepEqual({ ...room, metrics: { ...room.metrics } }, { name: 'Kühlraum 3', format: 'auto', maximumAge: 0, metrics: {} });
  });

  it('takes how long readings and rollups are kept, of a profile and of a metric of it, in days', () => {
    const [press] = readProfiles([{ name: 'press', retention: { readings: '30', minute: 0, day: null, hour: ' ' }, metrics: { vibration: { retention: { readings: 0.5 } }, state: { retention: null } } }]);
    assert.deepEqual(press?.retention, { readings: 30 * DAY, minute: 0, day: Infinity, hour: Infinity });
    assert.deepEqual({ ...press?.metrics }, { vibration: { retention: { readings: DAY / 2 } }, state: {} });
  });

  it('takes the id of the contract that its devices have to meet, or none', () => {
    const profiles = readProfiles([{ name: 'press', contract: ' press-telemetry ' }, { name: 'van', contract: '' }, { name: 'room', contract: null }]);
    assert.deepEqual(profiles.map(({ contract }) => contract), ['press-telemetry', undefined, undefined]);
    assert.equal('contract' in (profiles[1] ?? {}), false);
  });

  it('declares no metric that is not given, whatever its name', () => {
    const [press] = readProfiles([{ name: 'press', metrics: { toString: { type: 'number' } } }]);
    assert.deepEqual(press?.metrics['toString'], { type: 'number' });
    assert.equal(press?.metrics['valueOf'], undefined);
  });

  it('says which field of which profile is wrong, with its value and the cure', () => {
    const cases: [unknown, RegExp][] = [
      ['x', /The profiles are not a list\. Give a list/],
      [Array.from({ length: 1_001 }, (_, index) => ({ name: `p${index}` })), /1001 profiles\. Use at most 1000/],
      [[3], /row 1, is 3\. Give an object/],
      [[{}], /row 1, name, is missing\. Use 1 to 64 characters/],
      [[{ name: 'a\u0007' }], /row 1, name/],
      [[{ name: 'a' }, { name: 'a' }], /row 2, name, is "a", which another profile has already/],
      [[{ name: 'a', maxAge: 3 }], /row 1, has "maxAge", which is not known\. Use name, format/],
      [[{ name: 'a', format: 'xml' }], /row 1, format, is "xml"\. Choose one of: auto, json/],
      [[{ name: 'a', maximumAge: -1 }], /maximumAge, is -1\. Enter milliseconds/],
      [[{ name: 'a', maximumAge: Number.NaN }], /maximumAge, is NaN/],
      [[{ name: 'a', metrics: [] }], /metrics, is a list\. Give an object of metrics/],
      [[{ name: 'a', metrics: JSON.parse('{"__proto__": {}}') }], /a metric called "__proto__"/],
      [[{ name: 'a', metrics: { t: { type: 'float' } } }], /metrics, t, type, is "float"\. Choose one of: number/],
      [[{ name: 'a', metrics: { t: { unit: 7 } } }], /metrics, t, unit, is 7\. Use at most 64/],
      [[{ name: 'a', limits: 5 }], /limits is not an object/],
      [[{ name: 'a', limits: { messagesPerSecond: 'fast' } }], /limits, messagesPerSecond, is "fast"\. Enter a number between 0\.001 and 1000000, or 0 for no limit/],
      [[{ name: 'a', limits: { burst: 0 } }], /limits, burst, is "0"\. Enter a number between 0\.1 and 86400\./],
      [[{ name: 'a', limits: { over: 'drop' } }], /limits, over, is "drop"\. Choose one of: refuse, conflate, quarantine/],
      [[{ name: 'a', contract: 'press telemetry' }], /row 1, contract, is "press telemetry"\. Enter the id of a contract/],
      [[{ name: 'a', contract: 7 }], /row 1, contract, is 7/],
      [[{ name: 'a', retention: 30 }], /row 1, retention, is not an object\. Give days for readings, minute, hour, day/],
      [[{ name: 'a', retention: { week: 30 } }], /row 1, retention, has "week", which is not known\. Use readings, minute, hour, day/],
      [[{ name: 'a', retention: { readings: 0 } }], /retention, readings, is 0, and readings .* Enter days, or leave it empty/],
      [[{ name: 'a', retention: { hour: -1 } }], /retention, hour, is -1\. Enter days, at most 36525; 0 for no such rollup; leave it empty/],
      [[{ name: 'a', retention: { readings: 'long' } }], /retention, readings, is "long"\. Enter days, at most 36525; leave it empty/],
      [[{ name: 'a', retention: { readings: Number.NaN } }], /retention, readings, is NaN/],
      [[{ name: 'a', retention: { readings: [3] } }], /retention, readings, is of type object/],
      [[{ name: 'a', metrics: { t: { retention: { day: 1e9 } } } }], /metrics, t, retention, day, is 1000000000\./],
      [[{ name: 'a', limits: { rate: 5 } }], /limits has "rate", which is not known/],
    ];
    for (const [value, sentence] of cases) assert.match(refusal(value), sentence);
  });

  it('puts a list in force as a whole', () => {
    const profiles = new Profiles();
    assert.equal(profiles.of('press'), undefined);
    profiles.set(readProfiles([{ name: 'press' }, { name: 'room' }]));
    assert.equal(profiles.of('press')?.name, 'press');
    profiles.set(readProfiles([{ name: 'room' }]));
    assert.equal(profiles.of('press'), undefined);
  });
});
