import type { AlarmSettings, LimitAlarmSettings, AlarmState, AlarmTransition } from '../../../core/alarm/index.ts';
import { createAlarm } from '../../../core/alarm/index.ts';
import type { Sample } from '../../../core/sample/sample.ts';

export const hot: LimitAlarmSettings = {
  name: 'Too hot',
  watch: { metric: 'temperature' },
  raise: { direction: 'above', limit: 90 },
  clear: { limit: 80 },
  severity: 'high',
  onDelay: 0,
  offDelay: 0,
};

export function sample(ts: number, temperature: number | string | boolean | null, more: Partial<Sample> = {}): Sample {
  return { id: `s${ts}`, device: 'press-7', ts, received: ts + 5, tsSource: 'device', src: { via: 'mqtt' }, values: { temperature }, ...more };
}

/** A sample in which a detector judged the metrics named. */
export function judged(ts: number, anomalous: Record<string, boolean>, more: Partial<Sample> = {}): Sample {
  const metrics = Object.entries(anomalous);
  return sample(ts, 0, {
    values: Object.fromEntries(metrics.map(([metric]) => [metric, 1])),
    anomalies: Object.fromEntries(metrics.map(([metric, anomaly]) => [metric, { score: anomaly ? 9 : 1, anomaly, why: anomaly ? 'Far out.' : 'Usual.' }])),
    ...more,
  });
}

/** Runs samples through an alarm and gives what it told, and the state at the end. */
export function run(settings: AlarmSettings, samples: Sample[], start?: AlarmState): { told: AlarmTransition[]; state: AlarmState | undefined } {
  const alarm = createAlarm(settings);
  const told: AlarmTransition[] = [];
  let state = start;
  for (const next of samples) {
    const step = alarm.step(state, next);
    state = step.state;
    if (step.transition) told.push(step.transition);
  }
  return { told, state };
}

/** "raised@3 cleared@7" */
export function summary(told: AlarmTransition[]): string {
  return told.map(({ state, ts }) => `${state}@${ts}`).join(' ');
}
