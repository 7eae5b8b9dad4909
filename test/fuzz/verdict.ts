import type { Statement } from '../../core/ledger/counts.ts';
import { KeptFile } from './kept.ts';
import type { Account } from './messages.ts';
import type { Tally } from './tally.ts';
import { PROBE } from './world.ts';

/** Why the books of the two sides do not agree, a sentence each; empty when they do. */
export function disagreements(tally: Tally, account: Account, probes: readonly number[]): string[] {
  const failures: string[] = [];
  const { ledger } = account;
  const { difference, inFlight } = ledger.total;
  if (difference !== 0) failures.push(`${difference} messages are missing in the sums of the ledger.`);
  if (inFlight !== 0) failures.push(`${inFlight} messages are still in flight, although nothing is.`);
  for (const [via, { difference: missing }] of Object.entries(ledger.protocols)) if (missing !== 0) failures.push(`${missing} messages are missing in the sums of the ledger for ${via}.`);
  for (const via of ['http', 'coap'] as const) {
    const had = keptOf(ledger.protocols[via]);
    if (tally.acknowledgements[via] > had) failures.push(`${tally.acknowledgements[via]} messages were acknowledged over ${via}, and the ledger knows of ${had} that were kept.`);
  }
  if (account.acknowledged > keptOf(ledger.total)) failures.push(`The listeners acknowledged ${account.acknowledged} messages, and the ledger knows of ${keptOf(ledger.total)} that were kept.`);
  failures.push(...missingMessages(tally, account), ...wrongProbes(tally, account, probes));
  return failures;
}

export function keptOf(statement: Statement | undefined): number {
  if (!statement) return 0;
  const { stored, handled, quarantined, duplicate, conflated, released, refused } = statement;
  // What a contract refused in the flow had been acknowledged before; what was released is counted a second time at its end.
  return stored + handled + quarantined + duplicate + conflated + (refused['contract'] ?? 0) - released;
}

/** Every message that was acknowledged and can be found again is looked for among what was stored or put into quarantine. */
function missingMessages({ tracked }: Tally, { kept, ledger }: Account): string[] {
  const counts = KeptFile.read(kept);
  const missing: number[] = [];
  let fewer = 0;
  for (const [key, { times, index }] of tracked) {
    const found = counts.get(key) ?? 0;
    if (found === 0) missing.push(index);
    else fewer += Math.max(0, times - found);
  }
  const failures: string[] = [];
  if (missing.length > 0) failures.push(`${missing.length} messages were acknowledged and are neither stored nor in quarantine, among them those of the inputs ${missing.slice(0, 10).join(', ')}.`);
  // Where fewer were kept than acknowledged, the others were repetitions, and the ledger says so.
  if (fewer > ledger.total.duplicate) failures.push(`${fewer} acknowledged messages were kept only as another that is equal, and the ledger knows of ${ledger.total.duplicate} repetitions.`);
  return failures;
}

function wrongProbes(tally: Tally, account: Account, probes: readonly number[]): string[] {
  const failures: string[] = [];
  const delivered = new Map(account.probes);
  const unacknowledged = probes.filter((index) => !tally.probes.has(index));
  const notOnce = probes.filter((index) => delivered.get(index) !== 1);
  if (unacknowledged.length > 0) failures.push(`${unacknowledged.length} of ${probes.length} valid messages were not acknowledged: the inputs ${unacknowledged.slice(0, 10).join(', ')}.`);
  if (notOnce.length > 0) failures.push(`${notOnce.length} of ${probes.length} valid messages were not stored exactly once: ${notOnce.slice(0, 10).map((index) => `input ${index} ${delivered.get(index) ?? 0} times`).join(', ')}.`);
  const strange = account.probes.filter(([index]) => !probes.includes(index));
  if (strange.length > 0) failures.push(`${strange.length} readings of ${PROBE} are stored that nobody sent.`);
  if (account.probesInStore !== probes.length) failures.push(`The store has ${account.probesInStore} readings of ${PROBE}, and ${probes.length} were sent.`);
  return failures;
}
