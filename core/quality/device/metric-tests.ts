import { CompactTest } from '../compact-test.ts';

/** What every test of a metric can do. */
interface Remembering {
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

interface Creating<Test> {
  create(): Test;
}

/** One list for all that have nothing of their own. */
const NONE: readonly never[] = [];

/** The tests of the metrics that one plan is for. Those that can serve all of these metrics do; of the others each metric has its own. */
export class MetricTests<Test extends Remembering> {
  /** The test for all metrics; undefined: each has its own. */
  readonly shared: ReadonlyArray<(Test & CompactTest) | undefined>;
  /** Where in the memory of a metric lies what the shared test remembers of it, or in the list of its own tests its own one. */
  readonly places: readonly number[];
  readonly #plans: ReadonlyArray<Creating<Test>>;

  /** @param memory of a metric of which nothing is known yet: what the shared tests remember of it is put at its end. */
  constructor(plans: ReadonlyArray<Creating<Test>>, memory: number[]) {
    this.#plans = plans;
    let own = 0;
    const places: number[] = [];
    this.shared = plans.map((plan) => {
      const test = plan.create();
      if (!(test instanceof CompactTest)) {
        places.push(own);
        own += 1;
        return undefined;
      }
      places.push(memory.length);
      test.layDown(memory, memory.length);
      return test;
    });
    this.places = places;
  }

  /** The tests that a metric needs for itself. */
  own(): readonly Test[] {
    if (this.shared.every((test) => test !== undefined)) return NONE;
    return this.#plans.filter((_, index) => !this.shared[index]).map((plan) => plan.create());
  }

  snapshots(memory: readonly number[], own: readonly Test[]): unknown[] {
    return this.shared.map((test, index) => {
      const place = this.places[index] ?? 0;
      test?.takeUp(memory, place);
      return (test ?? own[place])?.snapshot();
    });
  }

  /** @throws QualitySnapshotError when it is no snapshot of the test; what it remembered stays. */
  restore(index: number, snapshot: unknown, memory: number[], own: readonly Test[]): void {
    const test = this.shared[index];
    const place = this.places[index] ?? 0;
    (test ?? own[place])?.restore(snapshot);
    test?.layDown(memory, place);
  }
}
