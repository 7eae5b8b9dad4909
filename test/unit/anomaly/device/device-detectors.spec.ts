import assert from 'node:assert/strict';
import { DeviceDetectors } from '../../../../core/anomaly/device/device-detectors.ts';
import { readMetrics } from '../../../../core/anomaly/device/device-plan.ts';
import type { DevicePlan } from '../../../../core/anomaly/device/device-plan.ts';
import { MemoryBudget } from '../../../../core/anomaly/device/memory-budget.ts';
import { QUALITY } from '../../../../core/sample/sample.ts';
import type { Sample, Values } from '../../../../core/sample/sample.ts';

const START = Date.UTC(2026, 0, 1);

function sample(ts: number, values: Values, received = ts): Sample {
  return { id: `s${ts}`, device: 'press-7', ts, received, tsSource: 'device', src: { via: 'mqtt' }, values };
}

const plan = (settings: Partial<DevicePlan> = {}): DevicePlan => ({ options: {}, minimumQuality: QUALITY.good, watched: new Set(), budget: new MemoryBudget(), ...settings });
const PLAN = plan();

/** A day's readings around 20 with a little noise that repeats. */
function learn(detectors: DeviceDetectors, from = START, count = 1_000): void {
  for (let index = 0; index < count; index += 1) detectors.judge(sample(from + index * 1000, { temperature: 20 + (index % 7) / 10, pressure: 5 }), PLAN);
}

describe('the detectors of one device', () => {
  it('note on the sample what each found, metric by metric', () => {
    const detectors = new DeviceDetectors();
    learn(detectors);
    const wild = sample(START + 1_200_000, { temperature: 60, pressure: 5, running: true });
    assert.equal(detectors.judge(wild, PLAN).anomalous, true);
    assert.deepEqual(Object.entries(wild.anomalies ?? {}).map(([metric, { anomaly }]) => [metric, anomaly]), [['temperature', true], ['pressure', false]]);
  });

  it('watch only the metrics that are named', () => {
    const detectors = new DeviceDetectors();
    const one = sample(START, { temperature: 20, pressure: 5 });
    detectors.judge(one, plan({ watched: readMetrics(' temperature , ') }));
    assert.deepEqual(Object.keys(one.anomalies ?? {}), ['temperature']);
  });

  it('go on from a snapshot as if nothing had happened', () => {
    const before = new DeviceDetectors();
    learn(before);
    const after = new DeviceDetectors(JSON.parse(JSON.stringify(before.snapshot())));
    const [first, second] = [sample(START + 1_200_000, { temperature: 23 }), sample(START + 1_200_000, { temperature: 23 })];
    before.judge(first, PLAN);
    after.judge(second, PLAN);
    assert.deepEqual(second.anomalies, first.anomalies);
    assert.ok((first.anomalies?.['temperature']?.score ?? 0) > 0);
  });

  it('learn only from what is good, judge what is suspect, and judge nothing that is bad or missing', () => {
    const detectors = new DeviceDetectors();
    learn(detectors);
    const before = JSON.stringify(detectors.snapshot());
    for (const q of [2, 3, 4, 9] as const) {
      const doubtful: Sample = { ...sample(START + 1_200_000 + q * 1000, { temperature: 60 }), metrics: { temperature: { q } } };
      assert.equal(detectors.judge(doubtful, PLAN).anomalous, q < 4);
      assert.equal(doubtful.anomalies?.['temperature']?.why.includes('quality'), q > 3);
    }
    assert.equal(JSON.stringify(detectors.snapshot()), before);
    detectors.judge({ ...sample(START + 1_300_000, { temperature: 20 }), metrics: { temperature: { q: 1 } } }, PLAN);
    assert.notEqual(JSON.stringify(detectors.snapshot()), before);
  });

  it('learn from as bad a quality as they are told', () => {
    const detectors = new DeviceDetectors();
    const [suspect, bad] = [3, 4].map((q) => {
      detectors.judge({ ...sample(START + q * 1000, { temperature: 20 }), metrics: { temperature: { q: q as 3 | 4 } } }, plan({ minimumQuality: QUALITY.suspect }));
      return JSON.stringify(detectors.snapshot());
    });
    assert.equal(bad, suspect);
    assert.notEqual(suspect, '{}');
  });

  it('still learn after the clock of the device leapt years ahead for one sample', () => {
    const detectors = new DeviceDetectors();
    detectors.judge(sample(Date.UTC(2038, 0, 19), { temperature: 20 }, START - 1000), PLAN);
    learn(detectors);
    const wild = sample(START + 1_200_000, { temperature: 60 });
    assert.equal(detectors.judge(wild, PLAN).anomalous, true);
  });

  it('watch a bounded number of metrics, however many a device invents', () => {
    const detectors = new DeviceDetectors();
    for (let index = 0; index < 500; index += 1) detectors.judge(sample(START + index, { [`metric-${index}`]: index }), PLAN);
    assert.equal(Object.keys((detectors.snapshot() as { m: object }).m).length, 200);
  });
});
