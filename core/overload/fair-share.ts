/**
 * How much of a shared bound one device may hold, by the dynamic threshold of Choudhury and Hahne ("Dynamic queue length thresholds
 * for shared-memory packet switches", IEEE/ACM Transactions on Networking 6(2), 1998): `alpha` times what is free. While there is
 * much room anyone may take much; as it fills, whoever holds most is refused first. With n devices that send without end, each comes to hold
 * alpha / (1 + n × alpha) of the bound, and 1 / (1 + n × alpha) stays free for those that hold nothing yet.
 */
export class FairShare {
  readonly #alpha: number;

  /** @param alpha more than 0. */
  constructor(alpha = 1) {
    this.#alpha = alpha;
  }

  /** Whether a device that holds `held` of the `used` bytes may add to them; one that holds nothing always may, up to the bound. */
  admits(held: number, used: number, bound: number): boolean {
    return held < this.#alpha * (bound - used);
  }
}
