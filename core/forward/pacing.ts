import { TokenBucket } from '../overload/token-bucket.ts';

/** How fast the backlog may go; 0: as fast as it can. */
export interface Pace {
  /** Samples. */
  messagesPerSecond: number;
  bytesPerSecond: number;
}

/** What may go at once after a while of nothing, in seconds' worth. */
const BURST = 1;

/** Lets the backlog through at its pace: entry by entry, until one has to wait. */
export class Pacing {
  readonly #bucket: TokenBucket | undefined;
  /** For how many milliseconds the entry that was not let through has to wait. */
  wait = 0;

  constructor(pace: Pace, now: number) {
    if (pace.messagesPerSecond > 0 || pace.bytesPerSecond > 0) this.#bucket = new TokenBucket({ ...pace, burst: BURST }, now);
  }

  admits(bytes: number, now: number): boolean {
    this.wait = this.#bucket?.take(bytes, now) ?? 0;
    return this.wait === 0;
  }
}
