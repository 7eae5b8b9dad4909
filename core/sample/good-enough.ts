import type { MetricInfo, Quality, Sample } from './sample.ts';

/** From the best to the worst; `missing` stands for readings of every quality. */
export const QUALITY_NAMES = ['good', 'unknown', 'suspect', 'bad', 'missing'] as const;
export type QualityName = (typeof QUALITY_NAMES)[number];

/** Whether a reading is of this quality or better. One that nobody has evaluated counts as good: not every flow has a quality node. */
export function isGoodEnough(info: MetricInfo | undefined, minimum: Quality): boolean {
  return info?.q === undefined || info.q <= minimum;
}

/** What is known of a reading of a sample. Metrics may have names such as `constructor`. */
export function infoOf({ metrics }: Pick<Sample, 'metrics'>, metric: string): MetricInfo | undefined {
  return metrics && Object.hasOwn(metrics, metric) ? metrics[metric] : undefined;
}
