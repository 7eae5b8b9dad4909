import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { createAlarm, readAlarmState, type AlarmSettings, type AlarmState, type AlarmTransition } from '../../../core/alarm/index.ts';
import type { Sample } from '../../../core/sample/sample.ts';
import { hot, judged, run, sample } from './samples.ts';

const delays = fc.constantFrom(0, 0.002, 0.01);
const limitAlarm: fc.Arbitrary<AlarmSettings> = fc.tuple(delays, delays, fc.boolean()).map(([onDelay, offDelay, above]) =>
  above ? { ...hot, onDelay, offDelay } : { ...hot, onDelay, offDelay, raise: { direction: 'below', limit: 80 }, clear: { limit: 90 } });
const anomalyAlarm: fc.Arbitrary<AlarmSettings> = fc.tuple(delays, delays, fc.constantFrom('a', '*')).map(([onDelay, offDelay, anomaly]) =>
  ({ name: 'Unusual', watch: { anomaly }, severity: 'low', onDelay, offDelay }));

/** Mostly in order, a few milliseconds apart, at times late or of the same instant. */
const samples: fc.Arbitrary<Sample[]> = fc.array(
  fc.record({
    pace: fc.constantFrom(1, 1, 2, 5, 0, -3),
    value: fc.oneof(fc.integer({ min: 75, max: 95 }), fc.constant(null)),
    a: fc.option(fc.boolean(), { nil: undefined }),
    b: fc.option(fc.boolean(), { nil: undefined }),
    quality: fc.constantFrom(1, 1, 1, 3, 4, 9),
    lifecycle: fc.constantFrom('active', 'active', 'active', 'maintenance', 'retired'),
    historical: fc.constantFrom(false, false, false, true),
  }),
  { maxLength: 60 },
).map((drawn) => {
  let ts = 1000;
  return drawn.map(({ pace, value, a, b, quality, lifecycle, historical }, index) => {
    ts += pace;
    const anomalies = { ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) };
    const made = judged(ts, anomalies, { id: `s${index}`, historical, lifecycle, metrics: { temperature: { q: quality } } });
    return { ...made, values: { ...made.values, temperature: value } };
  });
});
const settings = fc.oneof(limitAlarm, anomalyAlarm);

describe('alarm, for any sequence of samples', () => {
  it('raises and clears in turn, beginning with a raise; each pair has one id, no two pairs share it', () => {
    fc.assert(fc.property(settings, samples, (alarm, sequence) => {
      const { told } = run(alarm, sequence);
      const ids = new Set<string>();
      told.forEach((transition, index) => {
        assert.equal(transition.state, index % 2 === 0 ? 'raised' : 'cleared');
        if (index % 2 === 0) assert.equal(ids.has(transition.id), false);
        else assert.equal(transition.id, told[index - 1]?.id);
        ids.add(transition.id);
        assert.equal(transition.durationMilliseconds, index % 2 === 0 ? undefined : transition.ts - transition.raisedAt);
      });
    }), { numRuns: 500 });
  });

  it('gives the same steps for the same samples and leaves its inputs alone', () => {
    fc.assert(fc.property(settings, samples, (alarm, sequence) => {
      const frozen = sequence.map((next) => Object.freeze(next));
      assert.deepEqual(run(alarm, frozen), run(alarm, structuredClone(sequence)));
      const { step } = createAlarm(alarm);
      let state: AlarmState | undefined;
      for (const next of sequence) {
        const kept = structuredClone(state);
        const { state: after } = step(state, next);
        assert.deepEqual(state, kept);
        state = after;
      }
    }));
  });

  it('goes on the same after its state went through JSON at any point', () => {
    fc.assert(fc.property(settings, samples, fc.nat(), (alarm, sequence, random) => {
      const cut = random % (sequence.length + 1);
      const first = run(alarm, sequence.slice(0, cut));
      const stored: AlarmState | undefined = first.state && readAlarmState(JSON.parse(JSON.stringify(first.state)));
      const second = run(alarm, sequence.slice(cut), stored);
      assert.deepEqual([...first.told, ...second.told], run(alarm, sequence).told);
    }));
  });

  it('is not moved by late samples', () => {
    fc.assert(fc.property(settings, samples, samples, (alarm, sequence, others) => {
      const { state } = run(alarm, sequence);
      const last = state?.ts;
      if (!state || last === undefined) return;
      const late = others.map((next, index) => ({ ...next, id: `late${index}`, ts: last - 1 - index }));
      assert.deepEqual(run(alarm, late, state), { told: [], state });
    }));
  });

  it('is not moved by values inside the deadband', () => {
    const band = fc.array(fc.double({ min: 80, max: 90, minExcluded: true, noNaN: true }), { maxLength: 30 });
    fc.assert(fc.property(limitAlarm, fc.boolean(), band, (alarm, raised, values) => {
      const below = alarm.raise?.direction === 'below';
      const start = run({ ...alarm, onDelay: 0 }, raised ? [sample(0, below ? 70 : 100)] : []).state;
      // The limit to clear at is itself outside the band: 90 for an alarm that is raised below 80.
      const inside = below ? values.map((value) => 170 - value) : values;
      const { told, state } = run(alarm, inside.map((value, index) => sample(10 + index * 1000, value)), start);
      assert.deepEqual([told, state?.raised ?? false], [[], raised]);
    }));
  });

  it('loses no message when everything since any point is delivered again', () => {
    fc.assert(fc.property(settings, samples, (alarm, sequence) => {
      const { told, state } = run(alarm, sequence);
      const retold = run(alarm, sequence, state);
      const lost = told.slice(-2).filter((transition) => !retold.told.some((again: AlarmTransition) => again.id === transition.id && again.state === transition.state));
      // A device that was retired since then is not told of again; here lifecycles do not change, so nothing may be missing.
      assert.deepEqual(lost, []);
    }));
  });
});
