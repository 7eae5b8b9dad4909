import type { SampleContract } from '../book/sample-contract.ts';
import type { ReadingValue, Values } from '../../sample/sample.ts';
import { candidatesOf } from './candidates.ts';
import type { Edit, ExampleSample } from './claim.ts';
import { metricSchema } from './flat-view.ts';
import type { FlatView } from './flat-view.ts';

/** Both contracts, as they are run and as they are read. */
export interface Compared {
  before: SampleContract;
  after: SampleContract;
  former: FlatView;
  latter: FlatView;
}

/** Far beyond what a sample holds. */
const MOST_METRICS = 400;

/** Makes samples that the former contract takes and the latter refuses, and shows by running both that they do. */
export class Prover {
  readonly #compared: Compared;
  readonly #candidates = new Map<string, ReadingValue[]>();
  readonly #bases: Values[];

  constructor(compared: Compared) {
    this.#compared = compared;
    const { former, latter } = compared;
    const needed = [...former.required];
    const both = [...new Set([...needed, ...latter.required])];
    const all = [...new Set([...both, ...former.properties.keys()])].slice(0, MOST_METRICS);
    this.#bases = [both, needed, all].map((metrics) => this.#sampleOf(metrics)).filter((values) => compared.before.check(values).length === 0);
  }

  /** Undefined when none was found, which does not show that there is none. */
  proof(edit: Edit): ExampleSample | undefined {
    for (const base of this.#bases) {
      const found = this.#edited(base, edit).find((example) => this.#isProof(example, edit));
      if (found) return found;
    }
    return undefined;
  }

  #edited(base: Values, edit: Edit): ExampleSample[] {
    switch (edit.do) {
      case 'set': {
        const { metric, unit } = edit;
        const { before, after } = this.#compared;
        return this.#valuesOf(metric)
          .filter((value) => before.admits(metric, value, unit) && !after.admits(metric, value, unit))
          .map((value) => ({ values: { ...base, [metric]: value }, ...(unit !== undefined && { metrics: { [metric]: { unit } } }) }));
      }
      case 'leave-out': {
        const { [edit.metric]: _left, ...values } = base;
        return [{ values }];
      }
      case 'at-most': {
        const { required } = this.#compared.former;
        const spare = Object.keys(base).filter((metric) => !required.has(metric));
        const kept = Object.keys(base).length - spare.length;
        const dropped = new Set(spare.slice(Math.max(0, edit.metrics - kept)));
        return [{ values: Object.fromEntries(Object.entries(base).filter(([metric]) => !dropped.has(metric))) }];
      }
      case 'at-least':
        return edit.metrics > MOST_METRICS ? [] : [{ values: this.#filled(base, edit.metrics) }];
    }
  }

  #isProof({ values, metrics }: ExampleSample, edit: Edit): boolean {
    const { before, after, latter } = this.#compared;
    if (before.check(values, metrics).length > 0) return false;
    const reasons = after.check(values, metrics);
    // JSON Type Definition has rules of other names.
    if (latter.isJtd) return reasons.length > 0;
    switch (edit.do) {
      case 'set':
        return reasons.some(({ field, rule }) => field === edit.metric && edit.rules?.includes(rule) !== false);
      case 'leave-out':
        return reasons.some(({ field, rule }) => field === edit.metric && rule === 'required');
      default:
        return reasons.some(({ rule }) => rule === (edit.do === 'at-most' ? 'minProperties' : 'maxProperties'));
    }
  }

  /** A sample of these metrics, each with a value that both contracts take, or at least the former. */
  #sampleOf(metrics: readonly string[]): Values {
    const values: Values = {};
    for (const metric of metrics) {
      const value = this.#fit(metric);
      if (value !== undefined) values[metric] = value;
    }
    return this.#filled(values, this.#compared.former.minProperties);
  }

  #fit(metric: string): ReadingValue | undefined {
    const { before, after } = this.#compared;
    const taken = this.#valuesOf(metric).filter((value) => before.admits(metric, value, undefined));
    return taken.find((value) => after.admits(metric, value, undefined)) ?? taken[0];
  }

  /** With further metrics, so that there are as many. */
  #filled(base: Values, count: number): Values {
    const values = { ...base };
    const further = [...this.#compared.former.properties.keys(), ...Array.from({ length: Math.min(count, MOST_METRICS) }, (_, index) => `another_${index + 1}`)];
    let missing = count - Object.keys(values).length;
    for (const metric of further) {
      if (missing <= 0) break;
      if (Object.hasOwn(values, metric)) continue;
      const value = this.#fit(metric);
      if (value === undefined) continue;
      values[metric] = value;
      missing -= 1;
    }
    return values;
  }

  #valuesOf(metric: string): ReadingValue[] {
    const { former, latter } = this.#compared;
    const values = this.#candidates.get(metric) ?? candidatesOf(metricSchema(former, metric), metricSchema(latter, metric));
    this.#candidates.set(metric, values);
    return values;
  }
}
