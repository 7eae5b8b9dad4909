import assert from 'node:assert/strict';
import { createAlarm, readAlarmState, type AlarmSettings } from '../../../core/alarm/index.ts';
import { ConfigError, HoldfastError } from '../../../core/errors/holdfast-error.ts';
import { hot, judged, run, sample, summary } from './samples.ts';

const freezer: AlarmSettings = { ...hot, name: 'Too cold', raise: { direction: 'below', limit: -25 }, clear: { limit: -22 } };
const unusual: AlarmSettings = { name: 'Unusual', watch: { anomaly: 'vibration' }, severity: 'medium', onDelay: 0, offDelay: 0 };
const anything: AlarmSettings = { ...unusual, watch: { anomaly: '*' } };

describe('alarm', () => {
  describe('on a limit', () => {
    it('is raised beyond the limit and cleared on the far side of the deadband', () => {
      const { told } = run(hot, [90, 90.1, 95, 85, 80.1, 80, 70, 91].map((value, index) => sample(index, value)));
      assert.equal(summary(told), 'raised@1 cleared@5 raised@7');
      assert.deepEqual(told[0], {
        id: 'Too%20hot/press-7/1', alarm: 'Too hot', device: 'press-7', state: 'raised', severity: 'high', ts: 1, metric: 'temperature', value: 90.1,
        limit: 90, sample: 's1', message: 'temperature of press-7 is 90.1, above the limit of 90.', raisedAt: 1,
      });
      assert.deepEqual(told[1], {
        id: 'Too%20hot/press-7/1', alarm: 'Too hot', device: 'press-7', state: 'cleared', severity: 'high', ts: 5, metric: 'temperature', value: 80,
        limit: 80, sample: 's5', message: 'temperature of press-7 is back at 80, not above 80; the alarm stood for 4 ms.', raisedAt: 1, durationMilliseconds: 4,
      });
    });

    it('works downwards', () => {
      const { told } = run(freezer, [-25, -26, -23, -22, -20].map((value, index) => sample(index, value)));
      assert.equal(summary(told), 'raised@1 cleared@3');
    });

    it('names each occurrence by itself', () => {
      const { told } = run(hot, [95, 70, 95, 70].map((value, index) => sample(index, value)));
      assert.deepEqual(told.map(({ id }) => id), ['Too%20hot/press-7/0', 'Too%20hot/press-7/0', 'Too%20hot/press-7/2', 'Too%20hot/press-7/2']);
    });

    it('never gives two occurrences one id, even when readings of one instant contradict each other', () => {
      const { told } = run(hot, [sample(1, 95, { id: 'a' }), sample(1, 70, { id: 'b' }), sample(1, 95, { id: 'c' }), sample(2, 95)]);
      assert.equal(summary(told), 'raised@1 cleared@1 raised@2');
    });
  });

  describe('delays', () => {
    const delayed: AlarmSettings = { ...hot, onDelay: 60, offDelay: 30 };
    const at = (seconds: number, value: number) => sample(seconds * 1000, value);

    it('is raised when the condition has held for the on-delay of event time', () => {
      assert.equal(summary(run(delayed, [at(0, 95), at(59, 95), at(60, 95)]).told), 'raised@60000');
      assert.match(run(delayed, [at(0, 95), at(60, 95)]).told[0]?.message ?? '', /has been above it for at least 1 min\.$/);
    });

    it('starts the on-delay anew after a reading that was not beyond the limit', () => {
      assert.equal(summary(run(delayed, [at(0, 95), at(50, 90), at(60, 95), at(119, 95), at(120, 95)]).told), 'raised@120000');
    });

    it('is cleared when the condition has been over for the off-delay, and not before', () => {
      const { told } = run(delayed, [at(0, 95), at(60, 95), at(70, 75), at(90, 85), at(100, 75), at(129, 75), at(130, 75)]);
      assert.equal(summary(told), 'raised@60000 cleared@130000');
      assert.equal(told[1]?.durationMilliseconds, 70_000);
      assert.match(told[1]?.message ?? '', /stood for 1 min 10 s\.$/);
    });
  });

  describe('on a detector', () => {
    it('is raised and cleared by what the detector says of the metric', () => {
      const { told } = run(unusual, [judged(0, { vibration: false }), judged(1, { vibration: true, speed: false }), judged(2, { vibration: true }), judged(3, { speed: true }), judged(4, { vibration: false })]);
      assert.equal(summary(told), 'raised@1 cleared@4');
      assert.equal(told[0]?.message, 'vibration of press-7 is unusual. Far out.');
      assert.equal(told[0] && 'limit' in told[0], false);
    });

    it('watches any metric with *, and stands until the last one is usual again', () => {
      const { told } = run(anything, [judged(0, { speed: true }), judged(1, { vibration: true }), judged(2, { speed: false }), judged(3, { speed: false }), judged(4, { vibration: false, speed: false })]);
      assert.equal(summary(told), 'raised@0 cleared@4');
      assert.deepEqual(told.map(({ metric }) => metric), ['speed', 'vibration']);
    });

    it('keeps a small state when a device makes up metrics without end', () => {
      const samples = Array.from({ length: 500 }, (_, index) => judged(index, { [`m${index}`]: true }));
      const { state } = run(anything, samples);
      assert.ok(JSON.stringify(state).length < 2000);
    });

    it('looks at own properties only', () => {
      const { told } = run({ ...unusual, watch: { anomaly: 'constructor' } }, [judged(0, { speed: true })]);
      assert.deepEqual(told, []);
    });
  });

  describe('samples that do not count', () => {
    const raised = run(hot, [sample(100, 95)]).state;
    const alarm = createAlarm(hot);

    for (const [what, temperature, more] of [
      ['bad quality', 70, { metrics: { temperature: { q: 4 } } }], ['missing quality', 70, { metrics: { temperature: { q: 9 } } }],
      ['no value', null, {}], ['a text', '70', {}], ['a truth value', false, {}], ['another metric', 0, { values: { speed: 1 } }],
    ] as const) {
      it(`neither clears nor raises on ${what}`, () => {
        assert.deepEqual(alarm.step(raised, sample(200, temperature, more)), { state: raised, ignored: 'no-reading' });
        const beyond = typeof temperature === 'number' ? 95 : temperature;
        assert.equal(alarm.step(undefined, sample(200, beyond, more)).transition, undefined);
      });
    }

    it('still acts on suspect readings', () => {
      assert.ok(alarm.step(undefined, sample(200, 95, { metrics: { temperature: { q: 3 } } })).transition);
    });

    it('acts on no reading of a worse quality than it is told to, and on those that nobody judged', () => {
      for (const [minimumQuality, least] of [['good', 1], ['unknown', 2], ['suspect', 3], ['bad', 4], ['missing', 9]] as const) {
        const careful = createAlarm({ ...hot, minimumQuality });
        for (const q of [1, 2, 3, 4, 9] as const) assert.equal(careful.step(undefined, sample(200, 95, { metrics: { temperature: { q } } })).transition !== undefined, q <= least, `${minimumQuality} and ${q}`);
        assert.ok(careful.step(undefined, sample(200, 95)).transition);
      }
    });

    it('changes nothing for a retired device', () => {
      for (const value of [70, 95]) assert.deepEqual(alarm.step(raised, sample(200, value, { lifecycle: 'retired' })), { state: raised, ignored: 'lifecycle' });
      assert.equal(alarm.step(undefined, sample(200, 95, { lifecycle: 'retired' })).transition, undefined);
    });

    for (const lifecycle of ['commissioning', 'maintenance'] as const) {
      it(`is not raised in ${lifecycle}, but may be cleared`, () => {
        assert.equal(alarm.step(undefined, sample(200, 95, { lifecycle })).transition, undefined);
        assert.equal(alarm.step(raised, sample(200, 70, { lifecycle })).transition?.state, 'cleared');
      });
    }

    it('is not raised by backfill; a clear by backfill is marked', () => {
      assert.deepEqual(run(hot, [sample(200, 95, { historical: true }), sample(201, 95, { historical: true })]).told, []);
      const { transition } = alarm.step(raised, sample(200, 70, { historical: true }));
      assert.deepEqual([transition?.state, transition?.historical], ['cleared', true]);
    });

    it('ignores late samples and impossible times', () => {
      for (const ts of [99, -1, Number.NaN, Number.POSITIVE_INFINITY]) assert.deepEqual(alarm.step(raised, sample(ts, 70)), { state: raised, ignored: 'late' });
    });
  });

  describe('a sample delivered again', () => {
    it('tells the same transition again and changes nothing', () => {
      const alarm = createAlarm(hot);
      const first = alarm.step(undefined, sample(1, 95));
      const again = alarm.step(readAlarmState(JSON.parse(JSON.stringify(first.state))), sample(1, 95));
      assert.deepEqual(again, first);
    });

    it('tells raise and clear again when both were still on their way at a crash', () => {
      const samples = [95, 93, 70, 71].map((value, index) => sample(index, value));
      const before = run(hot, samples);
      const after = run(hot, samples, before.state);
      assert.deepEqual(after.told, before.told);
      assert.deepEqual(after.state, before.state);
    });
  });

  describe('settings', () => {
    // From plain JavaScript anything can come.
    const nonsense = 'nonsense' as never;
    const wrong: [string, AlarmSettings][] = [
      ['name', { ...hot, name: ' ' }], ['severity', { ...hot, severity: nonsense }], ['minimumQuality', { ...hot, minimumQuality: nonsense }],
      ['onDelay', { ...hot, onDelay: -1 }], ['offDelay', { ...hot, offDelay: Number.NaN }],
      ['watch.metric', { ...hot, watch: { metric: '' } }], ['watch.anomaly', { ...unusual, watch: { anomaly: '' } }],
      ['raise.limit', { ...hot, raise: { direction: 'above' as const, limit: Number.NaN } }],
      ['raise.direction', { ...hot, raise: { direction: nonsense, limit: 1 } }],
      ['clear.limit', { ...hot, clear: { limit: Number.POSITIVE_INFINITY } }],
      ['clear.limit', { ...hot, clear: { limit: 91 } }], ['clear.limit', { ...freezer, clear: { limit: -26 } }],
    ];
    wrong.forEach(([field, settings], index) => {
      it(`refuses a wrong ${field} with a sentence (${index + 1})`, () => {
        assert.throws(() => createAlarm(settings), (error) => error instanceof ConfigError && error.field === field && error.message.endsWith('.'));
      });
    });

    it('refuses a limit alarm without limits', () => {
      assert.throws(() => createAlarm({ ...hot, raise: undefined } as unknown as AlarmSettings), (error) => error instanceof ConfigError && error.field === 'raise.direction');
    });
  });

  it('has settings in which limits on a watched detector do not compile', () => {
    // @ts-expect-error limits belong to alarms on a metric's value
    const wrong: AlarmSettings = { ...hot, watch: { anomaly: '*' } };
    assert.ok(wrong);
  });

  describe('a stored state', () => {
    it('is taken back when whole', () => {
      const { state } = run(anything, [judged(0, { speed: true })]);
      assert.deepEqual(readAlarmState(JSON.parse(JSON.stringify(state))), state);
    });

    for (const damaged of [undefined, null, [], 'x', {}, { v: 2, raised: false }, { v: 1, raised: true }, { v: 1, raised: false, ts: 'x' }, { v: 1, raised: false, anomalous: [1] }, { v: 1, raised: false, lastCleared: {} }]) {
      it(`is refused with a code when damaged: ${JSON.stringify(damaged)}`, () => {
        assert.throws(() => readAlarmState(damaged), (error) => error instanceof HoldfastError && error.code === 'HOLDFAST_ALARM_STATE');
      });
    }
  });
});

describe('an alarm on a device whose clock leaps', () => {
  const received = Date.UTC(2026, 0, 1);

  it('still raises after a sample from years ahead', () => {
    const leapt = sample(Date.UTC(2038, 0, 19), 70, { received });
    const usual = sample(received + 1_000, 95, { received: received + 1_000 });
    assert.equal(summary(run(hot, [leapt, usual]).told), `raised@${usual.ts}`);
  });

  it('judges a sample from ahead at the time it was received', () => {
    const leapt = sample(received + 3_600_000, 95, { received });
    assert.equal(summary(run(hot, [leapt]).told), `raised@${received}`);
  });
});
