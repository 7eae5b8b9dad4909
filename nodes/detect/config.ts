import { CALMEST, MOST_SENSITIVE, USUAL_SENSITIVITY } from '../../core/anomaly/detector-options.ts';
import { QUALITY_NAMES } from '../../core/sample/good-enough.ts';
import { givenRecord, shownGiven } from '../../core/errors/given.ts';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import { choice, flag, list, number, reference, text } from '../harness/config.ts';
import type { ConfigOf, ConfigSpec } from '../harness/config.ts';
import { fromVersion1 } from './migrate.ts';

/** A row of the list of maintenance windows, which come every week. */
interface WindowRow {
  /** Empty: all devices. */
  device: string;
  /** 1 (Monday) to 7 (Sunday). */
  days: number[];
  /** Times of day such as 22:00; one that ends before it begins ends the day after. */
  from: string;
  to: string;
}

const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

const properties = {
  backend: reference(),
  /** Names with commas; empty: every metric that is a number. */
  metrics: text(),
  sensitivity: number({ default: USUAL_SENSITIVITY, minimum: CALMEST, maximum: MOST_SENSITIVE, integer: true }),
  minimumQuality: choice(QUALITY_NAMES, 'good'),
  /** In MiB. */
  memory: number({ default: 64, minimum: 1, maximum: 65_536 }),
  together: flag(true),
  /** Which devices are compared with each other. */
  peers: choice(['none', 'tag', 'profile'], 'none'),
  peerTag: text({ maximumLength: 100 }),
  windows: list([], windowRow),
  /** In which the windows are meant; empty: the server's. */
  timeZone: text({ maximumLength: 100 }),
  /** Of version 1. The editor drops what has no property here, and a node of an older flow would be migrated without it. */
  threshold: text(),
};

export type DetectConfig = ConfigOf<typeof properties>;

export const CONFIG: ConfigSpec<typeof properties> = { version: 2, properties, migrations: [fromVersion1] };

/** `{ device?, days, from, to }`. @throws ConfigError naming the row, the value and the cure. */
function windowRow(value: unknown, field: string): WindowRow {
  const { device, days, from, to } = givenRecord(value, field, 'an object with days, from and to');
  const chosen = Array.isArray(days) ? days.filter((day): day is number => Number.isInteger(day) && day >= 1 && day <= 7) : [];
  if (chosen.length === 0) throw new ConfigError(field, `${field}, has no day. Choose at least one, or remove the row.`);
  return { device: typeof device === 'string' ? device.trim() : '', days: chosen, from: timeIn(from, field), to: timeIn(to, field) };
}

function timeIn(value: unknown, field: string): string {
  if (typeof value === 'string' && TIME.test(value)) return value;
  throw new ConfigError(field, `${field}, has the time ${shownGiven(value)}. Enter hours and minutes, such as 06:30.`);
}
