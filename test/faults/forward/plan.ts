import { createRandom } from '../../../core/simulator/random.ts';
import { BREAKS } from '../plan.ts';
import type { Break } from '../plan.ts';
import type { ForwardOptions } from './options.ts';

export type LinkFault =
  /** `outage`: the link is cut, and nobody gets through for a while. */
  | { kind: 'cut'; how: Break | 'outage'; milliseconds: number }
  | { kind: 'kill'; which: 'edge' | 'centre' };

/** A fault and when it comes: when this share of the messages is stored at the centre. */
export type PlannedLinkFault = LinkFault & { at: number };

/** The faults of a run, in order: the same for the same options. */
export function planLinkFaults({ seed, cuts, kills }: Pick<ForwardOptions, 'seed' | 'cuts' | 'kills'>): PlannedLinkFault[] {
  const planned: PlannedLinkFault[] = [];
  const cutting = createRandom(seed, 'cut');
  for (let index = 0; index < cuts; index += 1) {
    const at = cutting.uniform(0.02, 0.97);
    const how = cutting.uniform() < 0.5 ? 'outage' : (BREAKS[Math.floor(cutting.uniform(0, BREAKS.length))] ?? 'cut');
    planned.push({ at, kind: 'cut', how, milliseconds: Math.floor(cutting.uniform(50, 2_500)) });
  }
  const killing = createRandom(seed, 'kill');
  for (let index = 0; index < kills; index += 1) planned.push({ at: killing.uniform(0.02, 0.97), kind: 'kill', which: killing.uniform() < 0.5 ? 'edge' : 'centre' });
  return planned.toSorted((one, other) => one.at - other.at);
}
