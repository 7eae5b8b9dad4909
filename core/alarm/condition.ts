import { infoOf, isGoodEnough } from '../sample/good-enough.ts';
import { QUALITY, type ReadingValue, type Sample } from '../sample/sample.ts';
import { watchesLimit, type AlarmSettings, type CommonSettings, type AnomalyAlarmSettings, type LimitAlarmSettings } from './alarm-settings.ts';

/** What a sample says about an alarm's condition. */
export interface Evidence {
  /** `hold`: it calls for the alarm to stand; `over`: it calls for it to be cleared; `band`: neither, it stays as it is. */
  says: 'hold' | 'over' | 'band';
  metric: string;
  value: ReadingValue;
  /** The limit that the value was compared with. */
  limit?: number;
  /** The detector's sentence. */
  why?: string;
  /** The metrics that are anomalous after this sample. */
  anomalous?: string[];
}

/** A device cannot make the state grow: metrics beyond these are not remembered, and come back with their next anomaly. */
const MOST_METRICS = 32;

/** Judges a sample; undefined when it holds no reading that says anything about the condition. */
export function judge(settings: AlarmSettings, sample: Sample, anomalous: readonly string[], raised: boolean): Evidence | undefined {
  return watchesLimit(settings) ? judgeLimit(settings, sample, raised) : judgeAnomaly(settings, sample, anomalous);
}

function judgeLimit({ watch, raise, clear, minimumQuality }: LimitAlarmSettings, sample: Sample, raised: boolean): Evidence | undefined {
  const { metric } = watch;
  const value = reading(sample, metric, minimumQuality);
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  const sign = raise.direction === 'above' ? 1 : -1;
  const holds = sign * value > sign * raise.limit;
  const over = sign * value <= sign * clear.limit;
  const says = holds ? 'hold' : over ? 'over' : 'band';
  return { says, metric, value, limit: raised ? clear.limit : raise.limit };
}

function judgeAnomaly({ watch, minimumQuality }: AnomalyAlarmSettings, sample: Sample, before: readonly string[]): Evidence | undefined {
  const anomalies = sample.anomalies ?? {};
  const anomalous = new Set(before);
  const metrics = watch.anomaly === '*' ? Object.keys(anomalies) : [watch.anomaly];
  let worst: Evidence | undefined;
  let highest = -1;
  let calm: Evidence | undefined;
  for (const metric of metrics) {
    const found = Object.hasOwn(anomalies, metric) ? anomalies[metric] : undefined;
    const value = reading(sample, metric, minimumQuality);
    if (!found || (typeof value !== 'number' && typeof value !== 'boolean')) continue;
    if (found.anomaly) {
      if (anomalous.size < MOST_METRICS) anomalous.add(metric);
      if (worst && found.score <= highest) continue;
      worst = { says: 'hold', metric, value, why: found.why };
      highest = found.score;
    } else {
      // The metric whose end clears the alarm is the one to name, rather than one that was calm all along.
      if (anomalous.delete(metric) || !calm) calm = { says: 'over', metric, value };
    }
  }
  const left = [...anomalous];
  if (worst) return { ...worst, anomalous: left };
  if (!calm) return undefined;
  // Another metric's anomaly still stands, though this sample says nothing about it.
  return { ...calm, says: left.length > 0 ? 'band' : 'over', anomalous: left };
}

/** The reading if it can be trusted enough to act on; undefined when it is absent, or of a worse quality. */
function reading(sample: Sample, metric: string, minimum: CommonSettings['minimumQuality'] = 'suspect'): ReadingValue | undefined {
  if (!Object.hasOwn(sample.values, metric)) return undefined;
  return isGoodEnough(infoOf(sample, metric), QUALITY[minimum]) ? sample.values[metric] : undefined;
}
