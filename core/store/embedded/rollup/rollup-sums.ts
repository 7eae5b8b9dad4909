import { addReading, mergedBucket } from '../../bucket.ts';
import type { Bucket } from '../../bucket.ts';
import type { Block } from '../../codec/block.ts';
import { qualityOfKind } from '../../codec/kind.ts';
import { rollupStart, tierOf } from '../../retention-plan.ts';
import type { Tier } from '../../retention-plan.ts';
import type { Rollup } from './rollup-codec.ts';

/** Rollups of one series while readings, and finer rollups, are put into them. */
export class RollupSums {
  readonly #tiers: readonly Tier[];
  readonly #byWidth = new Map<number, Map<number, Bucket>>();

  constructor(tiers: readonly Tier[]) {
    this.#tiers = tiers;
  }

  /** Adds the first `count` readings of a block, as far as something is kept of them. */
  addReadings(block: Block, count: number): void {
    for (let index = 0; index < count; index += 1) {
      const ts = block.time(index);
      const value = block.value(index);
      if (value === null) continue;
      const place = this.#placeOf(ts);
      if (!place) continue;
      const bucket = addReading(place.buckets.get(place.start), ts, value, qualityOfKind(block.kind(index)));
      if (bucket) place.buckets.set(place.start, bucket);
    }
  }

  /** Whether all times from `first` to `last`, included, go into one rollup, or into none. */
  isOne(first: number, last: number): boolean {
    const [tier, other] = [tierOf(this.#tiers, first), tierOf(this.#tiers, last)];
    return tier === other && (tier === undefined || rollupStart(first, tier.width) === rollupStart(last, tier.width));
  }

  /** Adds what readings come to that all go into the rollup of `ts`, as far as something is kept of them. */
  addBucket(ts: number, bucket: Bucket): void {
    const place = this.#placeOf(ts);
    if (!place) return;
    const { buckets, start } = place;
    buckets.set(start, mergedBucket(buckets.get(start), bucket) ?? bucket);
  }

  /** By width, the rollups in order of time. */
  *rollups(): Generator<{ width: number; rollups: Rollup[] }> {
    for (const [width, buckets] of this.#byWidth) {
      yield { width, rollups: [...buckets].map(([start, bucket]) => ({ start, bucket })).sort((a, b) => a.start - b.start) };
    }
  }

  #placeOf(ts: number): { buckets: Map<number, Bucket>; start: number } | undefined {
    const tier = tierOf(this.#tiers, ts);
    if (!tier) return undefined;
    const buckets = this.#byWidth.get(tier.width) ?? new Map<number, Bucket>();
    this.#byWidth.set(tier.width, buckets);
    return { buckets, start: rollupStart(ts, tier.width) };
  }
}
