import type { EpisodeEvent } from '../../core/anomaly/device/episode-event.ts';

/** A device that goes silent in an episode does not end it: of so many, the oldest are no longer counted. */
const MOST = 10_000;

/** Which episodes have begun and not ended since the node was started. */
export class RunningEpisodes {
  readonly #ids = new Set<string>();

  get count(): number {
    return this.#ids.size;
  }

  note({ id, until }: EpisodeEvent): void {
    this.#ids.delete(id);
    if (until !== undefined) return;
    this.#ids.add(id);
    if (this.#ids.size <= MOST) return;
    const [oldest] = this.#ids;
    if (oldest !== undefined) this.#ids.delete(oldest);
  }
}
