import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Quality, Sample } from '../../../core/sample/sample.ts';
import { DeviceTrust } from '../../../core/trust/device-trust.ts';

const START = Date.UTC(2026, 0, 1);
const SECOND = 1_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function sampleAt(ts: number, q: Quality = 1, more: Partial<Sample> = {}): Sample {
  return { id: `s${ts}`, device: 'press-7', ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values: { temperature: 21 }, metrics: { temperature: { q } }, ...more };
}

function trustAfter(samples: Iterable<Sample>): DeviceTrust {
  const trust = new DeviceTrust();
  for (const sample of samples) trust.judged(sample);
  return trust;
}

function* every(step: number, from: number, to: number, q: (index: number) => Quality = () => 1): Generator<Sample> {
  for (let ts = from, index = 0; ts < to; ts += step, index += 1) yield sampleAt(ts, q(index));
}

describe('the trust in a device', () => {
  it('is whole for a device that sends good readings on time, over hour, day and week', () => {
    const { hour, day, week } = trustAfter(every(10 * SECOND, START, START + 2 * HOUR)).at(START + 2 * HOUR) ?? assert.fail();
    for (const window of [hour, day, week]) assert.deepEqual({ ...window, readings: 0 }, { score: 1, readings: 0, good: 1, clockError: 0, gaps: 0, breaks: 0 });
    assert.equal(day.readings, 720);
    assert.ok(hour.readings > 320 && hour.readings <= 360, String(hour.readings));
  });

  it('is nothing that can be said of a device never heard', () => {
    assert.equal(new DeviceTrust().at(START), undefined);
  });

  it('falls with the share of readings that are not good, and those that no test could judge do not count', () => {
    const third = trustAfter(every(10 * SECOND, START, START + HOUR, (index) => (index % 3 === 0 ? 4 : 1))).at(START + HOUR);
    assert.equal(third?.day.good, 0.667);
    assert.equal(third?.day.score, 0.667);
    const unknown = trustAfter(every(10 * SECOND, START, START + HOUR, (index) => (index % 2 === 0 ? 2 : 1))).at(START + HOUR);
    assert.equal(unknown?.day.score, 1);
  });

  it('is won back within the hour, while the day and the week remember', () => {
    const trust = trustAfter([...every(10 * SECOND, START, START + HOUR, () => 4), ...every(10 * SECOND, START + HOUR, START + 3 * HOUR)]);
    const { hour, day, week } = trust.at(START + 3 * HOUR) ?? assert.fail();
    assert.deepEqual([hour.score, day.score, week.score], [1, 0.667, 0.667]);
  });

  it('counts silence that is much longer than usual, also one that lasts, and a device that sends rarely has no gaps', () => {
    const trust = trustAfter([...every(10 * SECOND, START, START + HOUR), ...every(10 * SECOND, START + 2 * HOUR, START + 4 * HOUR)]);
    assert.ok(Math.abs((trust.at(START + 4 * HOUR)?.day.gaps ?? 0) - 0.25) < 0.01);
    assert.equal(trust.at(START + 4 * HOUR)?.hour.gaps, 0);
    const lasting = trust.at(START + 4 * HOUR + 30 * 60 * SECOND) ?? assert.fail();
    assert.ok(Math.abs(lasting.hour.gaps - 0.5) < 0.01, String(lasting.hour.gaps));
    assert.equal(trustAfter(every(HOUR, START, START + 5 * DAY)).at(START + 5 * DAY)?.week.gaps, 0);
  });

  it('measures the clock by the sample that came quickest, and a clock that is far off costs trust', () => {
    const late = (behind: number): DeviceTrust => trustAfter(Array.from({ length: 100 }, (_, index) => sampleAt(START + index * 10 * SECOND - behind, 1, { received: START + index * 10 * SECOND + (index % 7) * 300 })));
    assert.equal(late(0).at(START + HOUR / 2)?.hour.clockError, 0);
    const off = late(100 * SECOND).at(START + 1_000 * SECOND) ?? assert.fail();
    assert.deepEqual([off.hour.clockError, off.hour.score], [-100_000, 0.75]);
    assert.equal(late(3 * HOUR).at(START + 1_000 * SECOND)?.day.gaps, 0, 'a clock that is behind is no silence');
    const ahead = trustAfter([sampleAt(START + 2 * HOUR, 1, { received: START })]).at(START);
    assert.equal(ahead?.hour.clockError, 2 * HOUR);
    assert.equal(trustAfter([sampleAt(START, 1, { received: START + HOUR, tsSource: 'server' })]).at(START + HOUR)?.hour.clockError, 0);
  });

  it('counts samples that broke their contract', () => {
    const trust = new DeviceTrust();
    for (let index = 0; index < 100; index += 1) {
      const sample = sampleAt(START + index * 10 * SECOND);
      trust.checked(sample, index % 4 === 0);
      if (index % 4 !== 0) trust.judged(sample);
    }
    const { breaks, score, readings, gaps } = trust.at(START + 990 * SECOND)?.hour ?? assert.fail();
    assert.deepEqual([breaks, score, readings, gaps], [0.25, 0.75, 75, 0]);
  });

  it('counts a reading as what it is once more is known of it', () => {
    const trust = trustAfter(every(10 * SECOND, START, START + HOUR, (index) => (index === 7 ? 2 : 1)));
    for (let index = 0; index < 90; index += 1) trust.corrected({ ts: START + index * 4 * 10 * SECOND, from: 1, to: 4 });
    trust.corrected({ ts: START + 70 * SECOND, from: 2, to: 4 });
    trust.corrected({ ts: START - 30 * DAY, from: 1, to: 4 });
    assert.deepEqual([trust.at(START + HOUR)?.day.good, trust.at(START + HOUR)?.day.readings], [0.747, 360]);
  });

  it('goes on counting when the clock of the device is set back, and takes neither that nor its being set right for silence', () => {
    const trust = trustAfter(every(10 * SECOND, START, START + 2 * HOUR));
    const reset = Date.UTC(2000, 0, 1);
    const from = (received: number, ts: number, q: Quality): void => {
      for (let at = 0; at < 2 * HOUR; at += 10 * SECOND) trust.judged(sampleAt(ts + at, q, { received: received + at }));
    };
    from(START + 2 * HOUR, reset, 4);
    const wrong = trust.at(START + 4 * HOUR) ?? assert.fail();
    assert.deepEqual([wrong.hour.good, wrong.hour.gaps, wrong.hour.clockError], [0, 0, reset - START - 2 * HOUR]);
    assert.ok(wrong.day.good > 0.4 && wrong.day.good < 0.6, 'what was counted before stays counted');
    from(START + 4 * HOUR, START + 4 * HOUR, 1);
    const right = trust.at(START + 6 * HOUR) ?? assert.fail();
    assert.deepEqual([right.hour.score, right.day.gaps], [1, 0]);
    assert.ok(right.day.good > 0.6 && right.day.good < 0.7, String(right.day.good));
  });

  it('takes a single late sample for no clock that was set back', () => {
    const samples = [...every(10 * SECOND, START, START + HOUR)];
    const trust = trustAfter(samples);
    for (let index = 0; index < 100; index += 1) trust.judged(sampleAt(START + HOUR + index * 10 * SECOND - (index % 2 === 0 ? 0 : 30 * DAY), 1));
    assert.deepEqual([trust.at(START + HOUR + 1_000 * SECOND)?.day.gaps, trust.last], [0, START + HOUR + 980 * SECOND]);
  });

  it('takes no backfill for news', () => {
    const trust = trustAfter(every(10 * SECOND, START, START + HOUR));
    const before = JSON.stringify(trust.snapshot());
    trust.judged(sampleAt(START + 50, 4, { historical: true }));
    trust.checked(sampleAt(START + 60, 4, { historical: true }), true);
    assert.equal(JSON.stringify(trust.snapshot()), before);
  });

  it('goes on from a snapshot as if nothing had happened, and stays bounded, whatever comes', () => {
    const move = fc.record({ step: fc.oneof(fc.integer({ min: -HOUR, max: 2 * HOUR }), fc.constantFrom(0, 30 * DAY, -30 * DAY, 10 * SECOND)), delay: fc.integer({ min: -DAY, max: DAY }), q: fc.constantFrom<Quality>(1, 2, 3, 4, 9), broke: fc.boolean() });
    fc.assert(fc.property(fc.array(move, { maxLength: 200 }), fc.nat(200), (steps, cut) => {
      const whole = new DeviceTrust();
      let resumed = new DeviceTrust();
      let ts = START;
      for (const [index, { step, delay, q, broke }] of steps.entries()) {
        ts += step;
        if (index === cut) resumed = new DeviceTrust(JSON.parse(JSON.stringify(resumed.snapshot())));
        for (const trust of [whole, resumed]) {
          const sample = sampleAt(ts, q, { received: ts + delay });
          trust.checked(sample, broke);
          if (!broke) trust.judged(sample);
          trust.corrected({ ts: ts - delay, from: q, to: 4 });
        }
        const now = whole.at(ts + DAY) ?? assert.fail();
        for (const window of [now.hour, now.day, now.week]) for (const share of [window.score, window.good, window.gaps, window.breaks]) assert.ok(share >= 0 && share <= 1, JSON.stringify(window));
      }
      assert.deepEqual(resumed.at(ts), whole.at(ts));
      assert.ok(JSON.stringify(whole.snapshot()).length < 4_096);
    }));
  });

  it('begins anew with a snapshot that is damaged', () => {
    const good: unknown = trustAfter(every(10 * SECOND, START, START + HOUR)).snapshot();
    for (const damaged of [null, 7, 'x', {}, { ...(good as object), hour: [[1]] }, { ...(good as object), first: 'yesterday' }, { ...(good as object), week: 'x' }]) {
      assert.equal(new DeviceTrust(damaged).at(START), undefined);
    }
  });
});
