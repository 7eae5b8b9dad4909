import { beginSlice } from '../../clock/slice.ts';
import type { Clock } from '../../clock/clock.ts';
import type { RefusalReason } from '../../sample/sample.ts';
import type { KeptSample } from './kept-samples.ts';

/** A rule that samples would break. */
export interface BrokenRule {
  field: string;
  rule: string;
  /** Samples that would break it. */
  count: number;
  /** The sentence for the newest of them. */
  message: string;
  /** The device that sent that one. */
  device: string;
}

export interface WouldRefuse {
  samples: number;
  refused: number;
  /** The rules that are broken most often, at most twenty. */
  rules: BrokenRule[];
  /** Further rules that would be broken. */
  more: number;
}

/** A contract over readings and their units. */
interface ChecksReadings {
  check(values: KeptSample['values'], metrics?: KeptSample['metrics']): RefusalReason[];
}

const SLICE = 8;
const MOST_RULES = 20;
/** Samples of hostile devices could break as many rules as they have metrics. */
const MOST_COUNTED = 10_000;

/** How many of these samples a contract would refuse, and why. Works in slices. */
export async function wouldRefuse(contract: ChecksReadings, samples: readonly KeptSample[], clock: Clock): Promise<WouldRefuse> {
  const rules = new Map<string, BrokenRule>();
  let refused = 0;
  let isOver = beginSlice(clock, SLICE);
  for (const { values, metrics, device } of samples) {
    const reasons = contract.check(values, metrics);
    if (reasons.length > 0) refused += 1;
    for (const { field, rule, message } of reasons) {
      const key = `${rule} ${field}`;
      const known = rules.get(key);
      if (known) Object.assign(known, { count: known.count + 1, message, device });
      else if (rules.size < MOST_COUNTED) rules.set(key, { field, rule, count: 1, message, device });
    }
    if (!isOver()) continue;
    await new Promise<void>((resolve) => void setImmediate(resolve));
    isOver = beginSlice(clock, SLICE);
  }
  const ordered = [...rules.values()].toSorted((one, other) => other.count - one.count);
  return { samples: samples.length, refused, rules: ordered.slice(0, MOST_RULES), more: Math.max(0, ordered.length - MOST_RULES) };
}
