import type { MetricInfo, RefusalReason, Sample, Values } from '../../sample/sample.ts';

/** What a contract makes of samples. */
export interface WouldRefuse {
  samples: number;
  refused: number;
  /** Of the samples, from 0 to 1; 0 when there are none. */
  share: number;
  /** The commonest first. */
  reasons: RefusalCount[];
}

/** How often one rule was broken at one field. */
export interface RefusalCount {
  field: string;
  rule: string;
  /** Samples that broke it. */
  count: number;
  /** Its sentence about the first of them. */
  message: string;
  /** The first of them. */
  example: Example;
}

/** What judges samples: a SampleContract. */
interface Checking {
  check(values: Values, metrics?: Readonly<Record<string, MetricInfo>>): RefusalReason[];
}

type Judged = Pick<Sample, 'values' | 'metrics'> & Partial<Pick<Sample, 'device' | 'ts'>>;
type Example = Judged;

const REASONS_TOLD = 10;
/** Devices that send ever new names break the same rule at ever new fields. */
const REASONS_COUNTED = 200;
const OTHERS = 'others';

/** Counts what a contract would refuse, sample by sample, so that many can be counted in slices. */
export class RefusalTally {
  readonly #contract: Checking;
  readonly #counts = new Map<string, RefusalCount>();
  #samples = 0;
  #refused = 0;

  constructor(contract: Checking) {
    this.#contract = contract;
  }

  /** @returns whether it would be refused. */
  add(sample: Judged): boolean {
    this.#samples += 1;
    const reasons = this.#contract.check(sample.values, sample.metrics);
    if (reasons.length === 0) return false;
    this.#refused += 1;
    const counted = new Set<RefusalCount>();
    for (const reason of reasons) {
      const count = this.#countOf(reason, sample);
      if (counted.has(count)) continue;
      counted.add(count);
      count.count += 1;
    }
    return true;
  }

  result(): WouldRefuse {
    const reasons = [...this.#counts.values()].sort((a, b) => b.count - a.count).slice(0, REASONS_TOLD);
    return { samples: this.#samples, refused: this.#refused, share: this.#samples === 0 ? 0 : this.#refused / this.#samples, reasons: reasons.map((reason) => ({ ...reason })) };
  }

  #countOf({ field, rule, message }: RefusalReason, sample: Judged): RefusalCount {
    const key = JSON.stringify([field, rule]);
    const known = this.#counts.get(key);
    if (known) return known;
    if (this.#counts.size >= REASONS_COUNTED) return this.#kept(OTHERS, { field: '', rule: OTHERS, message: 'Other rules, or the same at other fields, are broken too.' }, sample);
    return this.#kept(key, { field, rule, message }, sample);
  }

  #kept(key: string, { field, rule, message }: RefusalReason, { values, metrics, device, ts }: Judged): RefusalCount {
    const known = this.#counts.get(key);
    if (known) return known;
    const example: Example = { values, ...(metrics && { metrics }), ...(device !== undefined && { device }), ...(ts !== undefined && { ts }) };
    const count: RefusalCount = { field, rule, message, count: 0, example };
    this.#counts.set(key, count);
    return count;
  }
}

/** What a contract would refuse of these samples, and why. For more than a few thousand use a RefusalTally, in slices. */
export function wouldRefuse(contract: Checking, samples: Iterable<Judged>): WouldRefuse {
  const tally = new RefusalTally(contract);
  for (const sample of samples) tally.add(sample);
  return tally.result();
}
