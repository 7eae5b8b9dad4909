import type { Comparison } from './compare.ts';
import type { LedgerTotal } from './ledger.ts';
import type { Options } from './options.ts';
import type { Planned } from './plan.ts';

export interface Run {
  options: Options;
  plan: readonly Planned[];
  /** What could not be done on this machine. */
  notDone: readonly string[];
  acknowledged: number;
  seconds: number;
  /** Of them, those in which nothing got through because of a fault. */
  disturbed: number;
  /** From each kill to the first message that got through, in milliseconds. */
  recoveries: readonly number[];
  comparison: Comparison;
  quarantined: number;
  /** At rest, and the largest difference that was ever seen; undefined where there is no ledger. */
  ledger: { total: LedgerTotal; largestDifference: number; readings: number } | undefined;
}

/** What the last line holds. */
export function figuresOf({ options, plan, notDone, acknowledged, seconds, disturbed, recoveries, comparison, quarantined, ledger }: Run): Record<string, unknown> {
  const faults: Record<string, number> = {};
  for (const fault of plan) {
    const name = fault.kind === 'break' ? `break (${fault.how})` : fault.kind;
    faults[name] = (faults[name] ?? 0) + 1;
  }
  const { examples, ...counts } = comparison;
  return {
    protocol: options.protocol,
    seed: options.seed,
    messages: options.messages,
    faults,
    ...(notDone.length > 0 && { notDone }),
    acknowledged,
    ...counts,
    ...(examples.length > 0 && { examples }),
    quarantined,
    messagesPerSecond: Math.round(acknowledged / seconds),
    messagesPerSecondBetweenFaults: Math.round(acknowledged / Math.max(0.001, seconds - disturbed)),
    recoveryMilliseconds: { p50: quantile(recoveries, 0.5), p99: quantile(recoveries, 0.99) },
    ledgerDifference: ledger ? ledger.total.difference : null,
    ...(ledger && { largestLedgerDifference: ledger.largestDifference, ledgerReadings: ledger.readings, ledger: ledger.total }),
  };
}

/** A line a figure, for people; names in two or more words are spelled out. */
export function tableOf(figures: Record<string, unknown>): string {
  const words = (name: string): string => name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return Object.entries(figures)
    .map(([name, value]) => `${words(name).padEnd(38)}${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join('\n');
}

/** Why the run has failed, a sentence each; empty when it has not. */
export function failuresOf({ options, acknowledged, comparison, quarantined, ledger }: Run): string[] {
  const failures: string[] = [];
  const expectNone = (count: number, what: string): void => {
    if (count !== 0) failures.push(`${count} ${what}.`);
  };
  if (acknowledged !== options.messages) failures.push(`${acknowledged} of ${options.messages} messages were acknowledged.`);
  expectNone(comparison.missing, 'messages that were acknowledged are not stored');
  expectNone(comparison.duplicated, 'messages are stored more than once');
  expectNone(comparison.foreign, 'stored readings were never sent');
  if (!ledger) failures.push('The backend serves no ledger.');
  else {
    expectNone(ledger.total.difference, 'messages are missing in the sums of the ledger');
    expectNone(ledger.largestDifference, 'messages were missing in the sums of the ledger at some moment');
    expectNone(ledger.total.inFlight, 'messages are in flight in the ledger, although nothing is');
    // It may say more: what a client library sends anew is another message to the protocol, and the same reading to the store. And what
    // was in the flow alone when it was killed stands in quarantine, whether or not it had been stored by then.
    if (ledger.total.stored + quarantined < comparison.stored) failures.push(`The ledger says that ${ledger.total.stored} messages are stored, and ${comparison.stored} are.`);
  }
  return failures;
}

export function quantile(values: readonly number[], share: number): number | null {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))];
  return value === undefined ? null : Math.round(value);
}
