import type { MetricInfo } from '../../../sample/sample.ts';
import { noteOf } from '../../codec/note.ts';
import { shown, UnstorableError } from '../../unstorable-error.ts';

/** The note that the last readings of a series had, since the next one most likely has the same. */
export class SeriesNote {
  readonly #unit: string | undefined;
  readonly #flags: readonly string[] | undefined;
  readonly text: string | undefined;
  /** The blob of the log in which it stands, and its number there. */
  blob = -1;
  place = -1;

  /** @throws UnstorableError when unit or flags are no such thing. */
  constructor(info: MetricInfo, where: string) {
    this.#unit = info.unit;
    // Whoever made the sample may change its flags for the next one.
    this.#flags = Array.isArray(info.flags) ? [...info.flags] : info.flags;
    this.text = checkedNote(info, where);
  }

  /** Whether it is the note of this info, which has no raw value. */
  matches({ unit, flags }: MetricInfo): boolean {
    const mine = this.#flags;
    if (unit !== this.#unit || flags?.length !== mine?.length) return false;
    if (flags === undefined || mine === undefined) return flags === mine;
    return mine.every((flag, index) => flag === flags[index]);
  }
}

/** The note of a reading that comes from a flow, where anything may have been put into it. @throws UnstorableError */
export function checkedNote(info: MetricInfo, where: string): string | undefined {
  const { unit, flags, raw }: { unit?: unknown; flags?: unknown; raw?: unknown } = info;
  if (unit !== undefined && typeof unit !== 'string') throw new UnstorableError(`The unit of ${where} is ${shown(unit)}. Set its unit in msg.iot.metrics to a text, or leave it out.`);
  if (flags !== undefined && !(Array.isArray(flags) && flags.every((flag) => typeof flag === 'string'))) throw new UnstorableError(`The flags of ${where} are ${shown(flags)}. Set its flags in msg.iot.metrics to a list of texts, or leave them out.`);
  try {
    if (raw === undefined || JSON.stringify(raw) !== undefined) return noteOf(info);
  } catch {
    // The sentence below says it.
  }
  throw new UnstorableError(`The raw value of ${where} is ${shown(raw)}, which is no JSON. Set its raw in msg.iot.metrics to plain JSON, or leave it out.`);
}
