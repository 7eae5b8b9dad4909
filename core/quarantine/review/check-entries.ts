import type { Clock } from '../../clock/clock.ts';
import { beginSlice } from '../../clock/slice.ts';
import { coerceSample } from '../../contract/book/coerce.ts';
import type { Contracts } from '../../contract/book/contracts.ts';
import type { SampleContract } from '../../contract/book/sample-contract.ts';
import { messageOf } from '../../errors/holdfast-error.ts';
import { samplesOfRecord } from '../../intake/samples-of-record.ts';
import type { Profiles } from '../../profile/profiles.ts';
import type { Registry } from '../../registry/registry.ts';
import type { RefusalReason, Sample } from '../../sample/sample.ts';
import { aTurn } from '../a-turn.ts';
import type { Quarantine, QuarantineEntry, QuarantineFilter } from '../quarantine.ts';
import type { CheckAnswer, Verdict } from './verdict.ts';

/** What is known of devices and contracts today. */
export interface CheckContext {
  registry: Pick<Registry, 'find'>;
  profiles: Pick<Profiles, 'of'>;
  contracts: Pick<Contracts, 'of' | 'newest' | 'forDevice'>;
  clock: Clock;
}

/** Entries that one check looks at, at most. */
export const MOST_CHECKED = 1_000;
const STEP = 16;
/** In milliseconds: then the others get a turn. */
const SLICE = 8;

/** Says of the newest `limit` entries of a filter what today's contracts would make of them. They stay where they are. Works in slices. */
export async function checkEntries(quarantine: Pick<Quarantine, 'list'>, filter: QuarantineFilter, limit: number, context: CheckContext): Promise<CheckAnswer> {
  const answer: CheckAnswer = { verdicts: [], counts: { passes: 0, readable: 0, breaks: 0, unreadable: 0, unknown: 0 } };
  let isOver = beginSlice(context.clock, SLICE);
  const pause = async (): Promise<void> => {
    if (!isOver()) return;
    await aTurn();
    isOver = beginSlice(context.clock, SLICE);
  };
  let before: number | undefined;
  do {
    const page = quarantine.list(filter, { limit: Math.min(STEP, limit - answer.verdicts.length), ...(before !== undefined && { before }) });
    for (const entry of page.entries) {
      const verdict = checkEntry(entry, context);
      answer.verdicts.push(verdict);
      answer.counts[verdict.outcome] += 1;
      await pause();
    }
    await pause();
    before = page.next;
  } while (before !== undefined && answer.verdicts.length < limit);
  return answer;
}

/** Reads an entry with today's profile of its device, and asks the contract of today: of the one that it broke, or of its profile. */
export function checkEntry(entry: QuarantineEntry, context: CheckContext): Verdict {
  const { id } = entry;
  if (entry.format === 'sparkplug-b') return { id, outcome: 'unknown', detail: 'What a Sparkplug message means depends on those before it. Release it to see.' };
  let samples: Sample[];
  try {
    samples = samplesOf(entry, context);
  } catch (error) {
    return { id, outcome: 'unreadable', detail: messageOf(error) };
  }
  try {
    const contract = contractOf(entry, context);
    if (contract) return judged(id, samples, contract);
  } catch (error) {
    return { id, outcome: 'unknown', detail: messageOf(error) };
  }
  if (entry.contract) return { id, outcome: 'unknown', detail: `The contract "${entry.contract.id}" is none of the backend: it stands in a validate node of the flow. Release an entry to see, or give the backend this contract.` };
  return { id, outcome: 'readable', detail: 'It can be read, and no contract of the backend applies to its device. What the flow makes of it shows when it is released.' };
}

function samplesOf({ device, principal, via, topic, received, payload, format, sample }: QuarantineEntry, { registry, profiles }: CheckContext): Sample[] {
  const profile = registry.find(device)?.profile ?? '';
  const samples = samplesOfRecord({ device, principal, via, topic, received, payload, format }, 0, profile, profiles.of(profile));
  return sample === undefined ? samples : samples.slice(sample, sample + 1);
}

/** A device that is pinned to a version of its profile's contract stays with it, also where it is the one that was broken. */
function contractOf({ device, contract: broken }: QuarantineEntry, { contracts }: CheckContext): SampleContract | undefined {
  const ofDevice = contracts.forDevice(device);
  if (!broken || ofDevice?.id === broken.id || contracts.newest(broken.id) === undefined) return ofDevice;
  return contracts.of(broken.id);
}

function judged(id: number, samples: readonly Sample[], contract: SampleContract): Verdict {
  const asked = { id: contract.id, version: contract.version };
  const name = `the contract "${asked.id}", version ${asked.version}`;
  let broken = 0;
  let helped = 0;
  let reasons: RefusalReason[] = [];
  for (const sample of samples) {
    const found = contract.check(sample.values, sample.metrics);
    if (found.length === 0) continue;
    if (broken === 0) reasons = found;
    broken += 1;
    if (coerceSample(contract, sample)?.reasons.length === 0) helped += 1;
  }
  if (broken === 0) return { id, outcome: 'passes', detail: `It meets ${name}.`, contract: asked };
  const which = samples.length === 1 ? `It breaks ${name}` : `${broken} of its ${samples.length} samples ${broken === 1 ? 'breaks' : 'break'} ${name}`;
  const cure = helped < broken ? '' : ' The contract lets it be coerced: a validate node that coerces would let it pass.';
  return { id, outcome: 'breaks', detail: `${which}: ${reasons[0]?.message ?? ''}${cure}`, contract: asked, reasons };
}
