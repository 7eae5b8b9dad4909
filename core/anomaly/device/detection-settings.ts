import { ConfigError, messageOf } from '../../errors/holdfast-error.ts';
import { serverTimeZone } from '../../history/time/time-zone.ts';
import type { QualityName } from '../../sample/good-enough.ts';
import { QUALITY } from '../../sample/sample.ts';
import { checkDetectorOptions } from '../detector-options.ts';
import type { DevicePlan, Peers } from './device-plan.ts';
import { MemoryBudget } from './memory-budget.ts';
import { WeeklyWindows } from './weekly-windows.ts';
import type { WeeklyWindow } from './weekly-windows.ts';

/** What a detect node is told. */
export interface DetectionSettings {
  /** A whole number from 1 (calm) to 9 (sensitive). Default 5. */
  sensitivity?: number;
  /** Readings of a worse quality are not learned from, and begin no episode. Default `good`. */
  minimumQuality?: QualityName;
  /** The metrics to watch; none stands for all, as does leaving it out. */
  metrics?: ReadonlySet<string>;
  /** Whether several metrics of a device that are a little unusual at the same time make an episode together. Default true. */
  together?: boolean;
  /** Bytes that series with the full profile may take together. Default 64 MiB. */
  memory?: number;
  /** When every week nothing is learned and no episode begins; see `readWeeklyWindows`. */
  maintenance?: readonly WeeklyWindow[];
  /** The IANA time zone of these windows. Default: that of the machine. */
  timeZone?: string;
}

/** @throws ConfigError (`HOLDFAST_CONFIG`) for settings that cannot work. */
export function devicePlan({ sensitivity, minimumQuality = 'good', metrics = new Set(), together = true, memory }: DetectionSettings, problem: (error: unknown) => void, peers?: Peers): DevicePlan {
  const options = sensitivity === undefined ? {} : { sensitivity };
  checkDetectorOptions(options);
  if (memory !== undefined && !(memory >= 0)) throw new ConfigError('memory', `The memory is ${memory}. Give a number of bytes, 0 or more.`);
  return { options, minimumQuality: QUALITY[minimumQuality], watched: metrics, together, budget: new MemoryBudget(memory), peers, problem };
}

/** @throws ConfigError (`HOLDFAST_CONFIG`) for a time zone that there is not. */
export function weeklyWindows({ maintenance = [], timeZone = serverTimeZone() }: DetectionSettings): WeeklyWindows {
  try {
    return new WeeklyWindows(maintenance, timeZone);
  } catch (error) {
    throw new ConfigError('timeZone', `The time zone "${timeZone.slice(0, 40)}" is not known (${messageOf(error)}). Give one by its IANA name, such as "Europe/Vienna".`, { cause: error });
  }
}
