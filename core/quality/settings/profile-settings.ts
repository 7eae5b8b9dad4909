import type { Profile } from '../../profile/profile.ts';
import type { MetricQualitySettings, QualitySettings } from './settings.ts';

/** What a profile says of the quality of its devices' readings. */
export function profileSettings({ quality, metrics }: Profile): QualitySettings {
  const byMetric = new Map<string, MetricQualitySettings>();
  for (const [metric, declaration] of Object.entries(metrics)) if (declaration.quality) byMetric.set(metric, declaration.quality);
  return { samples: quality ?? {}, every: { tests: {} }, metrics: byMetric };
}
