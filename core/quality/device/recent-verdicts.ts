import type { Verdict } from './verdicts.ts';

/** So many samples of a device are with the nodes behind at the same time, as a rule. */
const KEPT = 8;
const LONGEST_ID = 300;

/** One sample: its id, and of each of its readings the digits of the verdict, in their order. */
type Recent = [id: string, digits: string[]];

/**
 * The verdicts on the last samples of a device. After a crash the samples that had not settled come again, and tests that go by the readings before
 * have seen them already: they keep the flags that they had.
 */
export class RecentVerdicts {
  /** The oldest first. */
  #samples: Recent[] = [];

  /** The digits of the verdicts on a sample that was here a short while ago. */
  of(id: string): readonly string[] | undefined {
    // Nearly every sample is new, and then all are looked at: by index, which takes half the time.
    for (let index = 0; index < this.#samples.length; index += 1) {
      const sample = this.#samples[index];
      if (sample?.[0] === id) return sample[1];
    }
    return undefined;
  }

  add(id: string, verdicts: readonly Verdict[]): void {
    if (id.length > LONGEST_ID) return;
    const oldest = this.#samples.length >= KEPT ? this.#samples.shift() : undefined;
    const sample: Recent = oldest ?? [id, new Array<string>(verdicts.length)];
    sample[0] = id;
    const list = sample[1];
    list.length = verdicts.length;
    // By index: an array that is pushed to makes room for seventeen.
    for (let index = 0; index < verdicts.length; index += 1) list[index] = verdicts[index]?.digits ?? '';
    this.#samples.push(sample);
  }

  snapshot(): unknown {
    return this.#samples;
  }

  restore(snapshot: unknown): void {
    if (!Array.isArray(snapshot)) return;
    const samples: unknown[] = snapshot.slice(-KEPT);
    this.#samples = samples.filter(isRecent).map(([id, digits]) => [id, [...digits]]);
  }
}

function isRecent(value: unknown): value is Recent {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && Array.isArray(value[1]) && value[1].every((digits) => typeof digits === 'string');
}
