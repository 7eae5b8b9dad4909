import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { CompactTest } from '../compact-test.ts';
import { QualitySnapshotError } from '../quality-snapshot-error.ts';
import type { Flag, ReadingTest } from '../quality-test.ts';
import { runTest } from '../run-test.ts';
import { unpackNumbers } from './number-snapshot.ts';
import { readChoice, readThresholds, type Thresholds } from './options.ts';
import { toTimelessSeries, type Series } from './series.ts';
import { sharedBy } from './shared.ts';

export const SPIKE_METHODS = ['average', 'differential'] as const;
export type SpikeMethod = (typeof SPIKE_METHODS)[number];

export interface SpikeOptions {
  /** A higher spike is suspect, in the unit of the metric. */
  suspectThreshold?: number;
  /** A higher spike is bad, in the unit of the metric. */
  failThreshold?: number;
  /** `average`, the default: how far a value is from the middle of its two neighbours. `differential`: the smaller of the steps up and down again; none when both go one way. */
  method?: SpikeMethod;
}

const NAME = 'spike_test';

/**
 * `spike_test`: a reading is suspect or bad when it stands out from the one before and the one after it by more than the threshold
 * (IOOS QARTOD manuals, test 6; ioos_qc `spike_test` since 2.2). It is judged when the next reading is there. The first and the last
 * reading, and one beside a missing one, are not evaluated (2). State: 24 bytes.
 *
 * @throws ConfigError when no threshold is given, one cannot be, or the method is unknown.
 */
export function createSpikeTest(options: SpikeOptions): ReadingTest {
  return new SpikeTest(settingsOf(options));
}

interface Settings extends Thresholds {
  readonly isDifferential: boolean;
}

const settingsOf = sharedBy((options: SpikeOptions): Settings => ({
  ...readThresholds(options.suspectThreshold, options.failThreshold, 'the highest spike that passes in the unit of the metric'),
  isDifferential: readChoice('method', options.method ?? 'average', SPIKE_METHODS) === 'differential',
}));

/** `spike_test` over a whole series; see `createSpikeTest`. */
export function spikeTest({ times, values, ...options }: SpikeOptions & Pick<Series, 'values'> & Partial<Series>): Quality[] {
  const series = toTimelessSeries({ times, values });
  return runTest(createSpikeTest(options), series.times, series.values);
}

class SpikeTest extends CompactTest implements ReadingTest {
  readonly #settings: Settings;
  /** Readings so far, no more than matter. */
  #seen = 0;
  #before = Number.NaN;
  #waiting = Number.NaN;

  constructor(settings: Settings) {
    super();
    this.#settings = settings;
  }

  get delay(): 1 {
    return 1;
  }

  update(_ts: number, value: number): Flag {
    const next = Number.isFinite(value) ? value : Number.NaN;
    const flag = this.#seen < 2 ? this.end() : this.#judge(this.#before, this.#waiting, next);
    if (this.#seen < 2) this.#seen += 1;
    this.#before = this.#waiting;
    this.#waiting = next;
    return flag;
  }

  end(): Flag {
    if (this.#seen === 0) return 0;
    return Number.isNaN(this.#waiting) ? QUALITY.missing : QUALITY.unknown;
  }

  updateIn(memory: number[], at: number, ts: number, value: number): Flag {
    this.takeUp(memory, at);
    const flag = this.update(ts, value);
    this.layDown(memory, at);
    return flag;
  }

  layDown(memory: number[], at: number): void {
    memory[at] = this.#seen;
    memory[at + 1] = this.#before;
    memory[at + 2] = this.#waiting;
  }

  takeUp(memory: readonly number[], at: number): void {
    this.#seen = memory[at] ?? 0;
    this.#before = memory[at + 1] ?? Number.NaN;
    this.#waiting = memory[at + 2] ?? Number.NaN;
  }

  restore(snapshot: unknown): void {
    const numbers = unpackNumbers(NAME, snapshot, 3);
    const [seen] = numbers;
    if (seen !== 0 && seen !== 1 && seen !== 2) throw new QualitySnapshotError(NAME);
    this.takeUp(numbers, 0);
  }

  #judge(before: number, value: number, after: number): Quality {
    if (Number.isNaN(value)) return QUALITY.missing;
    const { suspect, fail, isDifferential } = this.#settings;
    const height = isDifferential ? smallerStep(value - before, after - value) : Math.abs(value - (before + after) / 2);
    if (Number.isNaN(height)) return QUALITY.unknown;
    if (height > fail) return QUALITY.bad;
    return height > suspect ? QUALITY.suspect : QUALITY.good;
  }
}

function smallerStep(up: number, down: number): number {
  return up * down >= 0 ? 0 : Math.min(Math.abs(up), Math.abs(down));
}
