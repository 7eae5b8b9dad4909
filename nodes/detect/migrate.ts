import { CALMEST, MOST_SENSITIVE, USUAL_SENSITIVITY } from '../../core/anomaly/detector-options.ts';

/** The default of version 1, in usual spreads. */
const USUAL_THRESHOLD = 6;
/** In MiB. */
const USUAL_MEMORY = 64;

/**
 * The position of the slider that is nearest to a threshold of version 1, which was in usual spreads: from one position to the next lies a
 * factor of the fourth root of 2. What is no such threshold counts as the default.
 */
export function sensitivityOf(threshold: unknown): number {
  const spreads = typeof threshold === 'string' && threshold.trim() !== '' ? Number(threshold) : threshold;
  if (typeof spreads !== 'number' || !(spreads > 0)) return USUAL_SENSITIVITY;
  return Math.min(MOST_SENSITIVE, Math.max(CALMEST, Math.round(USUAL_SENSITIVITY - 4 * Math.log2(spreads / USUAL_THRESHOLD))));
}

/** Version 1 had a threshold, a memory in readings, and a warm-up. */
export function fromVersion1({ threshold, warmUp: _warmUp, ...saved }: Record<string, unknown>): Record<string, unknown> {
  return { ...saved, version: 2, sensitivity: sensitivityOf(threshold), threshold: '', memory: USUAL_MEMORY };
}
