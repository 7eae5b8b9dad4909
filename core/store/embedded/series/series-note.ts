import type { MetricInfo } from '../../../sample/sample.ts';
import { areTests } from '../../codec/kind.ts';
import { noteOf } from '../../codec/note.ts';
import { shown, UnstorableError } from '../../unstorable-error.ts';

/** The note that the last readings of a series had, since the next one most likely has the same. */
export class SeriesNote {
  readonly #unit: string | undefined;
  readonly #flags: readonly string[] | undefined;
  readonly #tests: Readonly<Record<string, unknown>> | undefined;
  readonly #ran: number;
  readonly text: string | undefined;
  /** The blob of the log in which it stands, and its number there. */
  blob = -1;
  place = -1;

  /** @throws UnstorableError when unit, flags or tests are no such thing. */
  constructor(info: MetricInfo, where: string) {
    this.#unit = info.unit;
    // Whoever made the sample may change its flags for the next one.
    this.#flags = Array.isArray(info.flags) ? [...info.flags] : info.flags;
    this.#tests = info.tests && { ...info.tests };
    this.#ran = countOf(this.#tests);
    this.text = checkedNote(info, where);
  }

  /** Whether it is the note of this info, which has no raw value. */
  matches({ unit, flags, tests }: MetricInfo): boolean {
    const mine = this.#flags;
    if (unit !== this.#unit || flags?.length !== mine?.length || !this.#hasTests(tests)) return false;
    if (flags === undefined || mine === undefined) return flags === mine;
    return mine.every((flag, index) => flag === flags[index]);
  }

  #hasTests(tests: MetricInfo['tests']): boolean {
    const mine = this.#tests;
    if (tests === undefined || mine === undefined) return tests === mine;
    let ran = 0;
    for (const name in tests) {
      if (tests[name] !== mine[name]) return false;
      ran += 1;
    }
    return ran === this.#ran;
  }
}

function countOf(tests: object | undefined): number {
  return tests === undefined ? 0 : Object.keys(tests).length;
}

/** The note of a reading that comes from a flow, where anything may have been put into it. @throws UnstorableError */
export function checkedNote(info: MetricInfo, where: string): string | undefined {
  const { unit, flags, raw, tests }: { unit?: unknown; flags?: unknown; raw?: unknown; tests?: unknown } = info;
  if (unit !== undefined && typeof unit !== 'string') throw new UnstorableError(`The unit of ${where} is ${shown(unit)}. Set its unit in msg.iot.metrics to a text, or leave it out.`);
  if (flags !== undefined && !(Array.isArray(flags) && flags.every((flag) => typeof flag === 'string'))) throw new UnstorableError(`The flags of ${where} are ${shown(flags)}. Set its flags in msg.iot.metrics to a list of texts, or leave them out.`);
  if (tests !== undefined && !areTests(tests)) throw new UnstorableError(`The tests of ${where} are ${shown(tests)}. Set its tests in msg.iot.metrics to an object of names with 1, 2, 3, 4 or 9, or leave them out.`);
  try {
    if (raw === undefined || JSON.stringify(raw) !== undefined) return noteOf(info);
  } catch {
    // The sentence below says it.
  }
  throw new UnstorableError(`The raw value of ${where} is ${shown(raw)}, which is no JSON. Set its raw in msg.iot.metrics to plain JSON, or leave it out.`);
}
