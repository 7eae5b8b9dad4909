import assert from 'node:assert/strict';
import { Profiles } from '../../../core/profile/profiles.ts';
import { readProfiles } from '../../../core/profile/read-profiles.ts';
import { retentionRules } from '../../../core/profile/retention-rules.ts';
import { KEEP_ALL } from '../../../core/store/retention.ts';

const DAY = 86_400_000;

describe('Retention rules', () => {
  const profiles = new Profiles();
  const profileOf = (device: string): string | undefined => ({ 'press-7': 'press', 'press-8': 'gone', 'press-9': '' })[device];

  beforeEach(() => profiles.set(readProfiles([{ name: 'press', retention: { readings: 30, hour: 365 }, metrics: { vibration: { retention: { readings: 2 } }, state: {} } }])));

  it('keeps everything where nobody says anything', () => {
    assert.deepEqual(retentionRules({ profiles, profileOf }).of('room', 'temperature'), KEEP_ALL);
    assert.equal(retentionRules({ profiles, profileOf }).maximumBytes, Infinity);
  });

  it('follows the metric, then the profile, then what is general, each for what the one before does not say', () => {
    const rules = retentionRules({ profiles, profileOf, general: { readings: 90 * DAY, day: Infinity }, maximumBytes: 1e9 });
    assert.deepEqual(rules.of('press-7', 'vibration'), { readings: 2 * DAY, minute: 0, hour: 365 * DAY, day: Infinity });
    assert.deepEqual(rules.of('press-7', 'state'), { readings: 30 * DAY, minute: 0, hour: 365 * DAY, day: Infinity });
    assert.deepEqual(rules.of('press-7', 'toString'), { readings: 30 * DAY, minute: 0, hour: 365 * DAY, day: Infinity });
    for (const device of ['press-8', 'press-9', 'room']) assert.deepEqual(rules.of(device, 'vibration'), { readings: 90 * DAY, minute: 0, hour: 0, day: Infinity });
    assert.equal(rules.maximumBytes, 1e9);
  });

  it('follows profiles that are put in force later', () => {
    const rules = retentionRules({ profiles, profileOf });
    profiles.set(readProfiles([{ name: 'press', retention: { readings: 7 } }]));
    assert.equal(rules.of('press-7', 'vibration').readings, 7 * DAY);
  });
});
