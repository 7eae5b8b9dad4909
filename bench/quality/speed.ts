import type { DevicePlan } from '../../core/quality/device/plan.ts';
import type { Sample } from '../../core/sample/sample.ts';
import { KINDS } from '../../core/simulator/index.ts';
import type { Kind } from '../../core/simulator/index.ts';
import { engineFor } from './engine.ts';
import { readingsIn } from './fleet.ts';
import type { FleetDevice } from './fleet.ts';
import { contractOf, planOfAll, planOfRange } from './plans.ts';

/** CPU of one run over all samples, by reading. */
export interface Speed {
  nanoseconds: number;
  /** Readings a second of one core. */
  rate: number;
}

/** What is run over the samples; made anew for each run, so that it begins with a state that is empty. */
type Work = () => (sample: Sample) => void;

const RUNS = 5;

/** The empty loop looks at each reading, too; its sum keeps the compiler from leaving it out. */
let sum = 0;

const emptyLoop: Work = () => ({ values }) => {
  for (const metric in values) {
    const value = values[metric];
    if (typeof value === 'number') sum += value;
  }
};

function validating(): (sample: Sample) => void {
  const contracts = new Map(KINDS.map((kind) => [kind.name, contractOf(kind)]));
  return ({ profile = '', values, metrics }) => {
    if (contracts.get(profile)?.check(values, metrics).length !== 0) throw new Error('A sample of the simulator breaks its contract.');
  };
}

function judging(fleet: readonly FleetDevice[], planOf: (kind: Kind) => DevicePlan): (sample: Sample) => void {
  const { engine } = engineFor(fleet, planOf);
  return (sample) => void engine.judge(sample);
}

/** What is measured, by name. */
export function worksOn(fleet: readonly FleetDevice[]): ReadonlyMap<string, Work> {
  return new Map<string, Work>([
    ['an empty loop', emptyLoop],
    ['gross range alone', () => judging(fleet, planOfRange)],
    ['the contract alone', validating],
    ['all tests', () => judging(fleet, planOfAll)],
    ['the contract and all tests', () => {
      const [validate, judge] = [validating(), judging(fleet, planOfAll)];
      return (sample) => {
        validate(sample);
        judge(sample);
      };
    }],
  ]);
}

/** The best of some runs after one that warms up: the machine has other things to do. */
export function speedOf(work: Work, samples: readonly Sample[]): Speed {
  const readings = readingsIn(samples);
  let least = Infinity;
  for (let run = 0; run <= RUNS; run += 1) {
    const take = work();
    const before = process.cpuUsage();
    for (const sample of samples) take(sample);
    const { user, system } = process.cpuUsage(before);
    if (run > 0) least = Math.min(least, user + system);
  }
  if (Number.isNaN(sum)) throw new Error('A reading is no number.');
  return speed((least * 1000) / readings);
}

/** What each test by itself takes of a reading, without the engine: the name → nanoseconds. */
export function nanosecondsByTest(fleet: readonly FleetDevice[], samples: readonly Sample[]): Map<string, number> {
  const taken = new Map<string, { nanoseconds: number; readings: number }>();
  for (const kind of KINDS) {
    const plan = planOfAll(kind);
    const ofKind = samples.filter(({ profile }) => profile === kind.name);
    const series = seriesOf(ofKind);
    const note = (name: string, run: () => void, readings: number): void => {
      run();
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      const so = taken.get(name) ?? { nanoseconds: 0, readings: 0 };
      taken.set(name, { nanoseconds: so.nanoseconds + (user + system) * 1000, readings: so.readings + readings });
    };
    const readings = readingsIn(ofKind);
    for (const [metric] of series.values().next().value ?? []) {
      const columns = Array.from(series.values(), (metrics) => metrics.get(metric) ?? { times: [], values: [] });
      const count = columns.reduce((total, { times }) => total + times.length, 0);
      for (const test of plan.of(metric).tests) {
        note(test.name, () => {
          for (const { times, values } of columns) {
            const one = test.create();
            for (let index = 0; index < times.length; index += 1) one.update(times[index] ?? 0, values[index] ?? 0);
          }
        }, count);
      }
      for (const test of plan.of(metric).comparing) {
        note(test.name, () => {
          for (const { times, values } of columns) {
            const one = test.create();
            for (let index = 0; index < times.length; index += 1) one.update(times[index] ?? 0, values[index] ?? 0, values[index] ?? 0);
          }
        }, count);
      }
    }
    for (const test of plan.sampleTests) {
      note(test.name, () => {
        const tests = new Map(fleet.map(({ id }) => [id, test.create()]));
        for (const sample of ofKind) tests.get(sample.device)?.update(sample, sample.ts);
      }, readings);
    }
  }
  return new Map(Array.from(taken, ([name, { nanoseconds, readings }]) => [name, nanoseconds / readings]));
}

interface Column {
  times: number[];
  values: number[];
}

/** Device → metric → its numbers. */
function seriesOf(samples: readonly Sample[]): Map<string, Map<string, Column>> {
  const series = new Map<string, Map<string, Column>>();
  for (const { device, ts, values } of samples) {
    const metrics = series.get(device) ?? new Map<string, Column>();
    series.set(device, metrics);
    for (const [metric, value] of Object.entries(values)) {
      if (typeof value !== 'number') continue;
      const column = metrics.get(metric) ?? { times: [], values: [] };
      metrics.set(metric, column);
      column.times.push(ts);
      column.values.push(value);
    }
  }
  return series;
}

function speed(nanoseconds: number): Speed {
  return { nanoseconds, rate: 1e9 / nanoseconds };
}
