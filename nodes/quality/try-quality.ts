import type { Node, NodeAPI } from 'node-red';
import { systemClock } from '../../core/clock/clock.ts';
import type { Worst } from '../../core/quality/device-quality.ts';
import { replayHistory } from '../../core/quality/judge-history.ts';
import { samplesOf } from '../../core/sample/message.ts';
import type { MetricInfo } from '../../core/sample/sample.ts';
import { runningBackend } from '../backend/running-backend.ts';
import type { TryResult } from '../harness/try-it.ts';
import { plansOf } from './config.ts';
import type { QualityConfig } from './config.ts';

/** Samples that "Try it" judges: for each, what is stored of its device is read. */
const MOST_TRIED = 20;
const HOUR = 3_600_000;

const WORDS: Readonly<Record<Worst, string>> = { 1: 'good', 9: 'missing', 3: 'suspect', 4: 'bad' };

interface Tried {
  device: string;
  worst: string;
  metrics: Record<string, MetricInfo>;
}

/** What the settings of the dialog make of the last message, after what is stored of its devices of the hour before. */
export async function tryQuality(config: QualityConfig, message: unknown, RED: NodeAPI, _node: Node): Promise<TryResult> {
  const backend = runningBackend(RED, config.backend);
  const plans = plansOf(config, backend.profiles);
  const tried: Tried[] = [];
  for (const sample of samplesOf(message).samples.slice(0, MOST_TRIED)) {
    const plan = plans.of(sample.profile);
    const before = { device: sample.device, metrics: Object.keys(sample.values), from: sample.ts - HOUR, to: sample.ts };
    const quality = await replayHistory(before, { store: backend.store, clock: systemClock, plan });
    const { sample: judged, worst } = quality.judge(sample, plan);
    tried.push({ device: sample.device, worst: WORDS[worst], metrics: judged.metrics ?? {} });
  }
  return { summary: summaryOf(tried), result: tried };
}

function summaryOf(tried: readonly Tried[]): string {
  const found = tried.flatMap(({ device, metrics }) => Object.entries(metrics).flatMap(([metric, { flags = [] }]) => (flags.length > 0 ? [`${metric} of ${device}: ${flags.join(', ')}`] : [])));
  if (found.length === 0) return 'In the last message nothing is found. It was judged after what is stored of the hour before it.';
  return `In the last message is found: ${found.slice(0, 5).join('; ')}.${found.length > 5 ? ` ${found.length - 5} more are listed below.` : ''}`;
}
