import { createSampler, KINDS } from '../../core/simulator/index.ts';
import type { Kind, Sampler } from '../../core/simulator/index.ts';
import type { Sample } from '../../core/sample/sample.ts';

/** Each reading is compared with those of so many devices of its kind. */
const NEIGHBOURS = 6;

export interface FleetDevice {
  id: string;
  kind: Kind;
}

const NO_FAULTS = new Map();
const START = Date.UTC(2026, 5, 1);
const INTERVAL = 1000;

/** So many devices, in turn of each kind that the simulator knows. */
export function fleetOf(count: number): FleetDevice[] {
  return Array.from({ length: count }, (_, index) => {
    const kind = KINDS[index % KINDS.length];
    if (!kind) throw new Error('The simulator knows no kind of device.');
    return { id: `${kind.name}-${index}`, kind };
  });
}

/** The devices that those of a kind are compared with. */
export function neighboursOf(devices: readonly FleetDevice[], kind: string): string[] {
  return devices.filter((device) => device.kind.name === kind).slice(0, NEIGHBOURS).map(({ id }) => id);
}

/** What the fleet sends, one sample a second of each device, as it comes: a tenth of a second late. */
export class FleetTraffic {
  readonly #devices: readonly FleetDevice[];
  readonly #samplers: readonly Sampler[];
  #round = 0;

  constructor(devices: readonly FleetDevice[]) {
    this.#devices = devices;
    this.#samplers = devices.map(({ id, kind }) => createSampler(kind, 'bench', id, START));
  }

  /** The next sample of each device. */
  next(): Sample[] {
    this.#round += 1;
    const ts = START + this.#round * INTERVAL;
    return this.#devices.map(({ id, kind }, index) => ({
      id: `${id}/${ts}`, device: id, profile: kind.name, ts, received: ts + 100, tsSource: 'device', src: { via: 'mqtt' }, values: this.#samplers[index]?.sample(ts, NO_FAULTS) ?? {},
    }));
  }
}

/** How many numbers the samples hold: what the tests judge. */
export function readingsIn(samples: readonly Sample[]): number {
  let readings = 0;
  for (const { values } of samples) {
    for (const metric in values) if (typeof values[metric] === 'number') readings += 1;
  }
  return readings;
}
