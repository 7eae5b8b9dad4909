import { coerceSample } from '../../core/contract/book/coerce.ts';
import type { SampleContract } from '../../core/contract/book/sample-contract.ts';
import { graver } from '../../core/quality/aggregate.ts';
import type { QuarantineCause } from '../../core/quarantine/cause.ts';
import { QUALITY } from '../../core/sample/sample.ts';
import type { MetricInfo, RefusalReason, Sample } from '../../core/sample/sample.ts';
import type { ValidateConfig } from './config.ts';

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

/** What came of the check of a sample. */
export interface Checked {
  /** Why it breaks its contract; empty: it meets it. */
  reasons: readonly RefusalReason[];
  /** Whether its readings were altered so that it does. */
  isCoerced: boolean;
}

/** Checks a sample, and alters those of its readings that the contract allows to be altered where that is wanted and enough. */
export function check(sample: Sample, contract: SampleContract, outcome: ValidateConfig['outcome']): Checked {
  if (outcome !== 'coerce') return { reasons: contract.check(sample.values, sample.metrics), isCoerced: false };
  const coerced = coerceSample(contract, sample);
  if (!coerced) return { reasons: [], isCoerced: false };
  if (coerced.reasons.length > 0) return { reasons: coerced.reasons, isCoerced: false };
  sample.values = coerced.values;
  if (coerced.metrics) sample.metrics = coerced.metrics;
  return { reasons: [], isCoerced: true };
}

/** Why a sample waits in quarantine. */
export function causeOf({ contract }: Sample, reasons: readonly RefusalReason[]): QuarantineCause {
  const [first, ...others] = reasons;
  const detail = `${first?.message ?? ''}${others.length > 0 ? ` And ${others.length} more.` : ''}`;
  return { reason: 'contract', detail, reasons, ...(contract && { contract }) };
}
