/** What every system gets: the readings of simulated presses, with three decimals, and one series that is long. */
import type { Sample } from '../../core/sample/sample.ts';
import { kindOf } from '../../core/simulator/kinds.ts';
import { createSampler } from '../../core/simulator/sampler.ts';

/** The metrics of each device. */
export const METRICS = ['temperature', 'vibration'] as const;
/** Samples of a batch; a reading is a row, so a batch is 1,000 rows. */
export const BATCH_SAMPLES = 500;
export const BATCH_ROWS = BATCH_SAMPLES * METRICS.length;

/** The long series: a reading a second. */
export const LONG = { device: 'long', metric: 'vibration', first: 1_700_000_000_000, interval: 1_000 } as const;

const INTERVAL = 10_000;
/** Far enough apart that the lateness of one sample says nothing of the next. */
const MUCH = 10_007;
const START = 1_750_000_000_000;
/** Times of every second device come this late at most, in milliseconds; the others are exact. */
const JITTER = 20;
const PRESSES = 64;
const READINGS = 4_096;

export type Metric = (typeof METRICS)[number];

type Recorded = Record<Metric, Float64Array>;

/** Some presses for eleven hours each. A device goes through the record of one of them, from a place of its own. */
export class Workload {
  readonly devices: readonly string[];
  #recorded: Recorded[] | undefined;

  /** @param devices how many */
  constructor(devices: number) {
    this.devices = Array.from({ length: devices }, (_, number) => `press-${String(number).padStart(6, '0')}`);
  }

  /** The n-th batch: the devices send in turn. */
  batch(number: number): Sample[] {
    const samples: Sample[] = [];
    const first = number * BATCH_SAMPLES;
    for (let index = first; index < first + BATCH_SAMPLES; index += 1) samples.push(this.#sample(index % this.devices.length, Math.floor(index / this.devices.length)));
    return samples;
  }

  /** `count` samples of the long series, from the one with this number on. */
  long(from: number, count: number): Sample[] {
    return Array.from({ length: count }, (_, index) => {
      const number = from + index;
      const press = this.#presses[Math.floor(number / READINGS) % PRESSES];
      return sampleOf(LONG.device, LONG.first + number * LONG.interval, { [LONG.metric]: press?.vibration[number % READINGS] ?? 0 });
    });
  }

  /** Made when they are needed first: who only asks has no use for them. */
  get #presses(): readonly Recorded[] {
    return (this.#recorded ??= Array.from({ length: PRESSES }, (_, number) => record(number)));
  }

  /** When a device sends the sample with this number. */
  timeOf(device: number, round: number): number {
    const late = device % 2 === 0 ? 0 : Math.floor(JITTER * (((device + round * MUCH) * 0.618_033_988_749_895) % 1));
    return START + round * INTERVAL + (device % INTERVAL) + late;
  }

  /** What it then says of a metric. */
  valueOf(device: number, metric: Metric, round: number): number {
    return this.#presses[device % PRESSES]?.[metric][(device * 61 + round) % READINGS] ?? 0;
  }

  #sample(device: number, round: number): Sample {
    const values = { temperature: this.valueOf(device, 'temperature', round), vibration: this.valueOf(device, 'vibration', round) };
    return sampleOf(this.devices[device] ?? '', this.timeOf(device, round), values);
  }
}

export function sampleOf(device: string, ts: number, values: Record<string, number>): Sample {
  return { id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'flow' }, values };
}

function record(number: number): Recorded {
  const press = kindOf('press');
  const precise = { ...press, metrics: press.metrics.map((metric) => (metric.type === 'number' ? { ...metric, decimals: 3 } : metric)) };
  const sampler = createSampler(precise, 'bench:store', `press-${number}`, START);
  const made: Recorded = { temperature: new Float64Array(READINGS), vibration: new Float64Array(READINGS) };
  for (let index = 0; index < READINGS; index += 1) {
    const values = sampler.sample(START + index * INTERVAL, new Map());
    for (const metric of METRICS) made[metric][index] = Number(values[metric]);
  }
  return made;
}
