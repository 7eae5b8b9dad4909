import { graver } from '../../core/quality/aggregate.ts';
import { QUALITY } from '../../core/sample/sample.ts';
import type { MetricInfo, RefusalReason, Sample } from '../../core/sample/sample.ts';
import { coerceSample } from '../../core/contract/book/coerce.ts';
import type { SampleContract } from '../../core/contract/book/sample-contract.ts';

/** The flag of a reading that broke the contract of its device. */
const BROKE_CONTRACT = 'contract';

/** Flags the readings that broke the contract, and lets none of them pass for good. What is named and is not there cannot be flagged. */
export function flagBroken(sample: Sample, reasons: readonly RefusalReason[]): void {
  for (const { field } of reasons) {
    if (!Object.hasOwn(sample.values, field)) continue;
    const info: MetricInfo = sample.metrics?.[field] ?? {};
    const flags = info.flags?.includes(BROKE_CONTRACT) === true ? info.flags : [...(info.flags ?? []), BROKE_CONTRACT];
    // A copy: the same object may be part of other messages.
    sample.metrics = { ...sample.metrics, [field]: { ...info, flags, q: info.q === undefined ? QUALITY.suspect : graver(info.q, QUALITY.suspect) } };
  }
}

/**
 * Alters the readings that the contract allows to be altered, so that the sample meets it.
 *
 * @returns why it does not meet it all the same; the sample is as it was then.
 */
export function coerce(contract: SampleContract, sample: Sample): readonly RefusalReason[] {
  const coerced = coerceSample(contract, sample);
  if (!coerced) return [];
  if (coerced.reasons.length > 0) return coerced.reasons;
  sample.values = coerced.values;
  if (coerced.metrics) sample.metrics = coerced.metrics;
  return [];
}
