import { Episodes } from '../episodes.ts';
import { numbersOf } from './kept.ts';

/** Episodes of scores that come from elsewhere than from a detector. What a person has called expected begins none. */
export class TolerantEpisodes {
  readonly #episodes: Episodes;
  /** A score up to this is nothing to speak of. */
  #tolerated = 0;

  constructor(threshold: number) {
    this.#episodes = new Episodes(threshold);
  }

  /** @returns whether the reading belongs to an episode. */
  update(ts: number, score: number): boolean {
    return this.#episodes.update(ts, score <= this.#tolerated ? 0 : score);
  }

  /** The answer about an episode whose highest score was `peak`. */
  answer(expected: boolean, peak: number): void {
    if (expected) this.#tolerated = Math.max(this.#tolerated, peak);
    else if (this.#tolerated >= peak) this.#tolerated = 0;
  }

  snapshot(): number[] {
    return [this.#tolerated, ...this.#episodes.snapshot()];
  }

  /** @returns whether it could be read; if not, all is as it was. */
  restore(kept: unknown): boolean {
    const numbers = numbersOf(kept, 5);
    if (!numbers) return false;
    const [tolerated = 0, since = 0, peak = 0, isRunning = 0, quiet = 0] = numbers;
    this.#tolerated = tolerated;
    this.#episodes.restore([since, peak, isRunning, quiet]);
    return true;
  }
}
