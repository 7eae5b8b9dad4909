import type { Memory } from './memory.ts';

/** A reading is news when it is so many times as unusual as the worst of late. */
const WORSE = 1.25;
/** What is no news counts this much. */
const KNOWN = 0.2;
/** Readings this unusual, in parts of the worst, keep it in mind … */
const STILL = 0.5;
/** … for so many more readings. */
const MEMORY = 60;

const WORST = 0;
const QUIET = 1;
const FIELDS = 2;

/**
 * How much of what is unusual about a reading is new: one that is no more unusual than those before it counts a fifth, so that the scores of a
 * long anomaly stand out where it begins and where it grows worse, whatever threshold they are held against (habituation; non-maximum suppression that looks only back).
 */
export class News {
  readonly #fields: Float64Array;

  constructor(memory: Memory) {
    this.#fields = memory.numbers(FIELDS);
  }

  /** @param intensity how unusual the reading is in itself, 0 or more. */
  judge(intensity: number, learn: boolean): number {
    const fields = this.#fields;
    const worst = (fields[QUIET] ?? 0) < MEMORY ? fields[WORST] ?? 0 : 0;
    const isNews = intensity > WORSE * worst;
    if (learn && isNews) {
      fields[WORST] = intensity;
      fields[QUIET] = 0;
    } else if (learn) {
      fields[QUIET] = intensity > STILL * worst ? 0 : Math.min((fields[QUIET] ?? 0) + 1, MEMORY);
    }
    return isNews ? intensity : KNOWN * intensity;
  }
}
