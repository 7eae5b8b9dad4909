import type { Sample, Values } from '../sample/sample.ts';
import { bandOf, judgeChange } from './change-rule.ts';
import { heldReading, readSnapshot, snapshotOf } from './held-reading.ts';
import type { DueReading, HeldReading } from './held-reading.ts';
import { intervalOf, readingsOf, takeInto } from './interval-rule.ts';
import type { OpenInterval } from './interval-rule.ts';
import type { OnChange, PerInterval, RecordingSettings } from './settings.ts';

/** What becomes of the readings of a sample. */
export interface Taken {
  /** The sample with those that are to be stored at once; undefined when there are none. */
  now: Sample | undefined;
  /** How many are held until their interval is over. */
  held: number;
  /** How many will not be stored, these and ones held before. */
  skipped: number;
  /** Whether the record has changed. */
  changed: boolean;
}

/** A device may invent metric names: beyond this many, the readings of new ones are stored as they are. */
const MAXIMUM_METRICS = 1_000;

/**
 * What a store node remembers of one device: of each metric the last stored reading, or what is held of the open interval; and
 * `due`, the readings whose interval is over and that are not known to be in the store. A held reading leaves this record only when
 * it is in the store or another has taken its place, so a sample may settle as soon as the record is on disk.
 */
export class DeviceRecord {
  readonly #settings: RecordingSettings;
  readonly #last = new Map<string, HeldReading>();
  readonly #open = new Map<string, OpenInterval>();
  #due: DueReading[] = [];
  readonly #writing = new Set<DueReading>();

  /** @param snapshot what `snapshot` gave, or undefined. What it held under other settings is due at once. */
  constructor(settings: RecordingSettings, snapshot?: unknown) {
    this.#settings = settings;
    if (typeof snapshot === 'object' && snapshot !== null) this.#restore(snapshot as Record<string, unknown>);
  }

  /** What is due and nobody is writing yet; whoever takes it says `stored` or `notStored`. */
  takeDue(): DueReading[] {
    const due = this.#due.filter((reading) => !this.#writing.has(reading));
    for (const reading of due) this.#writing.add(reading);
    return due;
  }

  /** Whether readings wait here for the end of their interval. */
  get holds(): boolean {
    return this.#due.length > 0 || [...this.#open.values()].some((open) => open.last !== undefined);
  }

  take(sample: Sample): Taken {
    const settings = this.#settings;
    if (settings.mode === 'every') return { now: sample, held: 0, skipped: 0, changed: false };
    const taken: Taken = { now: undefined, held: 0, skipped: 0, changed: false };
    const now: Values = {};
    let all = true;
    for (const metric in sample.values) {
      const reading = heldReading(sample, metric);
      if (!reading || !this.#isWatched(metric) || this.#takeReading(settings, metric, reading, taken)) {
        const value = sample.values[metric];
        if (value !== undefined) now[metric] = value;
      } else all = false;
    }
    if (all) taken.now = sample;
    else if (Object.keys(now).length > 0) taken.now = { ...sample, values: now };
    return taken;
  }

  /** These are in the store. */
  stored(readings: readonly DueReading[]): void {
    const stored = new Set(readings);
    this.#due = this.#due.filter((reading) => !stored.has(reading));
    this.notStored(readings);
  }

  /** These are still due. */
  notStored(readings: readonly DueReading[]): void {
    for (const reading of readings) this.#writing.delete(reading);
  }

  /** What is held becomes due, before its interval is over. */
  release(): void {
    for (const [metric, open] of this.#open) this.#close(metric, open, open.index);
  }

  snapshot(): unknown {
    const settings = this.#settings;
    const due = this.#due.map((reading) => [reading.metric, snapshotOf(reading)]);
    if (settings.mode === 'every') return due.length > 0 ? { due } : null;
    if (settings.mode === 'change') return { due, last: Array.from(this.#last, ([metric, reading]) => [metric, snapshotOf(reading)]) };
    const { interval, keep } = settings;
    const open = Array.from(this.#open, ([metric, one]) => [metric, one.index, readingsOf(one).map(snapshotOf)]);
    return { due, interval, keep, open };
  }

  #isWatched(metric: string): boolean {
    const known = this.#settings.mode === 'change' ? this.#last : this.#open;
    return known.size < MAXIMUM_METRICS || known.has(metric);
  }

  /** @returns whether the reading is to be stored at once. */
  #takeReading(settings: OnChange | PerInterval, metric: string, reading: HeldReading, taken: Taken): boolean {
    return settings.mode === 'change' ? this.#takeChange(settings, metric, reading, taken) : this.#takeIntoInterval(settings, metric, reading, taken);
  }

  #takeChange(settings: OnChange, metric: string, reading: HeldReading, taken: Taken): boolean {
    const verdict = judgeChange(this.#last.get(metric), reading, bandOf(settings, metric), settings.longestSilence);
    if (verdict === 'within') {
      taken.skipped += 1;
      return false;
    }
    if (verdict !== 'late') {
      this.#last.set(metric, reading);
      taken.changed = true;
    }
    return true;
  }

  #takeIntoInterval(settings: PerInterval, metric: string, reading: HeldReading, taken: Taken): boolean {
    const index = intervalOf(reading, settings);
    let open = this.#open.get(metric);
    if (open && index < open.index) return true;
    if (!open) this.#open.set(metric, (open = { index }));
    else if (index > open.index) this.#close(metric, open, index);
    const before = readingsOf(open).filter(({ ts }) => ts !== reading.ts).length;
    takeInto(open, reading, settings);
    taken.held += 1;
    taken.skipped += before + 1 - readingsOf(open).length;
    taken.changed = true;
    return false;
  }

  #close(metric: string, open: OpenInterval, index: number): void {
    for (const reading of readingsOf(open)) this.#due.push({ ...reading, metric });
    open.index = index;
    open.last = open.minimum = open.maximum = undefined;
  }

  #restore({ due, last, open, interval, keep }: Record<string, unknown>): void {
    for (const [metric, reading] of pairs(due)) this.#pushDue(metric, reading);
    const settings = this.#settings;
    if (settings.mode === 'change') {
      for (const [metric, snapshot] of pairs(last)) {
        const reading = readSnapshot(snapshot);
        if (reading) this.#last.set(metric, reading);
      }
    }
    const same = settings.mode === 'interval' && settings.interval === interval && settings.keep === keep;
    for (const [metric, index, readings] of pairs(open)) {
      for (const snapshot of Array.isArray(readings) ? readings : []) {
        const reading = readSnapshot(snapshot);
        if (!reading) continue;
        if (!same || typeof index !== 'number') {
          this.#pushDue(metric, snapshot);
          continue;
        }
        let one = this.#open.get(metric);
        if (!one) this.#open.set(metric, (one = { index }));
        takeInto(one, reading, settings);
      }
    }
  }

  #pushDue(metric: string, snapshot: unknown): void {
    const reading = readSnapshot(snapshot);
    if (reading) this.#due.push({ ...reading, metric });
  }
}

/** The elements of a list that are lists beginning with a text. */
function pairs(value: unknown): Array<[string, ...unknown[]]> {
  return Array.isArray(value) ? value.filter((one): one is [string, ...unknown[]] => Array.isArray(one) && typeof one[0] === 'string') : [];
}
