import { coerceSample } from '../../core/contract/book/coerce.ts';
import type { Sample } from '../../core/sample/sample.ts';
import type { TryResult } from '../harness/try-it.ts';
import type { ValidateConfig } from './config.ts';
import type { ContractSource } from './contract-source.ts';

/** What would become of samples that break their contract. */
const WOULD: Readonly<Record<ValidateConfig['outcome'], string>> = {
  accept: 'would pass, flagged', coerce: 'would go into quarantine', quarantine: 'would go into quarantine', refuse: 'would be refused',
};

/** What "Try it" shows. */
export function tried(samples: readonly Sample[], source: ContractSource, outcome: ValidateConfig['outcome']): TryResult {
  const checked = samples.map((sample) => {
    const { device, values, metrics } = sample;
    const contract = source.of(sample);
    if (!contract) return { device, values, contract: null, reasons: [] };
    const named = { id: contract.id, version: contract.version };
    const coerced = outcome === 'coerce' ? coerceSample(contract, sample) : undefined;
    if (coerced) return { device, contract: named, ...coerced };
    return { device, values, contract: named, reasons: contract.check(values, metrics) };
  });
  return { summary: summaryOf(checked, outcome), result: checked };
}

interface Checked {
  contract: object | null;
  reasons: readonly unknown[];
  coerced?: readonly string[];
}

function summaryOf(checked: readonly Checked[], outcome: ValidateConfig['outcome']): string {
  const broken = checked.filter(({ reasons }) => reasons.length > 0).length;
  const coerced = checked.filter((one) => one.reasons.length === 0 && one.coerced !== undefined).length;
  const without = checked.filter(({ contract }) => contract === null).length;
  if (broken > 0) return `${broken} of ${checked.length} samples in the last message break the contract and ${WOULD[outcome]}.`;
  if (coerced > 0) return `${coerced} of ${checked.length} samples in the last message would be coerced, and then meet the contract.`;
  if (without > 0) return `${without} of ${checked.length} samples in the last message come from devices whose profile names no contract: they pass unchecked.`;
  return 'The last message meets the contract.';
}
