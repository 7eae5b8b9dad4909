import type { DrawnPoint } from './answer.ts';

/** Stretches of the chart; each shows up to three readings. */
const STRETCHES = 240;
/** A line does not lead over a time in which so many readings are missing. */
const GAP = 10;

interface Drawn {
  point: DrawnPoint;
  score: number;
}

interface Stretch {
  lowest: Drawn;
  highest: Drawn;
  /** An episode may lie between the two. */
  oddest: Drawn;
}

/** Thins readings for a chart while they come: of each stretch of time the lowest, the highest and the most unusual one stay. */
export class DrawnReadings {
  readonly #from: number;
  readonly #width: number;
  readonly #stretches: Array<Stretch | undefined> = Array.from({ length: STRETCHES });

  /** Event times of what is to come, `to` included. */
  constructor(from: number, to: number) {
    this.#from = from;
    this.#width = Math.max(1, (to - from + 1) / STRETCHES);
  }

  add(ts: number, value: number, expected: { low: number; high: number } | undefined, score: number): void {
    const place = Math.min(STRETCHES - 1, Math.max(0, Math.floor((ts - this.#from) / this.#width)));
    const stretch = this.#stretches[place];
    if (stretch && value >= heightOf(stretch.lowest) && value <= heightOf(stretch.highest) && score <= stretch.oddest.score) return;
    const drawn: Drawn = { point: [ts, value, expected?.low ?? null, expected?.high ?? null], score };
    if (!stretch) {
      this.#stretches[place] = { lowest: drawn, highest: drawn, oddest: drawn };
      return;
    }
    if (value < heightOf(stretch.lowest)) stretch.lowest = drawn;
    if (value > heightOf(stretch.highest)) stretch.highest = drawn;
    if (score > stretch.oddest.score) stretch.oddest = drawn;
  }

  /** The readings that are left, in the order of time, with a gap where too long nothing came. `interval`: of the readings as they came, in milliseconds. */
  points(interval: number): DrawnPoint[] {
    const longest = Math.max(GAP * interval, 2 * this.#width);
    const points: DrawnPoint[] = [];
    for (const stretch of this.#stretches) {
      if (!stretch) continue;
      const { lowest, highest, oddest } = stretch;
      for (const { point } of [...new Set([lowest, highest, oddest])].sort((one, other) => one.point[0] - other.point[0])) {
        const before = points.at(-1);
        if (before && point[0] - before[0] > longest) points.push([(before[0] + point[0]) / 2, null, null, null]);
        points.push(point);
      }
    }
    return points;
  }
}

function heightOf({ point: [, value] }: Drawn): number {
  return value ?? 0;
}
