import assert from 'node:assert/strict';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { flowDeliveries, FlowSampleError } from '../../../core/intake/flow-records.ts';
import { ReceptionTimes } from '../../../core/intake/reception-times.ts';
import { samplesOfRecord } from '../../../core/intake/samples-of-record.ts';
import type { Sample } from '../../../core/sample/sample.ts';

const NOW = Date.UTC(2026, 10, 22);

function samples(told: { device?: unknown; values?: unknown; ts?: unknown }): Sample[] {
  const times = new ReceptionTimes(new ManualClock(NOW));
  const deliveries = flowDeliveries({ device: 'pump-1', values: { flow: 1 }, ts: undefined, topic: 'plant/pump-1', ...told }, { now: NOW });
  return deliveries.flatMap((delivery, index) => samplesOfRecord({ ...delivery, received: times.next(delivery.device) }, index + 1, 'pump'));
}

describe('the records of what a flow hands over', () => {
  it('come back as the sample that was understood', () => {
    const [sample] = samples({ values: { flow: 12.5, running: true }, ts: '2026-11-21T10:00:00Z' });
    assert.deepEqual(
      { ...sample, id: '' },
      {
        id: '', device: 'pump-1', profile: 'pump', ts: Date.UTC(2026, 10, 21, 10), received: NOW, tsSource: 'device',
        src: { via: 'flow', topic: 'plant/pump-1' }, values: { flow: 12.5, running: true },
      },
    );
  });

  it('say that a time from elsewhere in the message cannot be believed', () => {
    const [sample] = samples({ values: { flow: 1 }, ts: NOW + 3_600_000 });
    assert.deepEqual([sample?.ts, sample?.metrics], [NOW + 3_600_000, { flow: { flags: ['clock'] } }]);
  });

  it('keep the remarks on single readings', () => {
    const [sample] = samples({ values: { flow: Number.NaN, count: 2n ** 60n } });
    assert.deepEqual(sample?.values, { flow: null, count: '1152921504606846976' });
    assert.deepEqual([sample?.metrics?.['flow']?.flags, sample?.metrics?.['count']?.flags], [['not-finite'], ['big-integer']]);
  });

  it('make one sample of each element, at different times of reception', () => {
    const made = samples({ values: [{ flow: 1 }, { flow: 1 }] });
    assert.equal(made.length, 2);
    assert.equal(new Set(made.map(({ ts }) => ts)).size, 2);
    assert.equal(new Set(made.map(({ id }) => id)).size, 2);
  });

  for (const [what, told, says] of [
    ['no device', { device: undefined }, /no device/],
    ['a device that is no id', { device: 'a/b' }, /"a\/b" cannot be used/],
    ['a time that is none', { ts: 'yesterday' }, /"yesterday", is not understood/],
    ['values that are no readings', { values: { flow: () => 1 } }, /flow/],
  ] as const) {
    it(`are refused in a sentence for ${what}`, () => {
      assert.throws(() => samples(told), (error) => error instanceof FlowSampleError && says.test(error.message));
    });
  }
});
