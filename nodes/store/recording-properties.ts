import { ConfigError } from '../../core/errors/holdfast-error.ts';
import type { Band, RecordingSettings } from '../../core/recording/settings.ts';
import { choice, list, number } from '../harness/config.ts';
import type { ConfigOf } from '../harness/config.ts';

const BAND_KINDS = ['absolute', 'percent'] as const;
const SECOND = 1_000;

const width = number({ default: 0, minimum: 0 });
const kind = choice(BAND_KINDS, 'absolute');

/** What a store node is to store: the properties of its dialog. Times in seconds. */
export const RECORDING_PROPERTIES = {
  mode: choice(['every', 'change', 'interval'], 'every'),
  band: width,
  bandKind: kind,
  bands: list([], metricBand),
  longestSilence: number({ default: 900, minimum: 0, maximum: 31_536_000 }),
  interval: number({ default: 60, minimum: 1, maximum: 86_400 }),
  keep: choice(['last', 'extremes'], 'last'),
};

/** The settings that the properties come to. */
export function recordingSettings(config: ConfigOf<typeof RECORDING_PROPERTIES>): RecordingSettings {
  const { mode, band, bandKind, bands, longestSilence, interval, keep } = config;
  if (mode === 'every') return { mode };
  if (mode === 'interval') return { mode, interval: interval * SECOND, keep };
  return { mode, band: { width: band, kind: bandKind }, bands: new Map(bands), longestSilence: longestSilence === 0 ? Infinity : longestSilence * SECOND };
}

/** A row of the list of bands. */
function metricBand(value: unknown, field: string): [metric: string, band: Band] {
  const row: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const metric = typeof row['metric'] === 'string' ? row['metric'].trim() : '';
  if (metric === '') throw new ConfigError(field, `${field} has no metric. Enter its name, or remove the row.`);
  return [metric, { width: width.read(row['band'] ?? '', `${field}, band`), kind: kind.read(row['bandKind'] ?? kind.default, `${field}, kind of band`) }];
}
