import type { Profile } from '../detection.ts';

/** What series take of the memory they may use. */
export interface MemorySummary {
  /** Series in memory, by profile. */
  full: number;
  lite: number;
  /** Bytes of all of them. */
  bytes: number;
  /** Bytes that those with the full profile may take. */
  limit: number;
}

/** The default memory for series with the full profile: 64 MiB. */
const USUAL_BUDGET = 64 * 1024 * 1024;

/**
 * Shares out memory among the series of a node: `full` while one more fits, `lite` from then on. The series of devices
 * that wait on disk take none.
 */
export class MemoryBudget {
  readonly limit: number;
  #full = 0;
  #lite = 0;
  #fullBytes = 0;
  #liteBytes = 0;
  /** Bytes of the smallest series that ever asked for the full profile. */
  #least = 0;

  /** @param limit bytes for series with the full profile. */
  constructor(limit: number = USUAL_BUDGET) {
    this.limit = limit;
  }

  /** Whether it is worth making a detector with the full profile, to see how large it is. */
  get mayFit(): boolean {
    return this.#fullBytes + this.#least <= this.limit;
  }

  /** Whether a series of so many bytes can have the full profile. */
  fits(bytes: number): boolean {
    if (this.#least === 0 || bytes < this.#least) this.#least = bytes;
    return this.#fullBytes + bytes <= this.limit;
  }

  take(profile: Profile, bytes: number): void {
    this.#count(profile, 1, bytes);
  }

  giveBack(profile: Profile, bytes: number): void {
    this.#count(profile, -1, -bytes);
  }

  /** A series has grown, or shrunk, by so many bytes. */
  grown(profile: Profile, bytes: number): void {
    this.#count(profile, 0, bytes);
  }

  get summary(): MemorySummary {
    return { full: this.#full, lite: this.#lite, bytes: this.#fullBytes + this.#liteBytes, limit: this.limit };
  }

  #count(profile: Profile, series: number, bytes: number): void {
    if (profile === 'full') {
      this.#full += series;
      this.#fullBytes += bytes;
    } else {
      this.#lite += series;
      this.#liteBytes += bytes;
    }
  }
}
