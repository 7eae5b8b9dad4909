/** What the specs of the detect node share: a flow of one, and samples that it learns from. */
import type { Sample } from '../../core/sample/sample.ts';
import { collect, load, until } from '../support/node-helper.ts';
import type { FlowNode, Message } from '../support/node-helper.ts';
import { sampleOf, samplesIn, sendBatch, sendSingly } from '../support/sample-messages.ts';

export const DETECT = { type: 'holdfast-detect', version: 2 };
/** Enough for a detector to know what is usual. */
export const LEARNED = 1_500;

/** Samples that are nothing special: 60 and a little noise, which never comes twice in the same way. */
export function usual(from: number, count: number, device = 'press-1'): Sample[] {
  return Array.from({ length: count }, (_, index) => sampleOf(device, from + index, { temperature: Math.round((60 + noise(from + index)) * 100) / 100 }));
}

export function wild(index: number, device = 'press-1', temperature = 80): Sample {
  return sampleOf(device, index, { temperature });
}

/** Starts a flow and lets its node `n` learn what is usual. */
export async function learn(flow: FlowNode[], samples = usual(0, LEARNED)): Promise<void> {
  await load(flow);
  await passed(samples, sendBatch);
}

/** Sends samples through the node; resolves with them as they came out. */
export async function passed(samples: readonly Sample[], send = sendSingly): Promise<Sample[]> {
  const out = collect('out0');
  const from = out.length;
  send('n', samples);
  await until(() => samplesIn(out.slice(from)).length === samples.length, 'all came out');
  return samplesIn(out.slice(from));
}

export interface EpisodePayload {
  id: string;
  device: string;
  metric: string;
  since: number;
  until?: number;
  state: 'began' | 'ended';
  score: number;
  why: string;
  question: boolean;
}

export function payloadOf(message: Message | undefined): EpisodePayload {
  return message?.payload as EpisodePayload;
}

export function envelopeOf(message: Message | undefined): { kind: string; id: string } {
  return message?.['iot'] as { kind: string; id: string };
}

function noise(index: number): number {
  return Math.sin(index * 12.9898) * 0.3 + Math.sin(index * index * 0.618) * 0.2;
}
