import * as fc from 'fast-check';
import type { MetricInfo, Quality, ReadingValue, Sample, Values } from '../../../core/sample/sample.ts';
import { START } from './stores.ts';

export function sampleOf(device: string, ts: number, values: Values, more: Partial<Sample> = {}): Sample {
  return { id: `${device}/${ts}`, device, ts, received: ts, tsSource: 'device', src: { via: 'mqtt' }, values, ...more };
}

export const DEVICES = ['a', 'b', 'ä', 'a\0b', '\u{1F600}', '\uFFFD'];
export const METRICS = ['t', 'u', 'constructor'];

const value: fc.Arbitrary<ReadingValue> = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -3, max: 3 }) },
  // Such that a sum of some is exact, in whatever order.
  fc.integer({ min: -(2 ** 30), max: 2 ** 30 }).map((number) => number / 1_024),
  fc.constantFrom<ReadingValue>(-0, 0, NaN, Infinity, -Infinity, 5e-324, 2 ** 40 + 1, true, false, null, '', '1', 'a\0b', '\ud800', '"\\{,}', 'NULL', 'x'.repeat(3_000)),
);
const quality = fc.constantFrom<Quality | undefined>(undefined, 1, 2, 3, 4, 9);
const info: fc.Arbitrary<MetricInfo | undefined> = fc.option(fc.record({
  q: quality, unit: fc.constantFrom(undefined, '', 'Cel', '\u0000'), flags: fc.constantFrom<string[] | undefined>(undefined, [], ['stale'], ['range', '"']), raw: fc.constantFrom<unknown>(undefined, null, 1, { a: ['\ud800'] }), tests: fc.constantFrom<MetricInfo['tests']>(undefined, {}, { gap_test: 1 }, { gap_test: 1, spike_test: 2 }, { spike_test: 4, gap_test: 1 }),
}, { requiredKeys: [] }).map((given) => Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined)) as MetricInfo), { nil: undefined, freq: 3 });
/** In order, late by a little or by much, or as far away as a Date reaches. */
const offset = fc.oneof({ weight: 8, arbitrary: fc.integer({ min: -30, max: 60 }).map((step) => step * 1_000) }, { weight: 2, arbitrary: fc.integer({ min: -400, max: 12 }).map((day) => day * 86_400_000) }, { weight: 1, arbitrary: fc.constantFrom(-8.64e15 - START, 8.64e15 - START, -START, 1 - START) });
/** When it was received, against the time of the reading. */
const delay = fc.constantFrom(0, 1, 5, 1_000_000);

export const sample: fc.Arbitrary<Sample> = fc
  .record({ device: fc.constantFrom(...DEVICES), metrics: fc.uniqueArray(fc.constantFrom(...METRICS), { minLength: 1 }), offset, delay, values: fc.array(value, { minLength: 3, maxLength: 3 }), infos: fc.array(info, { minLength: 3, maxLength: 3 }) })
  .map((drawn) => sampleOf(drawn.device, START + drawn.offset, valuesOf(drawn.metrics, drawn.values), {
    received: START + drawn.offset + drawn.delay,
    metrics: Object.fromEntries(drawn.metrics.flatMap((metric, index) => (drawn.infos[index] ? [[metric, drawn.infos[index]]] : []))),
  }));

function valuesOf(metrics: readonly string[], values: readonly ReadingValue[]): Values {
  return Object.fromEntries(metrics.map((metric, index) => [metric, values[index] ?? null]));
}
