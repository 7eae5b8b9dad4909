import type { ReadingValue, Sample } from '../../sample/sample.ts';
import { KeptSamples } from './kept-samples.ts';
import type { KeptSample } from './kept-samples.ts';
import { MetricLearner } from './metric-learner.ts';
import { propose } from './proposal.ts';
import type { ProposalOptions } from './proposal.ts';
import type { Proposal } from './proposed-contract.ts';

export interface LearnerOptions {
  /** How many of the last samples are kept, to try a contract on. Default 1,000. */
  keep?: number;
  /** How many bytes they may take in memory, about. Default 8 MiB. */
  keptBytes?: number;
}

type LearnedSample = Pick<Sample, 'device' | 'ts' | 'values' | 'metrics'>;

const KEEP = 1_000;
/** Bytes that the samples which are kept may take in memory, about. */
export const KEPT_BYTES = 8 * 1024 * 1024;
/** As many as one sample may have. */
const MOST_METRICS = 1_000;
const MOST_DEVICES = 10_000;
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/** Watches samples go by and proposes a contract for them. Its memory is bounded, whatever the traffic. */
export class ContractLearner {
  /** How many of the last samples are kept. */
  readonly keep: number;
  readonly #metrics = new Map<string, MetricLearner>();
  readonly #devices = new Set<string>();
  readonly #kept: KeptSamples;
  #samples = 0;
  #unusable = 0;
  #others = 0;

  constructor({ keep = KEEP, keptBytes = KEPT_BYTES }: LearnerOptions = {}) {
    this.keep = keep;
    this.#kept = new KeptSamples(keep, keptBytes);
  }

  /** Samples that it learned from. */
  get samples(): number {
    return this.#samples;
  }

  /** Samples passed over, since one of their values is no reading: a function node put it there. */
  get unusable(): number {
    return this.#unusable;
  }

  /** Devices that they came from; counted up to 10,000. */
  get devices(): number {
    return this.#devices.size;
  }

  get metrics(): number {
    return this.#metrics.size;
  }

  /** Readings of metrics beyond the first thousand, of which nothing is learned. */
  get others(): number {
    return this.#others;
  }

  /** Copies of the last samples, oldest first. */
  get last(): KeptSample[] {
    return this.#kept.list();
  }

  /** Learns from a sample, and keeps a copy of it. */
  add(sample: LearnedSample): void {
    if (this.learn(sample)) this.#kept.add(sample);
  }

  /** Keeps a copy of a sample. */
  keepCopy(sample: LearnedSample): void {
    this.#kept.add(sample);
  }

  /** @returns whether the sample could be learned from. */
  learn(sample: LearnedSample): boolean {
    const { values, metrics } = sample;
    for (const metric in values) {
      if (isReading(values[metric])) continue;
      this.#unusable += 1;
      return false;
    }
    this.#samples += 1;
    if (this.#devices.size < MOST_DEVICES) this.#devices.add(sample.device);
    for (const metric in values) {
      const value = values[metric];
      const learner = value === undefined ? undefined : this.#learner(metric);
      if (!learner || value === undefined) {
        this.#others += 1;
        continue;
      }
      const unit = metrics && Object.hasOwn(metrics, metric) ? metrics[metric]?.unit : undefined;
      learner.add(value, typeof unit === 'string' && unit !== '' ? unit : undefined);
    }
    return true;
  }

  /** A contract that every sample learned from meets. */
  propose(options?: ProposalOptions): Proposal {
    return propose(this.#metrics, this.#samples, options);
  }

  #learner(metric: string): MetricLearner | undefined {
    const known = this.#metrics.get(metric);
    if (known || this.#metrics.size >= MOST_METRICS || FORBIDDEN.has(metric)) return known;
    const learner = new MetricLearner();
    this.#metrics.set(metric, learner);
    return learner;
  }
}

function isReading(value: unknown): value is ReadingValue {
  return value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value);
}
