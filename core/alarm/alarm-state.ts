import { HoldfastError } from '../errors/holdfast-error.ts';
import type { ReadingValue } from '../sample/sample.ts';
import type { Severity } from './alarm-settings.ts';

/** One change of an alarm, plain JSON. Terms as in ANSI/ISA-18.2. */
export interface AlarmTransition {
  /** Names this occurrence: the same when it is raised, when it is cleared and when either is delivered again. */
  id: string;
  /** The alarm's name. */
  alarm: string;
  device: string;
  state: 'raised' | 'cleared';
  severity: Severity;
  /** Event time of the reading that made the change, ms since the epoch. */
  ts: number;
  metric: string;
  value: ReadingValue;
  /** The limit that was crossed, in the unit of the metric; absent when a detector is watched. */
  limit?: number;
  /** The id of the sample that made the change. */
  sample: string;
  /** A sentence for the operator. */
  message: string;
  /** The change came from backfill: on record, but nobody is to be paged. */
  historical?: boolean;
  /** Event time at which it was raised, ms since the epoch. */
  raisedAt: number;
  /** How long it stood, in event time; only when cleared. */
  durationMilliseconds?: number;
}

/** What an alarm remembers of one device, plain JSON of at most a few kB. */
export interface AlarmState {
  v: 1;
  /** Event time of the last sample that was judged, ms since the epoch; absent before the first. */
  ts?: number;
  /** Event time since which the opposite of the present state has held without a break: a delay is running. */
  since?: number;
  /** Whether the alarm stands. */
  raised: boolean;
  /** The metrics that the detector last called anomalous; at most 32. */
  anomalous?: string[];
  /** The last raise and the last clear, to be told again when their sample is delivered again. */
  lastRaised?: AlarmTransition;
  lastCleared?: AlarmTransition;
}

/** Checks a state that came back from storage; throws a HoldfastError with code `HOLDFAST_ALARM_STATE` when it is damaged. */
export function readAlarmState(json: unknown): AlarmState {
  if (isAlarmState(json)) return json;
  throw new HoldfastError(
    'HOLDFAST_ALARM_STATE',
    'The stored state of an alarm cannot be used: it is damaged or of another version. Start it anew without the stored state; it is raised again if its condition still holds.',
  );
}

function isAlarmState(json: unknown): json is AlarmState {
  if (!isObject(json) || json['v'] !== 1 || typeof json['raised'] !== 'boolean') return false;
  const { ts, since, anomalous, lastRaised, lastCleared } = json;
  if (![ts, since].every((time) => time === undefined || Number.isFinite(time))) return false;
  if (anomalous !== undefined && !(Array.isArray(anomalous) && anomalous.every((metric) => typeof metric === 'string'))) return false;
  if (json['raised'] && lastRaised === undefined) return false;
  return [lastRaised, lastCleared].every((transition) => transition === undefined || isTransition(transition));
}

function isTransition(json: unknown): boolean {
  if (!isObject(json)) return false;
  const texts = ['id', 'alarm', 'device', 'state', 'severity', 'metric', 'sample', 'message'].every((key) => typeof json[key] === 'string');
  return texts && Number.isFinite(json['ts']) && Number.isFinite(json['raisedAt']);
}

function isObject(json: unknown): json is Record<string, unknown> {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
