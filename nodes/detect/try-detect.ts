import { DeviceDetectors } from '../../core/anomaly/device/device-detectors.ts';
import { readMetrics } from '../../core/anomaly/device/device-plan.ts';
import { MemoryBudget } from '../../core/anomaly/device/memory-budget.ts';
import { samplesOf } from '../../core/sample/message.ts';
import { QUALITY } from '../../core/sample/sample.ts';
import type { TryResult } from '../harness/try-it.ts';
import type { DetectConfig } from './config.ts';

/** Which metrics of a message the settings watch, and what the detectors of the running node noted on it. */
export function tryDetect({ metrics, minimumQuality, sensitivity }: DetectConfig, message: unknown): TryResult {
  const detectors = new DeviceDetectors();
  const plan = { options: { sensitivity }, minimumQuality: QUALITY[minimumQuality], watched: readMetrics(metrics), budget: new MemoryBudget() };
  const tried = samplesOf(message).samples.map((sample) => {
    const said = sample.anomalies;
    delete sample.anomalies;
    detectors.judge(sample, plan);
    return { device: sample.device, watched: Object.keys(sample.anomalies ?? {}), ...(said && { said }) };
  });
  const names = [...new Set(tried.flatMap(({ watched }) => watched))];
  if (names.length === 0) return { summary: 'In the last message no metric is watched. Check the list of metrics; only numbers can be watched.', result: tried };
  const odd = tried.flatMap(({ said = {} }) => Object.entries(said).flatMap(([metric, { anomaly, why }]) => (anomaly ? [`${metric}: ${why}`] : [])));
  return { summary: `In the last message these metrics are watched: ${names.join(', ')}. ${odd.length > 0 ? odd.join(' ') : 'Nothing in it was unusual.'}`, result: tried };
}
