/** Counts of acknowledgement latencies in steps of a tenth of a millisecond, up to a minute. */
export class LatencyHistogram {
  readonly #counts = new Uint32Array(600_001);
  #total = 0;

  add(milliseconds: number): void {
    const step = Math.min(600_000, Math.max(0, Math.round(milliseconds * 10)));
    this.#counts[step] = (this.#counts[step] ?? 0) + 1;
    this.#total += 1;
  }

  /** The latency in milliseconds that the given share (0 to 1) of all messages did not exceed; 0 without messages. */
  quantile(share: number): number {
    let left = Math.ceil(this.#total * share);
    for (let step = 0; step < this.#counts.length && left > 0; step += 1) {
      left -= this.#counts[step] ?? 0;
      if (left <= 0) return step / 10;
    }
    return 0;
  }
}
