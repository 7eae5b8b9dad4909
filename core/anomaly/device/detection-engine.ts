import type { Clock } from '../../clock/clock.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { Sample } from '../../sample/sample.ts';
import type { QualityName } from '../../sample/good-enough.ts';
import type { DeviceStates } from '../../state/device-states.ts';
import { checkDetectorOptions } from '../detector-options.ts';
import type { DeviceDetectors, JudgedSample } from './device-detectors.ts';
import type { DevicePlan, Peers } from './device-plan.ts';
import { MemoryBudget } from './memory-budget.ts';
import type { MemorySummary } from './memory-budget.ts';

/** What a detect node is told. */
export interface DetectionSettings {
  /** A whole number from 1 (calm) to 9 (sensitive). Default 5. */
  sensitivity?: number;
  /** Readings of a worse quality are not learned from. Default `good`. */
  minimumQuality?: QualityName;
  /** The metrics to watch; none stands for all, as does leaving it out. */
  metrics?: ReadonlySet<string>;
  /** Bytes that series with the full profile may take together. Default 64 MiB. */
  memory?: number;
}

export interface DetectionEngineOptions {
  settings: DetectionSettings;
  states: Pick<DeviceStates<DeviceDetectors>, 'get' | 'peek' | 'changed' | 'touched' | 'commit' | 'flushAll'>;
  clock: Clock;
  /** Told of what went wrong where nobody waits for an answer. */
  problem: (error: unknown) => void;
  peers?: Peers;
}

/** Judges the samples of all devices of a node. */
export class DetectionEngine {
  readonly #options: DetectionEngineOptions;
  readonly #plan: DevicePlan;

  /** @throws ConfigError (`HOLDFAST_CONFIG`) for settings that cannot work. */
  constructor(options: DetectionEngineOptions) {
    const { settings: { sensitivity, minimumQuality = 'good', metrics = new Set<string>(), memory }, peers } = options;
    const detectorOptions = sensitivity === undefined ? {} : { sensitivity };
    checkDetectorOptions(detectorOptions);
    this.#options = options;
    this.#plan = { options: detectorOptions, minimumQuality: QUALITY[minimumQuality], watched: metrics, budget: new MemoryBudget(memory), ...(peers && { peers }) };
  }

  /** Judges a sample and notes on it what was found in each metric; everything else of it stays as it is. */
  judge(sample: Sample): JudgedSample {
    const { states } = this.#options;
    const judged = states.get(sample.device).judge(sample, this.#plan);
    states.changed(sample.device);
    return judged;
  }

  /** How many series are in memory, and with which profile. */
  summary(): MemorySummary {
    return this.#plan.budget.summary;
  }

  /** Writes what has been learned; resolves when it is on disk. To be called before the states are closed. */
  close(): Promise<void> {
    return this.#options.states.flushAll();
  }
}
