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

/** Lets everything else have its turn, when it is time to. */
type Rest = () => Promise<void>;

/** Makes samples that the former contract takes and the latter refuses, and shows by running both that they do. Rests between one try and the next. */
export class Prover {
  readonly #compared: Compared;
  readonly #rest: Rest;
  readonly #candidates = new Map<string, ReadingValue[]>();
  readonly #bases: Values[] = [];

  private constructor(compared: Compared, rest: Rest) {
    this.#compared = compared;
    this.#rest = rest;
  }

  static async of(compared: Compared, rest: Rest): Promise<Prover> {
    const prover = new Prover(compared, rest);
    const { before, former, latter } = compared;
    const needed = [...former.required];
    const both = [...new Set([...needed, ...latter.required])];
    const all = [...new Set([...both, ...former.properties.keys()])].slice(0, MOST_METRICS);
    for (const metrics of [both, needed, all]) {
      const values = await prover.#sampleOf(metrics);
      if (before.check(values).length === 0) prover.#bases.push(values);
    }
    return prover;
  }

  /** Undefined when none was found, which does not show that there is none. */
  async proof(edit: Edit): Promise<ExampleSample | undefined> {
    for (const base of this.#bases) {
      for await (const example of this.#edited(base, edit)) if (this.#isProof(example, edit)) return example;
    }
    return undefined;
  }

  async *#edited(base: Values, edit: Edit): AsyncGenerator<ExampleSample, void> {
    switch (edit.do) {
      case 'set': {
        const { metric, unit } = edit;
        const { before, after } = this.#compared;
        for (const value of this.#valuesOf(metric)) {
          await this.#rest();
          if (!before.admits(metric, value, unit) || after.admits(metric, value, unit)) continue;
          yield { values: { ...base, [metric]: value }, ...(unit !== undefined && { metrics: { [metric]: { unit } } }) };
        }
        return;
      }
      case 'leave-out': {
        const { [edit.metric]: _left, ...values } = base;
        yield { values };
        return;
      }
      case 'at-most': {
        const { required } = this.#compared.former;
        const spare = Object.keys(base).filter((metric) => !required.has(metric));
        const kept = Object.keys(base).length - spare.length;
        const dropped = new Set(spare.slice(Math.max(0, edit.metrics - kept)));
        yield { values: Object.fromEntries(Object.entries(base).filter(([metric]) => !dropped.has(metric))) };
        return;
      }
      case 'at-least':
        if (edit.metrics <= MOST_METRICS) yield { values: await this.#filled(base, edit.metrics) };
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
  async #sampleOf(metrics: readonly string[]): Promise<Values> {
    const values: Values = {};
    for (const metric of metrics) {
      const value = await this.#fit(metric);
      if (value !== undefined) values[metric] = value;
    }
    return this.#filled(values, this.#compared.former.minProperties);
  }

  async #fit(metric: string): Promise<ReadingValue | undefined> {
    const { before, after } = this.#compared;
    let taken: ReadingValue | undefined;
    for (const value of this.#valuesOf(metric)) {
      await this.#rest();
      if (!before.admits(metric, value, undefined)) continue;
      if (after.admits(metric, value, undefined)) return value;
      if (taken === undefined) taken = value;
    }
    return taken;
  }

  /** With further metrics, so that there are as many. */
  async #filled(base: Values, count: number): Promise<Values> {
    const values = { ...base };
    const further = [...this.#compared.former.properties.keys(), ...Array.from({ length: Math.min(count, MOST_METRICS) }, (_, index) => `another_${index + 1}`)];
    let missing = count - Object.keys(values).length;
    for (const metric of further) {
      if (missing <= 0) break;
      if (Object.hasOwn(values, metric)) continue;
      const value = await this.#fit(metric);
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
