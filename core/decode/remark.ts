import type { MetricInfo } from '../sample/sample.ts';
import type { Decoded } from './decoded.ts';

/** The remarks on one reading of a sample, made when there are none yet. A metric may have the name of a method, such as `toString`. */
export function remarkOn(sample: { metrics?: Record<string, MetricInfo> | undefined }, name: string): MetricInfo {
  const metrics = (sample.metrics ??= {});
  const known = Object.hasOwn(metrics, name) ? metrics[name] : undefined;
  return known ?? (metrics[name] = {});
}

/** Puts a flag on one reading of a sample, once. */
export function flag(sample: { metrics?: Record<string, MetricInfo> | undefined }, name: string, word: string): MetricInfo {
  const remark = remarkOn(sample, name);
  const flags = (remark.flags ??= []);
  if (!flags.includes(word)) flags.push(word);
  return remark;
}

/** Puts a flag on every reading of a sample. */
export function flagAll(sample: Decoded, word: string): void {
  for (const name in sample.values) flag(sample, name, word);
}
