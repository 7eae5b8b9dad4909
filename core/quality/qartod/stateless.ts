import type { Quality } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import { unpackNumbers } from './number-snapshot.ts';

/** What a test that judges each reading by itself has in common with those that remember: nothing waits, and there is nothing to keep. */
export abstract class Stateless extends CompactTest {
  readonly #name: string;

  /** @param name of the test. */
  constructor(name: string) {
    super();
    this.#name = name;
  }

  get delay(): 0 {
    return 0;
  }

  abstract update(ts: number, value: number, other?: number): Quality;

  updateIn(_memory: number[], _at: number, ts: number, value: number, other: number): Quality {
    return this.update(ts, value, other);
  }

  end(): 0 {
    return 0;
  }

  layDown(): void {
    // There is nothing.
  }

  takeUp(): void {
    // There is nothing.
  }

  restore(snapshot: unknown): void {
    unpackNumbers(this.#name, snapshot, 0);
  }
}
