import { packNumbers, unpackNumbers, type NumberSnapshot } from './number-snapshot.ts';

/** What a test that judges each reading by itself has in common with those that remember: nothing waits, and there is nothing to keep. */
export class Stateless {
  readonly #name: string;

  /** @param name of the test. */
  constructor(name: string) {
    this.#name = name;
  }

  get delay(): 0 {
    return 0;
  }

  end(): 0 {
    return 0;
  }

  snapshot(): NumberSnapshot {
    return packNumbers([]);
  }

  restore(snapshot: unknown): void {
    unpackNumbers(this.#name, snapshot, 0);
  }
}
