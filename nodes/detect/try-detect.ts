import type { Node } from 'node-red';
import { devicePlan } from '../../core/anomaly/device/detection-settings.ts';
import { DeviceDetectors } from '../../core/anomaly/device/device-detectors.ts';
import { samplesOf } from '../../core/sample/message.ts';
import type { AnomalyInfo } from '../../core/sample/sample.ts';
import type { TryResult } from '../harness/try-it.ts';
import { readCommand } from './command.ts';
import { settingsOf } from './config.ts';
import type { DetectConfig } from './config.ts';

/** What a running node has learned of a device, as a copy. */
type Learned = (device: string) => unknown;

/** Each is a copy of all that was learned of a device, and may be large. */
const MOST_SAMPLES = 5;

const running = new WeakMap<Node, Learned>();

/** Lets "Try it" in the dialog of a node see what it has learned. */
export function tryWith(node: Node, learned: Learned): void {
  running.set(node, learned);
}

/** What detectors with these settings, and with all that the running node has learned, say of a message. */
export function tryDetect(config: DetectConfig, message: unknown, _RED: unknown, node: Node): TryResult {
  if (typeof message === 'object' && message !== null && readCommand(message)) return { summary: 'The last message was an answer or a maintenance command. Wait for one with samples and try again.', result: null };
  const plan = devicePlan(settingsOf(config), () => undefined);
  const learned = running.get(node);
  const { samples } = samplesOf(message);
  const tried = samples.slice(0, MOST_SAMPLES).map((sample) => {
    delete sample.anomalies;
    new DeviceDetectors(learned?.(sample.device)).judge(sample, plan);
    const said: Record<string, AnomalyInfo> = sample.anomalies ?? {};
    return { device: sample.device, said };
  });
  const names = [...new Set(tried.flatMap(({ said }) => Object.keys(said)))];
  if (names.length === 0) return { summary: 'In the last message no metric is watched. Check the list of metrics; only numbers can be watched.', result: tried };
  const odd = tried.flatMap(({ said }) => Object.entries(said).flatMap(([metric, { anomaly, why }]) => (anomaly ? [`${metric}: ${why}`] : [])));
  return { summary: `In the last message these metrics are watched: ${names.join(', ')}. ${odd.length > 0 ? odd.join(' ') : 'Nothing in it is unusual.'}`, result: tried };
}
