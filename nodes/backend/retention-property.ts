import { readRetention } from '../../core/profile/read-retention.ts';
import type { RetentionSettings } from '../../core/profile/read-retention.ts';
import type { Property } from '../harness/config.ts';

/** How long readings and rollups are kept, saved as `{ readings, minute, hour, day }` in days; null and an empty field: for ever. */
export function retentionInDays(): Property<RetentionSettings> {
  return { default: { readings: null, minute: 0, hour: 0, day: 0 }, read: readRetention };
}
