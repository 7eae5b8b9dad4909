import type { Verdict } from './verdicts.ts';

/** So many samples of a device are with the nodes behind at the same time, as a rule. */
const KEPT = 8;
const LONGEST_ID = 300;

/** One sample: its id, and of each of its readings the digits of the verdict, in their order. */
type Recent = [id: string, digits: readonly string[]];

/**
 * The verdicts on the last samples of a device. After a crash the samples that had not settled come again, and tests that go by the readings before
 * have seen them already: they keep the flags that they had.
 */
export class RecentVerdicts {
  /** The ids of the samples, round and round, and in the same order the digits of each. Samples that were judged the same share a list. */
  readonly #ids = new Array<string | undefined>(KEPT).fill(undefined);
  readonly #digits = new Array<readonly string[] | undefined>(KEPT).fill(undefined);
  /** Where the latest stands. */
  #latest = KEPT - 1;

  /** The digits of the verdicts on a sample that was here a short while ago. */
  of(id: string): readonly string[] | undefined {
    // Nearly every sample is new, and then all are looked at.
    for (let place = 0; place < KEPT; place += 1) if (this.#ids[place] === id) return this.#digits[place];
    return undefined;
  }

  add(id: string, verdicts: readonly Verdict[]): void {
    if (id.length > LONGEST_ID) return;
    const before = this.#digits[this.#latest];
    this.#add(id, before && isSame(before, verdicts) ? before : verdicts.map((verdict) => verdict.digits));
  }

  /** The oldest first. */
  snapshot(): unknown {
    const samples: Recent[] = [];
    for (let age = KEPT - 1; age >= 0; age -= 1) {
      const place = (this.#latest + KEPT - age) % KEPT;
      const id = this.#ids[place];
      if (id !== undefined) samples.push([id, this.#digits[place] ?? []]);
    }
    return samples;
  }

  restore(snapshot: unknown): void {
    if (!Array.isArray(snapshot)) return;
    const samples: unknown[] = snapshot.slice(-KEPT);
    for (const [id, digits] of samples.filter(isRecent)) this.#add(id, [...digits]);
  }

  #add(id: string, digits: readonly string[]): void {
    this.#latest = (this.#latest + 1) % KEPT;
    this.#ids[this.#latest] = id;
    this.#digits[this.#latest] = digits;
  }
}

function isSame(digits: readonly string[], verdicts: readonly Verdict[]): boolean {
  if (digits.length !== verdicts.length) return false;
  for (let index = 0; index < digits.length; index += 1) if (digits[index] !== verdicts[index]?.digits) return false;
  return true;
}

function isRecent(value: unknown): value is Recent {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && Array.isArray(value[1]) && value[1].every((digits) => typeof digits === 'string');
}
