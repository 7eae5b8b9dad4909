import { ConfigError } from '../errors/holdfast-error.ts';
import { QUALITY_NAMES } from '../sample/good-enough.ts';
import type { QualityName } from '../sample/good-enough.ts';

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

export interface CommonSettings {
  name: string;
  severity: Severity;
  /** For how many seconds of event time the condition must hold before the alarm is raised (ISA-18.2 on-delay). */
  onDelay: number;
  /** For how many seconds of event time it must be over before the alarm is cleared (ISA-18.2 off-delay). */
  offDelay: number;
  /** Readings of a worse quality leave the alarm as it is: a glitch is to raise nothing. `suspect` when left out. */
  minimumQuality?: QualityName;
}

/** An alarm on the value of one metric. */
export interface LimitAlarmSettings extends CommonSettings {
  watch: { metric: string };
  /** Raised by a value beyond the limit, in the unit of the metric. */
  raise: { direction: 'above' | 'below'; limit: number };
  /** Cleared by a value at this limit or on its safe side; what lies between the two limits is the deadband. */
  clear: { limit: number };
}

/** An alarm on what the detector says of one metric, or of any (`*`); the detector has its own hysteresis. */
export interface AnomalyAlarmSettings extends CommonSettings {
  watch: { anomaly: string };
  raise?: never;
  clear?: never;
}

export type AlarmSettings = LimitAlarmSettings | AnomalyAlarmSettings;

export function watchesLimit(settings: AlarmSettings): settings is LimitAlarmSettings {
  return 'metric' in settings.watch;
}

const LONGEST_NAME = 100;
const LONGEST_DELAY = 30 * 24 * 3600;

/** Throws a ConfigError (`HOLDFAST_CONFIG`) that names the field, the value and the cure when an alarm cannot work. */
export function checkAlarmSettings(settings: AlarmSettings): void {
  const { name, severity } = settings;
  checkName(name);
  if (!SEVERITIES.includes(severity)) {
    throw new ConfigError('severity', `The severity is "${severity}": choose one of ${SEVERITIES.join(', ')}.`);
  }
  checkDelay('onDelay', 'on-delay', settings.onDelay);
  checkDelay('offDelay', 'off-delay', settings.offDelay);
  checkQuality(settings.minimumQuality);
  if (watchesLimit(settings)) checkLimits(settings);
  else checkMetric('watch.anomaly', settings.watch.anomaly, 'the metric whose anomalies to watch, or * for any');
}

function checkQuality(quality: QualityName | undefined): void {
  if (quality === undefined || QUALITY_NAMES.includes(quality)) return;
  throw new ConfigError('minimumQuality', `The quality is "${String(quality)}": choose one of ${QUALITY_NAMES.join(', ')}.`);
}

function checkName(name: unknown): void {
  const length = typeof name === 'string' ? name.trim().length : 0;
  if (length > 0 && length <= LONGEST_NAME) return;
  throw new ConfigError('name', `The alarm's name has ${length} characters: give it a name of 1 to ${LONGEST_NAME}.`);
}

function checkLimits({ watch, raise, clear }: LimitAlarmSettings): void {
  checkMetric('watch.metric', watch.metric, 'the metric to watch');
  const direction = raise?.direction;
  const limit = raise?.limit;
  if (direction !== 'above' && direction !== 'below') {
    throw new ConfigError('raise.direction', `The direction is "${String(direction)}": choose above or below.`);
  }
  if (!Number.isFinite(limit)) throw new ConfigError('raise.limit', `The limit is ${limit}: give a number in the unit of the metric.`);
  if (!Number.isFinite(clear?.limit)) {
    throw new ConfigError('clear.limit', `The limit to clear at is ${clear?.limit}: give a number in the unit of the metric.`);
  }
  const sane = direction === 'above' ? clear.limit <= limit : clear.limit >= limit;
  if (!sane) {
    const side = direction === 'above' ? 'or less' : 'or more';
    throw new ConfigError('clear.limit', `The alarm is raised ${direction} ${limit} and would be cleared at ${clear.limit}, while it is still being raised: clear it at ${limit} ${side}.`);
  }
}

function checkMetric(field: string, metric: unknown, what: string): void {
  if (typeof metric !== 'string' || metric.trim() === '') throw new ConfigError(field, `No metric is given: name ${what}.`);
}

function checkDelay(field: string, label: string, seconds: number): void {
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > LONGEST_DELAY) {
    throw new ConfigError(field, `The ${label} is ${seconds}: give a number of seconds from 0 to ${LONGEST_DELAY} (30 days).`);
  }
}
