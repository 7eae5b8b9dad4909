import { judgedTime } from '../../sample/judged-time.ts';
import type { Sample } from '../../sample/sample.ts';
import type { DeclaredMetrics } from './declared-metrics.ts';
import type { DeviceDrift } from './device-drift.ts';
import type { Drift } from './drift.ts';
import type { DriftRecords } from './drift-records.ts';

/** States by name, kept wherever: on disk, or in memory alone. */
export interface States<Value> {
  get(name: string): Value;
  /** The state under this name is to be kept as it is now. */
  changed(name: string): void;
}

export interface ContractDriftOptions {
  /** One a device. */
  devices: States<DeviceDrift>;
  /** One a contract, by its id. */
  records: States<DriftRecords>;
  /** Told that a contract has more drifts than are kept apart. */
  tooMany: (contract: string) => void;
}

/** A contract in use. */
interface UsedContract {
  id: string;
  version: number;
  declared: DeclaredMetrics;
}

const NONE: readonly Drift[] = [];
/** What only counts on is kept every so many samples. */
const KEPT_EVERY = 100;

/** Watches live traffic for what its contract does not say, or for what devices no longer do: each such drift is told once, not for each device. */
export class ContractDrift {
  readonly #devices: States<DeviceDrift>;
  readonly #records: States<DriftRecords>;
  readonly #tooMany: (contract: string) => void;
  #counted = 0;

  constructor({ devices, records, tooMany }: ContractDriftOptions) {
    this.#devices = devices;
    this.#records = records;
    this.#tooMany = tooMany;
  }

  /** @returns the drifts to be told of; samples out of the past tell nothing of how things are now. */
  judge(sample: Sample, { id, version, declared }: UsedContract): readonly Drift[] {
    if (sample.historical === true) return NONE;
    const { device } = sample;
    const state = this.#devices.get(device);
    const deviations = state.judge(sample, declared);
    if (state.isChanged) this.#devices.changed(device);
    if (deviations.length === 0) return NONE;
    const records = this.#records.get(id);
    const ts = judgedTime(sample);
    const told: Drift[] = [];
    const { untold } = records;
    for (const deviation of deviations) {
      const drift = records.note({ contract: { id, version }, deviation, device, firmware: state.firmware, ts });
      if (drift) told.push({ ...drift });
      // Where there is no room for this one there is none for the next: a thousand names in each sample cost no more than one.
      if (records.untold > untold) break;
    }
    if (records.untold > untold) this.#tooMany(id);
    this.#counted += 1;
    if (told.length > 0 || this.#counted % KEPT_EVERY === 0) this.#records.changed(id);
    return told;
  }
}
