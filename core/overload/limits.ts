/** What happens to what is over the limit; see docs/overload.md. */
export const OVER_LIMIT = ['refuse', 'conflate', 'quarantine'] as const;

export type OverLimit = (typeof OVER_LIMIT)[number];

/** How much one device may send. A message counts once, however many samples it holds; its bytes bound those. */
export interface Limits {
  /** 0: no limit. */
  messagesPerSecond: number;
  /** Payload bytes; 0: no limit. */
  bytesPerSecond: number;
  /** How many seconds' worth may come at once. */
  burst: number;
  over: OverLimit;
}

export const NO_LIMITS: Limits = { messagesPerSecond: 0, bytesPerSecond: 0, burst: 10, over: 'refuse' };
