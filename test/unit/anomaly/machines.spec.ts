import assert from 'node:assert/strict';
import { createDetector } from '../../../core/anomaly/detector.ts';
import type { Detection } from '../../../core/anomaly/detection.ts';
import { createSampler, kindOf, type FaultKind, type Strengths } from '../../../core/simulator/index.ts';

/** Eleven in the morning of a working day: what stands in a flow is judged at no special time of day. */
const NOW = Date.UTC(2026, 10, 20, 11);
const DAY = 86_400_000;
const NONE: Strengths = new Map();
const EPISODES_PER_READINGS = 1 / 10_000;

interface Machine {
  kind: string;
  /** As the example flow of the kind has them; the metrics too, but that of the freezer leaves out the power, which goes on and off. */
  interval: number;
  past: number;
  metrics: string[];
  faults: ReadonlyArray<{ kind: FaultKind; strength?: number; guilty: string; within: number; grows?: boolean }>;
}

/** The machines of the example flows, with what their buttons do. Times in ms. */
const MACHINES: readonly Machine[] = [
  { kind: 'freezer', interval: 10_000, past: 4 * DAY, metrics: ['temperature'], faults: [{ kind: 'door-open', guilty: 'temperature', within: 120_000 }] },
  { kind: 'press', interval: 1_000, past: DAY / 4, metrics: ['temperature', 'pressure', 'vibration'], faults: [{ kind: 'bearing-wear', guilty: 'vibration', within: 90_000, grows: true }] },
  {
    kind: 'delivery-van', interval: 5_000, past: DAY, metrics: ['speed', 'cargo_temperature', 'battery_voltage'],
    faults: [{ kind: 'cooling-failure', guilty: 'cargo_temperature', within: 150_000 }, { kind: 'alternator-failure', guilty: 'battery_voltage', within: 240_000 }],
  },
];

/** A machine and a detector for each of its metrics, which have learned its past. */
class Watched {
  readonly #machine: Machine;
  readonly #sampler;
  readonly #detectors = new Map<string, ReturnType<typeof createDetector>>();
  readonly #running = new Set<string>();
  #time: number;

  constructor(machine: Machine, seed: number) {
    this.#machine = machine;
    this.#time = NOW - machine.past;
    this.#sampler = createSampler(kindOf(machine.kind), seed, `${machine.kind}-1`, this.#time);
    for (const metric of machine.metrics) this.#detectors.set(metric, createDetector());
    while (this.#time < NOW) this.next();
  }

  /** Judges the next sample. @returns the episodes that begin with it. */
  next(strengths = NONE): Array<{ metric: string; found: Detection }> {
    this.#time += this.#machine.interval;
    const values = this.#sampler.sample(this.#time, strengths);
    const began: Array<{ metric: string; found: Detection }> = [];
    for (const [metric, detector] of this.#detectors) {
      const found = detector.update(this.#time, Number(values[metric]));
      if (found.anomaly && !this.#running.has(metric)) began.push({ metric, found });
      if (found.anomaly) this.#running.add(metric);
      else this.#running.delete(metric);
    }
    return began;
  }
}

describe('the detector on the machines of the example flows', function () {
  this.timeout(120_000);

  it('tells of a compressor no more often than it defrosts: three times a day', () => {
    const freezer = MACHINES[0]!;
    const watched = new Watched({ ...freezer, metrics: ['power'] }, 1);
    const days = 2;
    let episodes = 0;
    for (let reading = 0; reading < days * DAY / freezer.interval; reading++) episodes += watched.next().length;
    assert.ok(episodes <= 3 * days, `${episodes} episodes`);
  });

  for (const machine of MACHINES) {
    describe(machine.kind, () => {
      it('is silent while nothing is wrong', () => {
        const readings = 10_000;
        let episodes = 0;
        const told: string[] = [];
        for (const seed of [1, 2]) {
          const watched = new Watched(machine, seed);
          for (let reading = 0; reading < readings; reading++) {
            for (const { metric, found } of watched.next()) {
              episodes++;
              told.push(`${metric} ${reading}: ${found.why}`);
            }
          }
        }
        assert.ok(episodes <= 2 * readings * machine.metrics.length * EPISODES_PER_READINGS, `${episodes} episodes:\n${told.slice(0, 8).join('\n')}`);
      });

      for (const fault of machine.faults) {
        it(`tells of ${fault.kind} by ${fault.guilty}`, () => {
          for (const seed of [1, 2]) {
            const watched = new Watched(machine, seed);
            const steps = fault.within / machine.interval;
            let found: Detection | undefined;
            let step = 0;
            for (; step < steps && !found; step++) {
              const strength = (fault.strength ?? 1) * (fault.grows ? step / steps : 1);
              found = watched.next(new Map([[fault.kind, strength]])).find(({ metric }) => metric === fault.guilty)?.found;
            }
            assert.ok(found, `nothing was found in ${fault.within / 1000} seconds`);
            assert.ok(found.why.length > 20, found.why);
          }
        });
      }
    });
  }
});
