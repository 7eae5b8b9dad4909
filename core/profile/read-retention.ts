import { ConfigError } from '../errors/holdfast-error.ts';
import type { Retention } from '../store/retention.ts';

/** What may be said about how long something is kept, in milliseconds; what is not said is as the next more general one has it. */
export type RetentionSettings = Readonly<Partial<Retention>>;

const KEPT = ['readings', 'minute', 'hour', 'day'] as const;
const DAY = 86_400_000;
const MAXIMUM_DAYS = 36_525;

/**
 * A retention as a person or an imported flow gives it: `{ readings?, minute?, hour?, day? }` in days. Absent: as what is more general
 * says; null or empty: for ever; 0: no such rollup.
 *
 * @throws ConfigError naming the field, the value and the cure.
 */
export function readRetention(value: unknown, field: string): RetentionSettings {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new ConfigError(field, `${field}, is not an object. Give days for ${KEPT.join(', ')}, such as { "readings": 30, "hour": 365 }.`);
  const given: Record<string, unknown> = { ...value };
  const other = Object.keys(given).find((name) => !KEPT.some((kept) => kept === name));
  if (other !== undefined) throw new ConfigError(field, `${field}, has "${other.slice(0, 40)}", which is not known. Use ${KEPT.join(', ')}.`);
  const settings: Partial<Retention> = {};
  for (const kept of KEPT) {
    const days = given[kept];
    if (days !== undefined) settings[kept] = readDays(days, kept === 'readings', `${field}, ${kept}`);
  }
  return settings;
}

function readDays(value: unknown, ofReadings: boolean, field: string): number {
  if (value === null || (typeof value === 'string' && value.trim() === '')) return Infinity;
  const days = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN;
  if (days === 0 && ofReadings) throw new ConfigError(field, `${field}, is 0, and readings that are stored are kept for a while. Enter days, or leave it empty to keep them for ever.`);
  if (days >= 0 && days <= MAXIMUM_DAYS) return days * DAY;
  const shown = typeof value === 'string' ? `"${value.slice(0, 40)}"` : typeof value === 'number' ? String(value) : `of type ${typeof value}`;
  throw new ConfigError(field, `${field}, is ${shown}. Enter days, at most ${MAXIMUM_DAYS}${ofReadings ? '' : '; 0 for no such rollup'}; leave it empty to keep them for ever.`);
}
