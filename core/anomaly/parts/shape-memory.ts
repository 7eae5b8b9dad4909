import type { Memory } from '../memory.ts';

/** How a shape memory looks at a series. */
export interface ShapeSettings {
  /** So many readings are taken together to one mean before they are compared. */
  readonly together: number;
  /** A window is so many of these means long. */
  readonly window: number;
  /** So many windows back the nearest one is looked for. */
  readonly history: number;
}

/** When a difference loses so much of its size to a subtraction, too few of its digits are left, and it is reckoned anew. */
const CANCELLATION = 1e-6;

const READ = 0;
const SUM = 1;
const PLACE = 2;
const KNOWN = 3;
const CENTERED = 4;
const PLAIN = 5;
const FIELDS = 6;

/**
 * How far the latest window is from the one before it that is most like it: the left matrix profile, as it grows with each reading.
 *
 * For each distance in time the sum of squared differences between the latest window and the one so far back is kept, and moved on by one
 * term in and one term out, so that a reading costs the length of the history, whatever the length of the window (STOMP: Zhu et al., ICDM 2016;
 * the left profile, which looks only back: Yeh et al., ICDM 2016, and DAMP: Lu et al., KDD 2022). Windows are compared as they are (`plain`), and
 * after their means were taken off (`centered`), never divided by their spread, which would make noise of a flat stretch.
 */
export class ShapeMemory {
  readonly #settings: ShapeSettings;
  readonly #fields: Float64Array;
  /** The latest means, twice over, so that a window never wraps around. */
  readonly #ring: Float64Array;
  /** The means of the windows that end at each place of the ring, twice over. */
  readonly #levels: Float64Array;
  /** By how many means back: the sum of squared differences. */
  readonly #sums: Float64Array;
  readonly #size: number;

  constructor(settings: ShapeSettings, memory: Memory) {
    this.#settings = settings;
    this.#size = settings.history + settings.window + 1;
    this.#fields = memory.numbers(FIELDS);
    this.#ring = memory.numbers(2 * this.#size);
    this.#levels = memory.numbers(2 * this.#size);
    this.#sums = memory.numbers(settings.history + 1);
  }

  /** Distance of the latest window from its nearest neighbour, in the unit of the metric, after the means were taken off; 0: nothing to compare with. */
  get centered(): number {
    return this.#fields[CENTERED] ?? 0;
  }

  /** The same of the windows as they are. */
  get plain(): number {
    return this.#fields[PLAIN] ?? 0;
  }

  /** How many readings make a window. */
  get readings(): number {
    return this.#settings.together * this.#settings.window;
  }

  /** How many readings it is compared with. */
  get past(): number {
    return this.#settings.together * Math.min(this.#settings.history, this.#fields[KNOWN] ?? 0);
  }

  learn(value: number): void {
    const fields = this.#fields;
    const sum = (fields[SUM] ?? 0) + value;
    const read = (fields[READ] ?? 0) + 1;
    if (read < this.#settings.together) {
      fields[SUM] = sum;
      fields[READ] = read;
      return;
    }
    fields[SUM] = 0;
    fields[READ] = 0;
    this.#take(sum / read);
  }

  #take(mean: number): void {
    const { window, history } = this.#settings;
    const fields = this.#fields;
    const ring = this.#ring;
    const size = this.#size;
    const known = fields[KNOWN] ?? 0;
    const place = known === 0 ? 0 : ((fields[PLACE] ?? 0) + 1) % size;
    fields[PLACE] = place;
    fields[KNOWN] = Math.min(known + 1, size);
    ring[place] = mean;
    ring[place + size] = mean;
    const end = place + size;
    const whole = Math.min(known, history);
    if (known < window) {
      this.#grow(end, 1, whole);
      if (known === window - 1) this.#level(end, place);
      return;
    }
    const level = this.#level(end, place);
    const leaving = ring[end - window] ?? 0;
    const furthest = Math.min(history, known - window);
    const nearest = this.#move(end, mean, leaving, level, furthest);
    this.#grow(end, furthest + 1, whole);
    fields[CENTERED] = Number.isFinite(nearest.centered) ? Math.sqrt(Math.max(0, nearest.centered) / window) : 0;
    fields[PLAIN] = Number.isFinite(nearest.plain) ? Math.sqrt(Math.max(0, nearest.plain) / window) : 0;
  }

  /** Windows that are not whole yet only grow. */
  #grow(end: number, from: number, to: number): void {
    const mean = this.#ring[end] ?? 0;
    for (let back = from; back <= to; back += 1) {
      const difference = mean - (this.#ring[end - back] ?? 0);
      this.#sums[back] = (this.#sums[back] ?? 0) + difference * difference;
    }
  }

  /** Moves every whole window on, and finds the nearest. Only windows that share no mean with the latest one count. */
  #move(end: number, mean: number, leaving: number, level: number, furthest: number): { centered: number; plain: number } {
    const { window } = this.#settings;
    const ring = this.#ring;
    const levels = this.#levels;
    const sums = this.#sums;
    let centered = Infinity;
    let plain = Infinity;
    for (let back = 1; back <= furthest; back += 1) {
      const come = mean - (ring[end - back] ?? 0);
      const gone = leaving - (ring[end - window - back] ?? 0);
      const lost = gone * gone;
      let sum = (sums[back] ?? 0) + (come * come - lost);
      if (sum < CANCELLATION * lost) sum = this.#exactly(end, back);
      sums[back] = sum;
      if (back < window) continue;
      const apart = level - (levels[end - back] ?? 0);
      const same = sum - window * apart * apart;
      if (same < centered) centered = same;
      if (sum < plain) plain = sum;
    }
    return { centered, plain };
  }

  #exactly(end: number, back: number): number {
    let sum = 0;
    for (let at = end; at > end - this.#settings.window; at -= 1) {
      const difference = (this.#ring[at] ?? 0) - (this.#ring[at - back] ?? 0);
      sum += difference * difference;
    }
    return sum;
  }

  #level(end: number, place: number): number {
    const { window } = this.#settings;
    let sum = 0;
    for (let at = end; at > end - window; at -= 1) sum += this.#ring[at] ?? 0;
    const level = sum / window;
    this.#levels[place] = level;
    this.#levels[place + this.#size] = level;
    return level;
  }
}
