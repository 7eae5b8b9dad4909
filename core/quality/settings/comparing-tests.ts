import { ConfigError } from '../../errors/holdfast-error.ts';
import type { Neighbour } from '../device/plan.ts';
import { createClimatologyTest } from '../qartod/climatology.ts';
import { createMultiVariateTest, createNeighborTest } from '../qartod/multi-variate.ts';
import { climatologyMembers } from './climatology-members.ts';
import { comparingTest } from './known-test.ts';
import type { KnownComparingTest } from './known-test.ts';
import { number, text } from './option.ts';

/** The readings of neighbours count for so many seconds, where nothing else is said. */
const WINDOW = 600;

/** The tests that judge a reading beside another value of its time, by their standard names, with the options of each. */
export const COMPARING_TESTS: Readonly<Record<string, KnownComparingTest>> = {
  climatology_test: comparingTest({ members: climatologyMembers, depthMetric: text }, {
    order: -1,
    create: ({ members = [] }) => createClimatologyTest({ members }),
    other: ({ depthMetric }, values) => (depthMetric === undefined ? Number.NaN : values[depthMetric]),
  }),
  multi_variate_test: comparingTest({ threshold: number, otherMetric: text, otherThreshold: number }, {
    order: 2,
    create({ threshold, otherMetric, otherThreshold }) {
      if (otherMetric === undefined) throw new ConfigError('otherMetric', 'otherMetric is missing: give the name of the metric that has to change with this one.');
      return createMultiVariateTest({ threshold: threshold ?? Number.NaN, otherThreshold: otherThreshold ?? Number.NaN });
    },
    other: ({ otherMetric = '' }, values) => values[otherMetric],
  }),
  neighbor_test: comparingTest({ threshold: number, neighborThreshold: number, group: text, window: number }, {
    order: 2,
    group: ({ group }) => group,
    create({ threshold, neighborThreshold, group, window = WINDOW }) {
      if (group === undefined) throw new ConfigError('group', 'group is missing: give the tag of the devices that stand beside each other.');
      if (!(window > 0)) throw new ConfigError('window', `window is ${window}: give for how many seconds the reading of a neighbour counts, a number above 0.`);
      return createNeighborTest({ threshold: threshold ?? Number.NaN, ...(neighborThreshold !== undefined && { neighborThreshold }) });
    },
    other: ({ window = WINDOW }, _values, neighbours, time) => middleOf(neighbours, time, window * 1_000),
  }),
};

/** Of the call under way: a neighbour is looked at for each reading, and a list for each would be garbage at once. */
const near: number[] = [];

/** The median of the readings that are near in time, in either direction; NaN when none is. */
function middleOf(neighbours: readonly Neighbour[], time: number, window: number): number {
  near.length = 0;
  for (const { ts, value } of neighbours) if (Math.abs(ts - time) <= window) insert(value);
  const middle = near.length >> 1;
  const upper = near[middle];
  if (upper === undefined) return Number.NaN;
  return near.length % 2 === 1 ? upper : (upper + (near[middle - 1] ?? upper)) / 2;
}

/** Keeps `near` in order: of few numbers that is quicker than to sort them afterwards. */
function insert(value: number): void {
  let place = near.length;
  for (; place > 0; place -= 1) {
    const before = near[place - 1] ?? 0;
    if (before <= value) break;
    near[place] = before;
  }
  near[place] = value;
}
