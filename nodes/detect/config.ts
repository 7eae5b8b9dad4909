import { CALMEST, MOST_SENSITIVE, USUAL_SENSITIVITY } from '../../core/anomaly/detector-options.ts';
import { readMetrics } from '../../core/anomaly/device/device-plan.ts';
import { readWeeklyWindows } from '../../core/anomaly/device/weekly-windows.ts';
import type { WeeklyWindow } from '../../core/anomaly/device/weekly-windows.ts';
import type { DetectionSettings } from '../../core/anomaly/device/detection-settings.ts';
import type { PeerGroup } from '../../core/anomaly/peers/groups.ts';
import { QUALITY_NAMES } from '../../core/sample/good-enough.ts';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import { choice, flag, number, reference, text } from '../harness/config.ts';
import type { ConfigOf, ConfigSpec, Property } from '../harness/config.ts';
import { fromVersion1 } from './migrate.ts';

const MEBIBYTE = 1024 * 1024;

/** The weekly windows, as the list of the dialog saves them. */
const windows: Property<WeeklyWindow[]> = { default: [], read: readWeeklyWindows };

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
  /** The tags or profiles within which they are compared, with commas. */
  peerGroups: text(),
  maintenance: windows,
  /** In which the windows are meant; empty: the server's. */
  timeZone: text({ maximumLength: 100 }),
  /** Of version 1. The editor drops what has no property here, and a node of an older flow would be migrated without it. */
  threshold: text(),
};

export type DetectConfig = ConfigOf<typeof properties>;

export const CONFIG: ConfigSpec<typeof properties> = { version: 2, properties, migrations: [fromVersion1] };

/** What the detectors are told. */
export function settingsOf({ sensitivity, minimumQuality, metrics, memory, together, maintenance, timeZone }: DetectConfig): DetectionSettings {
  return { sensitivity, minimumQuality, metrics: readMetrics(metrics), together, memory: memory * MEBIBYTE, maintenance, ...(timeZone !== '' && { timeZone }) };
}

/** The groups within which devices are compared; none: they are not. */
export function groupsOf({ peers, peerGroups }: DetectConfig): PeerGroup[] {
  if (peers === 'none') return [];
  const names = [...readMetrics(peerGroups)];
  if (names.length === 0) throw new ConfigError('peerGroups', `Devices of the same ${peers} are to be compared, and no ${peers} is named. Open the node and enter one, or compare with nobody.`);
  return names.map((name) => (peers === 'tag' ? { tag: name } : { profile: name }));
}
