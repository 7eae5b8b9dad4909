import assert from 'node:assert/strict';
import type { EpisodeEvent } from '../../../../core/anomaly/device/episode-event.ts';
import type { Detector } from '../../../../core/anomaly/detection.ts';
import { MetricSeries } from '../../../../core/anomaly/device/metric-series.ts';
import { TOGETHER } from '../../../../core/anomaly/device/sentences.ts';
import { Together } from '../../../../core/anomaly/device/together.ts';
import { gaussian } from '../random.ts';
import { Fleet, MINUTE, sample } from './fleet.ts';

/** 3.9 standard deviations, beyond which one reading in 10,000 lies, make a score of 1. */
const ONE = 3.9;

/** A detector that takes a reading for its own deviation. */
const KNOWING: Detector = {
  profile: 'lite', bytes: 0,
  update: (_ts, value) => ({ score: Math.abs(value ?? 0) / ONE, intensity: Math.abs(value ?? 0) / ONE, anomaly: false, expected: { low: -ONE, high: ONE }, parts: {}, why: '' }),
  answer: () => false, snapshot: () => assert.fail('it is not kept'), restore: () => undefined,
};

/** A device whose metrics deviate by seeded noise, `common` of it (0 to 1) shared by all of them. */
class Device {
  readonly together = new Together(1);
  readonly all: ReadonlyMap<string, MetricSeries>;
  readonly #noise: () => number;
  readonly #common: number;
  #index = 0;

  constructor(metrics: number, seed: number, common = 0) {
    this.all = new Map(Array.from({ length: metrics }, (_, index) => [`m${index}`, new MetricSeries(`m${index}`, KNOWING)]));
    this.#noise = gaussian(seed);
    this.#common = common;
  }

  /** @param shift of a fault, which leaves a quarter of the noise. @returns how often an episode of several began, and a score of one metric alone was 1. */
  run(samples: number, shift = 0, isStaggered = false): { joined: number; alone: number } {
    let [joined, alone] = [0, 0];
    for (let count = 0; count < samples; count += 1) {
      this.#index += 1;
      const shared = this.#noise() * Math.sqrt(this.#common);
      let place = 0;
      for (const series of this.all.values()) {
        const time = this.#index * MINUTE + (isStaggered ? place * 5_000 : 0);
        place += 1;
        const { score } = series.learn(time, shared + this.#noise() * Math.sqrt(1 - this.#common) * (shift > 0 ? 0.25 : 1) + shift);
        if (score >= 1) alone += 1;
        if (isStaggered) joined += this.#update(time, series.metric);
      }
      if (!isStaggered) joined += this.#update(this.#index * MINUTE);
    }
    return { joined, alone };
  }

  #update(time: number, present?: string): number {
    const { guilty } = this.together;
    return Number(this.together.update(time, this.all, (metric) => present === undefined || metric === present) !== undefined && guilty === undefined);
  }
}

describe('the metrics of a device together', () => {
  it('find a fault that shows a little in each of them, which none finds alone', () => {
    for (const isStaggered of [false, true]) {
      const device = new Device(8, 3);
      device.run(3_000, 0, isStaggered);
      const { joined, alone } = device.run(5, 2.4, isStaggered);
      assert.deepEqual([joined, alone], [1, 0]);
    }
  });

  it('raise about as many false alarms as one metric more would, however many there are and however they go together', () => {
    for (const metrics of [2, 5, 15]) {
      for (const common of [0, 0.6]) {
        const { joined, alone } = new Device(metrics, 11, common).run(20_000);
        assert.ok(joined <= 6, `${metrics} metrics, ${common} in common: ${joined} joined, ${alone / metrics} each alone`);
      }
    }
  });

  it('say nothing before they know what is usual for them', () => {
    const device = new Device(8, 3);
    device.run(300);
    assert.equal(device.run(5, 2.5).joined, 0);
  });

  it('say nothing where one is far out by itself', () => {
    const device = new Device(8, 3);
    device.run(3_000);
    const time = 4_000 * MINUTE;
    for (const series of device.all.values()) series.learn(time, series.metric === 'm0' ? ONE : 2.5);
    assert.equal(device.together.update(time, device.all, () => true), undefined);
  });

  it('say nothing up to what was answered to be expected of the one they stand with', () => {
    for (const tolerated of [0, 1_000]) {
      const device = new Device(8, 3);
      device.run(3_000);
      for (const series of device.all.values()) series.tolerated = tolerated;
      assert.equal(device.run(5, 2.4).joined, tolerated === 0 ? 1 : 0);
    }
  });

  it('do not count one that has not been heard for long', () => {
    const device = new Device(8, 3);
    device.run(3_000);
    for (const series of device.all.values()) series.learn(3_001 * MINUTE, 2.5);
    assert.notEqual(device.together.update(3_001 * MINUTE, device.all, () => true), undefined);
    const other = new Device(8, 3);
    other.run(3_000);
    for (const [index, series] of [...other.all.values()].entries()) series.learn((3_001 + 10 * index) * MINUTE, 2.5);
    assert.equal(other.together.update(3_051 * MINUTE, other.all, () => true), undefined);
  });

  it('learn a state that lasts', () => {
    const device = new Device(8, 3);
    device.run(3_000);
    assert.equal(device.run(5, 2.2).joined, 1);
    device.run(3_000, 2.2);
    assert.equal(device.together.guilty, undefined);
  });

  it('count with a metric that has been away for a while and is back', () => {
    const device = new Device(8, 3);
    device.run(3_000);
    for (const metric of ['m0', 'm1']) device.all.get(metric)?.learn(13_001 * MINUTE, 1);
    assert.deepEqual([1, 3, 4].map((later) => device.all.get('m0')?.isRecent((13_001 + later) * MINUTE)), [true, true, false]);
  });

  it('are not joined where that is switched off', () => {
    const fleet = new Fleet({ together: false });
    const metrics = Array.from({ length: 12 }, (_, index) => `m${index}`);
    fleet.learn('press', metrics, 3_000);
    const one = sample('press', 3_000, Object.fromEntries(metrics.map((metric) => [metric, 22.5])));
    assert.equal(fleet.judge(one).anomalous, false);
  });

  it('make one episode, which stands with the most unusual of them and names the others', () => {
    const fleet = new Fleet();
    const metrics = Array.from({ length: 12 }, (_, index) => `m${index}`);
    fleet.learn('press', metrics, 3_000);
    const noise = gaussian(5);
    const fault = (index: number): EpisodeEvent[] => {
      const one = sample('press', 3_000 + index, Object.fromEntries(metrics.map((metric) => [metric, 22.5 + noise() / 4])));
      const events = fleet.judge(one).began.filter(({ kind }) => kind === TOGETHER);
      for (const { metric, since } of events) assert.deepEqual([one.anomalies?.[metric]?.anomaly, one.anomalies?.[metric]?.kind, one.anomalies?.[metric]?.since], [true, TOGETHER, since]);
      return events;
    };
    let began: EpisodeEvent[] = [];
    for (let index = 0; index < 10 && began.length === 0; index += 1) began = fault(index);
    assert.equal(began.length, 1);
    assert.match(began[0]?.why ?? '', /^m\d+(?:, m\d+)* and (?:\d more|m\d+) are unusual at the same time: .* Most of it is m\d+: /);
    assert.ok((began[0]?.score ?? 0) >= 1);
    fleet.restart();
    // It is over with the readings of the others, where the metric that it stands with is silent.
    const rest = metrics.filter((metric) => metric !== began[0]?.metric);
    const after = fleet.learn('press', rest, 20, 3_010, 9);
    assert.deepEqual(after.flatMap(({ ended }) => ended).filter(({ metric }) => metric === began[0]?.metric).map(({ id }) => id), [began[0]?.id]);
  });
});
