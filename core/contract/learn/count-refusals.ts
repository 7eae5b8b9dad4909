import { beginSlice } from '../../clock/slice.ts';
import type { Clock } from '../../clock/clock.ts';
import type { SampleContract } from '../book/sample-contract.ts';
import { RefusalTally } from '../book/would-refuse.ts';
import type { WouldRefuse } from '../book/would-refuse.ts';
import type { KeptSample } from './kept-samples.ts';

const SLICE = 8;

/** How many of these samples a contract would refuse, and why. Works in slices of a few milliseconds. */
export async function countRefusals(contract: Pick<SampleContract, 'check'>, samples: readonly KeptSample[], clock: Clock): Promise<WouldRefuse> {
  const tally = new RefusalTally(contract);
  let isOver = beginSlice(clock, SLICE);
  for (const sample of samples) {
    tally.add(sample);
    if (!isOver()) continue;
    await new Promise<void>((resolve) => void setImmediate(resolve));
    isOver = beginSlice(clock, SLICE);
  }
  return tally.result();
}
