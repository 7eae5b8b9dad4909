import { Episodes } from '../episodes.ts';
import { membersOf, numbersOf } from './kept.ts';
import type { MetricSeries } from './metric-series.ts';
import { VOICE } from './series-episode.ts';
import { UsualScores } from './usual-scores.ts';

/** What several metrics say at once, while that is an episode. */
export interface JoinedScore {
  /** The metric that the episode stands with. */
  guilty: string;
  /** As of a detector: 1 is where an episode begins at the usual sensitivity. */
  score: number;
  /** The metrics that are unusual, the most unusual first; empty once none is. */
  metrics: readonly string[];
}

/** What an episode shows becomes usual so much more slowly: a regime that lasts is learned, after some hundred samples, and a fault is not. */
const EPISODE_SHARE = 0.1;
/** Beyond its 99 % quantile a sum falls off more slowly than the score of one metric does: so much less of what it is above the usual counts. */
const MARGIN = 0.9;

/** Those that count at the time under way. A list a device would lie around for nothing. */
const recent: MetricSeries[] = [];

/**
 * Joins the scores of the metrics of one device, so that several that are each a little unusual at once make an episode.
 *
 * The scores are added up: where they fall off exponentially, as tail probabilities do, this is Fisher's combination of independent tests (Statistical
 * Methods for Research Workers, 1932, 21.1). How high a sum usually is depends on how many metrics there are and on how they go together, so
 * it is moved and stretched until its median and its 99 % quantile, learned from the device itself, are those of its liveliest metric alone.
 *
 * A metric counts with its last score while that is at most three usual intervals old, so that metrics may come in messages of their own.
 * Where one of them is far out by itself, nothing is joined: it speaks for itself, or has been told to be silent.
 */
export class Together {
  readonly #threshold: number;
  readonly #episodes: Episodes;
  readonly #usual = new UsualScores();
  #guilty: string | undefined;

  constructor(threshold: number) {
    this.#threshold = threshold;
    this.#episodes = new Episodes(threshold);
  }

  /** The metric that the running episode stands with; undefined: none runs. */
  get guilty(): string | undefined {
    return this.#guilty;
  }

  /**
   * Takes in the scores as they stand at `ts`.
   *
   * @param isPresent whether a metric is one of the sample: an episode stands with the most unusual of those.
   * @returns undefined while no episode runs.
   */
  update(ts: number, all: ReadonlyMap<string, MetricSeries>, isPresent: (metric: string) => boolean): JoinedScore | undefined {
    const joined = this.#joined(ts, all);
    const metrics = joined >= this.#threshold || this.#guilty !== undefined ? unusual() : [];
    recent.length = 0;
    const guilty = this.#guilty ?? (metrics.length > 1 ? metrics.find((one) => isPresent(one.metric))?.metric : undefined);
    const tolerated = guilty === undefined ? Infinity : (all.get(guilty)?.tolerated ?? 0);
    const isRunning = this.#episodes.update(ts, joined > tolerated ? joined : 0);
    this.#guilty = isRunning ? guilty : undefined;
    return this.#guilty === undefined ? undefined : { guilty: this.#guilty, score: joined, metrics: metrics.map(({ metric }) => metric) };
  }

  /** Plain JSON. */
  snapshot(): unknown {
    return { e: this.#episodes.snapshot(), u: this.#usual.snapshot(), ...(this.#guilty !== undefined && { g: this.#guilty }) };
  }

  /** Goes on where `snapshot` was taken; what is damaged begins anew. */
  restore(kept: unknown): void {
    const { e, u, g } = membersOf(kept);
    const [since, peak, isRunning, quiet] = numbersOf(e, 4) ?? [];
    const [middle, high, count] = numbersOf(u, 3) ?? [];
    if (quiet === undefined || count === undefined) return;
    this.#episodes.restore([since ?? 0, peak ?? 0, isRunning ?? 0, quiet]);
    this.#usual.restore([middle ?? 0, high ?? 0, count]);
    if (typeof g === 'string') this.#guilty = g;
  }

  /** Leaves in `recent` those that count. @returns 0 where nothing is to be joined. */
  #joined(ts: number, all: ReadonlyMap<string, MetricSeries>): number {
    let sum = 0;
    let isFarOut = false;
    let liveliest: UsualScores | undefined;
    for (const series of all.values()) {
      const { score, usual, episode } = series;
      if (Number.isNaN(score) || !series.isRecent(ts)) continue;
      recent.push(series);
      sum += score;
      if (score >= this.#threshold || ((episode?.speaking ?? 0) & VOICE.alone) > 0) isFarOut = true;
      if (usual.isReady && (!liveliest || usual.high > liveliest.high)) liveliest = usual;
    }
    if (recent.length < 2 || isFarOut) return 0;
    const { isReady, middle, high } = this.#usual;
    this.#usual.learn(sum, this.#guilty === undefined ? 1 : EPISODE_SHARE);
    if (!isReady || !liveliest || !(high > middle)) return 0;
    return Math.max(0, liveliest.middle + MARGIN * (sum - middle) * ((liveliest.high - liveliest.middle) / (high - middle)));
  }
}

/** Those of `recent` whose score is nearer to what is high for them than to what is usual, the highest first. */
function unusual(): MetricSeries[] {
  return recent.filter(({ score, usual }) => score > (usual.middle + usual.high) / 2).sort((one, other) => other.score - one.score);
}
