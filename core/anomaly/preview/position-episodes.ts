import type { Detection } from '../detection.ts';
import { thresholdOf } from '../detector-options.ts';
import { Episodes } from '../episodes.ts';
import type { PreviewedEpisode, PreviewedPosition } from './answer.ts';

/** A chart has no room for more; of more, the worst are shown. */
const MOST_SHOWN = 200;

/** From this score on, a detector of the usual sensitivity says what it sees also where it begins no episode. */
const WORTH_A_SENTENCE = 0.5;

/** Tells from the scores of a detector which episodes one position of the slider would have made. */
export class PositionEpisodes {
  readonly #sensitivity: number;
  readonly #episodes: Episodes;
  #running: PreviewedEpisode | undefined;
  #count = 0;
  #shown: PreviewedEpisode[] = [];

  constructor(sensitivity: number) {
    this.#sensitivity = sensitivity;
    this.#episodes = new Episodes(thresholdOf(sensitivity));
  }

  /** @param isShown whether the reading is one of the stretch that is looked at, and not only learned from. */
  take(ts: number, value: number, detection: Detection, isShown: boolean): void {
    const belongs = this.#episodes.update(ts, detection.intensity);
    if (!isShown) return;
    if (!belongs) {
      this.#running = undefined;
      return;
    }
    const running = this.#running ?? this.#begin(ts, value, detection);
    running.until = ts;
    if (detection.intensity > running.peak) describe(running, value, detection);
    else if (running.kind === 'spike' && detection.kind !== undefined) running.kind = detection.kind;
  }

  result(): PreviewedPosition {
    return { sensitivity: this.#sensitivity, count: this.#count, episodes: worst(this.#shown).sort((one, other) => one.since - other.since) };
  }

  #begin(ts: number, value: number, detection: Detection): PreviewedEpisode {
    const begun: PreviewedEpisode = { since: ts, until: ts, peak: 0, value };
    describe(begun, value, detection);
    this.#running = begun;
    this.#count += 1;
    if (this.#shown.length >= 2 * MOST_SHOWN) this.#shown = worst(this.#shown);
    this.#shown.push(begun);
    return begun;
  }
}

/** The reading that stands out most says what the episode is about. */
function describe(episode: PreviewedEpisode, value: number, { intensity, anomaly, expected, kind, why }: Detection): void {
  episode.peak = intensity;
  episode.value = value;
  delete episode.expected;
  if (expected) episode.expected = expected;
  delete episode.kind;
  delete episode.why;
  if (anomaly && kind !== undefined) episode.kind = kind;
  if (anomaly || intensity >= WORTH_A_SENTENCE) episode.why = why;
}

function worst(episodes: readonly PreviewedEpisode[]): PreviewedEpisode[] {
  return episodes.toSorted((one, other) => other.peak - one.peak).slice(0, MOST_SHOWN);
}
