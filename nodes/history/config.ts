import { AGGREGATES, FILLS, KINDS, MAXIMUM_BUCKETS, MAXIMUM_LIMIT, ORDERS, RESETS } from '../../core/history/query.ts';
import { QUALITY_NAMES } from '../../core/sample/good-enough.ts';
import type { HistoryQueryInput } from '../../core/history/query.ts';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import { choice, list, number, reference, text } from '../harness/config.ts';
import type { ConfigOf } from '../harness/config.ts';

/** The forms in which an answer can leave. */
export const OUTPUTS = ['chart', 'series', 'table', 'csv', 'json-lines'] as const;
export type OutputForm = (typeof OUTPUTS)[number];

/** Rows that one message holds at most. */
export const MOST_IN_ONE = 100_000;
/** Core join takes parts of one element for elements. */
export const LEAST_IN_PART = 2;

export const CONFIG = {
  version: 1,
  properties: {
    backend: reference(),
    kind: choice(KINDS, 'aggregate'),
    devices: text(),
    profile: text(),
    tag: text(),
    metrics: text(),
    from: text({ default: '-24h' }),
    to: text(),
    at: text(),
    timeZone: text(),
    aggregates: list(['mean', 'min', 'max'], readAggregate),
    grid: choice(['points', 'every'], 'points'),
    points: number({ default: 200, minimum: 1, maximum: MAXIMUM_BUCKETS, integer: true }),
    every: text({ default: '1 hour' }),
    fill: choice([...FILLS, 'number'], 'null'),
    fillNumber: number({ default: 0 }),
    resets: choice(RESETS, 'signed'),
    gapAfter: text({ default: 'auto' }),
    minimumQuality: choice(QUALITY_NAMES, 'suspect'),
    order: choice(ORDERS, 'oldest'),
    limit: number({ default: 10_000, minimum: 1, maximum: MAXIMUM_LIMIT, integer: true }),
    output: choice(OUTPUTS, 'chart'),
    rowsPerMessage: number({ default: 0, minimum: 0, maximum: MOST_IN_ONE, integer: true }),
  },
};

export type HistoryConfig = ConfigOf<typeof CONFIG.properties>;

/** The question of the settings: only what its kind has, so that nothing stands in the way of what a message asks in its place. */
export function questionOf(config: HistoryConfig): HistoryQueryInput {
  const { kind, devices, profile, tag, metrics, timeZone, minimumQuality, limit } = config;
  const every = { kind, devices, profile, tag, metrics, timeZone, minimumQuality, limit };
  if (kind === 'latest') return every;
  if (kind === 'at') return { ...every, at: config.at };
  const ofTime = { ...every, from: config.from, to: config.to, gapAfter: config.gapAfter, order: config.order };
  if (kind === 'raw') return ofTime;
  return {
    ...ofTime,
    aggregates: config.aggregates,
    ...(config.grid === 'points' ? { points: config.points } : { every: config.every }),
    fill: config.fill === 'number' ? config.fillNumber : config.fill,
    resets: config.resets,
  };
}

function readAggregate(value: unknown, field: string): string {
  const found = AGGREGATES.find((one) => one === value);
  if (found !== undefined) return found;
  throw new ConfigError(field, `${field} is ${JSON.stringify(value)?.slice(0, 40) ?? 'missing'}. Choose one of: ${AGGREGATES.join(', ')}.`);
}
