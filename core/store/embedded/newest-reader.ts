import { QUALITY } from '../../sample/sample.ts';
import type { Quality } from '../../sample/sample.ts';
import { qualityOfKind } from '../codec/kind.ts';
import type { StoredReading } from '../store.ts';
import type { ChunkTable } from './chunk-table.ts';
import { readingOf } from './content.ts';
import type { Pending } from './pending.ts';
import type { Series } from './series/series-index.ts';

/** Finds the newest reading of a series: of all from memory, of those that a condition leaves from the chunks, the newest first. */
export class NewestReader {
  readonly #pending: Pending;
  readonly #chunks: ChunkTable;

  constructor(pending: Pending, chunks: ChunkTable) {
    this.#pending = pending;
    this.#chunks = chunks;
  }

  /** The newest reading that is not after `at` and of no worse quality. */
  read(series: Series, at: number, minimumQuality: Quality): StoredReading | undefined {
    if (at < series.newest) return this.#search(series, at, minimumQuality);
    const pending = this.#pending.readNewest(series, series.newest);
    if (pending) return qualityOfKind(pending.kind(0)) <= minimumQuality ? pending.reading(0) : this.#search(series, at, minimumQuality);
    const sealed = series.newest === series.sealedNewest ? series.newestSealed : undefined;
    return sealed && sealed.quality <= minimumQuality ? readingOf(series.newest, sealed) : this.#search(series, at, minimumQuality);
  }

  #search(series: Series, at: number, minimumQuality: Quality): StoredReading | undefined {
    const pending = this.#pending.read(series, -Infinity, at + 1);
    let next = pending.length - 1;
    const passes = (index: number): boolean => minimumQuality === QUALITY.missing || qualityOfKind(pending.kind(index)) <= minimumQuality;
    while (next >= 0 && !passes(next)) next -= 1;
    const pendingNewest = next < 0 ? -Infinity : pending.time(next);
    for (const chunk of this.#chunks.backwards(series, at)) {
      if (chunk.last < pendingNewest) break;
      // What has a value tells its best quality; of what has none, the readings tell.
      if (chunk.stats?.bucket?.count === chunk.count && chunk.stats.best > minimumQuality) continue;
      const block = this.#chunks.readings(series, chunk);
      if (!block) continue;
      for (let index = block.lowerBound(at + 1) - 1; index >= 0 && block.time(index) > pendingNewest; index -= 1) {
        if (qualityOfKind(block.kind(index)) <= minimumQuality && pending.indexOf(block.time(index)) < 0) return block.reading(index);
      }
    }
    return next < 0 ? undefined : pending.reading(next);
  }
}
