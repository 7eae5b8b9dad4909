import { createRandom } from '../../core/simulator/random.ts';
import type { Options } from './options.ts';

/** What a broken connection looks like; see `TcpProxy`. */
export const BREAKS = ['cut', 'stall', 'half-close', 'swallow'] as const;

export type Break = (typeof BREAKS)[number];

export type Fault =
  | { kind: 'kill' | 'stop' | 'full-disk' | 'failing-fsync' }
  /** `share`: of the open connections, in (0, 1]; `milliseconds`: how long a stall lasts, or until a swallowing connection is cut. */
  | { kind: 'break'; how: Break; share: number; milliseconds: number };

/** A fault and when it comes: after this share of the messages. */
export type Planned = Fault & { at: number };

/** The faults of a run, in order: the same for the same options. */
export function planFaults(options: Pick<Options, 'seed' | 'kills' | 'stops' | 'breaks' | 'fullDisks' | 'failingFsyncs'>): Planned[] {
  const planned: Planned[] = [];
  const add = (name: string, count: number, fault: (random: ReturnType<typeof createRandom>) => Fault): void => {
    const random = createRandom(options.seed, name);
    for (let index = 0; index < count; index += 1) planned.push({ at: random.uniform(0.02, 0.98), ...fault(random) });
  };
  add('kill', options.kills, () => ({ kind: 'kill' }));
  add('stop', options.stops, () => ({ kind: 'stop' }));
  add('full-disk', options.fullDisks, () => ({ kind: 'full-disk' }));
  add('failing-fsync', options.failingFsyncs, () => ({ kind: 'failing-fsync' }));
  add('break', options.breaks, (random) => ({
    kind: 'break',
    how: BREAKS[Math.floor(random.uniform(0, BREAKS.length))] ?? 'cut',
    share: random.uniform(0.1, 1),
    milliseconds: Math.floor(random.uniform(50, 1_000)),
  }));
  return planned.toSorted((one, other) => one.at - other.at);
}
