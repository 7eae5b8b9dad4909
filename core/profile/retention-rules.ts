import { KEEP_ALL } from '../store/retention.ts';
import type { Retention, RetentionRules } from '../store/retention.ts';
import type { Profiles } from './profiles.ts';
import type { RetentionSettings } from './read-retention.ts';

export interface RetentionRulesOptions {
  /** Those in force; asked each time, so that a change of them takes effect by itself. */
  profiles: Pick<Profiles, 'of'>;
  /** The name of a device's profile; undefined or empty when it has none. */
  profileOf: (device: string) => string | undefined;
  /** What holds where neither the metric nor its profile says anything; for the rest everything is kept, and no rollup is made. */
  general?: RetentionSettings;
  /** The most bytes that the store may take. Default: no bound. */
  maximumBytes?: number;
}

/** How long what is kept: as the metric in the device's profile says, else its profile, else what is general. */
export function retentionRules({ profiles, profileOf, general = {}, maximumBytes = Infinity }: RetentionRulesOptions): RetentionRules {
  const otherwise: Retention = { ...KEEP_ALL, ...general };
  return {
    maximumBytes,
    of(device, metric) {
      const name = profileOf(device);
      const profile = name ? profiles.of(name) : undefined;
      if (!profile) return otherwise;
      const own = profile.metrics[metric]?.retention;
      if (!own && !profile.retention) return otherwise;
      return { ...otherwise, ...profile.retention, ...own };
    },
  };
}
