import { ConfigError } from '../../core/errors/holdfast-error.ts';
import type { Retention } from '../../core/store/retention.ts';
import type { Property } from '../harness/config.ts';

const DAY = 86_400_000;
const MAXIMUM_DAYS = 36_525;
const NAMES = ['readings', 'minute', 'hour', 'day'] as const;

/** How long readings and rollups are kept, saved as `{ readings, minute, hour, day }` in days; null and an empty field: for ever. */
export function retentionInDays(): Property<Retention> {
  return {
    default: { readings: null, minute: 0, hour: 0, day: 0 },
    read(value, field) {
      const given: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
      const [readings = Infinity, minute = 0, hour = 0, day = 0] = NAMES.map((name) => milliseconds(given[name] === undefined && name !== 'readings' ? 0 : given[name], `${field}.${name}`));
      if (readings === 0) throw new ConfigError(`${field}.readings`, `${field}.readings is 0 days. Enter how many days readings are kept, or nothing to keep them for ever.`);
      return { readings, minute, hour, day };
    },
  };
}

function milliseconds(value: unknown, field: string): number {
  if (value === undefined || value === null || value === '') return Infinity;
  const days = Number(value);
  if (days >= 0 && days <= MAXIMUM_DAYS) return Math.round(days * DAY);
  throw new ConfigError(field, `${field} is ${JSON.stringify(value).slice(0, 40)}. Enter days between 0 and ${MAXIMUM_DAYS}, or nothing to keep them for ever.`);
}
