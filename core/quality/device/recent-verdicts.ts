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
  /** The ids of the samples, the oldest first, and in the same order the digits of each. Samples that were judged the same share a list. */
  #ids: string[] = [];
  #digits: (readonly string[])[] = [];

  /** The digits of the verdicts on a sample that was here a short while ago. */
  of(id: string): readonly string[] | undefined {
    // Nearly every sample is new, and then all are looked at.
    const place = this.#ids.indexOf(id);
    return place < 0 ? undefined : this.#digits[place];
  }

  add(id: string, verdicts: readonly Verdict[]): void {
    if (id.length > LONGEST_ID) return;
    const before = this.#digits.at(-1);
    const digits = before && isSame(before, verdicts) ? before : verdicts.map((verdict) => verdict.digits);
    if (this.#ids.length >= KEPT) {
      this.#ids.shift();
      this.#digits.shift();
    }
    this.#ids.push(id);
    this.#digits.push(digits);
  }

  snapshot(): unknown {
    return this.#ids.map((id, index): Recent => [id, this.#digits[index] ?? []]);
  }

  restore(snapshot: unknown): void {
    if (!Array.isArray(snapshot)) return;
    const samples: unknown[] = snapshot.slice(-KEPT);
    const recent = samples.filter(isRecent);
    this.#ids = recent.map(([id]) => id);
    this.#digits = recent.map(([, digits]) => [...digits]);
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
