/**
 * Innovations are cut at this many scales: Huber's psi with k = 2 keeps 99 % of the efficiency of the mean on clean
 * normal noise, while no single reading moves the level by more than twice its weight in scales.
 */
const CUT = 2;

/**
 * 1 / E[psi(Z)^2] for a standard normal Z and k = 2: makes the cut scale equal to the standard deviation on normal noise
 * (the consistency factor of Huber's Proposal 2).
 */
const CONSISTENCY = 1 / 0.920537;

/** So many readings are taken whole before the cut begins: without them there is no scale to cut by. */
export const UNCUT = 3;

/**
 * Location and scale of a stream, exponentially weighted and robust.
 *
 * The recursion is the weighted incremental mean and variance of West (Communications of the ACM 22(9), 1979), with the
 * innovation winsorised by Huber's psi (Annals of Mathematical Statistics 35(1), 1964; Robust Statistics, 1981, ch. 6).
 * The weight of a reading is 1/n at first, a plain mean, and never less than `leastWeight`, from where on old readings
 * are forgotten.
 */
export class RobustLevel {
  /** How many readings were learned; stands still at the memory's size, where it has no more effect. */
  count = 0;
  mean = 0;
  /** In squared units of the metric. */
  variance = 0;

  /** Takes in a reading; `scale` is the spread to cut by, in units of the metric. */
  learn(value: number, scale: number, leastWeight: number, memory: number): void {
    const weight = Math.max(1 / (this.count + 1), leastWeight);
    let innovation = value - this.mean;
    let square = innovation * innovation;
    if (this.count >= UNCUT) {
      const limit = CUT * scale;
      innovation = Math.min(limit, Math.max(-limit, innovation));
      square = innovation * innovation * CONSISTENCY;
    }
    this.mean += weight * innovation;
    this.variance = (1 - weight) * (this.variance + weight * square);
    if (this.count < memory) this.count += 1;
  }

  become(other: RobustLevel): void {
    this.count = other.count;
    this.mean = other.mean;
    this.variance = other.variance;
  }

  forget(): void {
    this.count = 0;
    this.mean = 0;
    this.variance = 0;
  }
}
