import type { Prediction } from './prediction.ts';

/** Distances looked at to find a usual one. */
const SAMPLE = 15;
/** So many times a usual residual counts no more than this: a few jumps are not to decide how all the rest is predicted. */
const OUTLIER = 16;
/** What a drift takes more, in bits. */
const DRIFT_BITS = 32;

const sample = new Float64Array(SAMPLE);

/** What is known of the numbers m(0) = 0, m(1), … before a prediction is chosen. */
interface Shape {
  count: number;
  mean: number;
  least: number;
  /** From the first to the last, for each step; single precision. */
  slope: number;
  /** The least distance from one to the next, and the usual one, single precision. */
  leastDistance: number;
  usualDistance: number;
  /** Residuals count no more than this. */
  limit: number;
}

interface Candidate extends Prediction {
  /** The sum of what is to be coded, large residuals limited. */
  sum: number;
}

/**
 * How the numbers are best predicted, as far as the size of the residuals tells. Whatever is chosen, no number is further from what is
 * predicted than twice the range of all, 2^52, so that a residual is exact with its sign folded in.
 */
export function choosePrediction(m: Float64Array, count: number): Prediction {
  const shape = shapeOf(m, count);
  let best: Candidate | undefined;
  let least = Infinity;
  for (const candidate of shape.leastDistance > 0 ? risingCandidates(m, shape) : otherCandidates(m, shape)) {
    const bits = count * Math.log2(1 + candidate.sum / count) + (candidate.drift === 0 ? 0 : DRIFT_BITS);
    if (bits >= least) continue;
    best = candidate;
    least = bits;
  }
  return best ?? smoothedCandidate(1, 0, 0);
}

function shapeOf(m: Float64Array, count: number): Shape {
  let sum = 0;
  let least = 0;
  let leastDistance = Infinity;
  let former = 0;
  for (let index = 1; index < count; index += 1) {
    const value = m[index] ?? 0;
    sum += value;
    if (value < least) least = value;
    if (value - former < leastDistance) leastDistance = value - former;
    former = value;
  }
  const usualDistance = leastDistance > 0 ? Math.fround(medianDistance(m, count, 0)) : 0;
  const limit = OUTLIER * (1 + medianDistance(m, count, usualDistance));
  return { count, mean: Math.round(sum / count), least, slope: Math.fround(former / (count - 1)), leastDistance, usualDistance, limit };
}

/** The median of how far some distances between neighbours are from `usual`. */
function medianDistance(m: Float64Array, count: number, usual: number): number {
  const taken = Math.min(SAMPLE, count - 1);
  for (let index = 0; index < taken; index += 1) {
    const at = 1 + Math.floor((index * (count - 1)) / taken);
    sample[index] = Math.abs((m[at] ?? 0) - (m[at - 1] ?? 0) - usual);
  }
  return sample.subarray(0, taken).sort()[taken >>> 1] ?? 0;
}

/** For numbers of which each is more than the one before, such as times and counters. */
function risingCandidates(m: Float64Array, { count, slope, usualDistance, leastDistance, limit }: Shape): Candidate[] {
  let linear = 0;
  let usual = 0;
  let slow = 0;
  let straight = 0;
  let above = 0;
  let former = 0;
  let formerDistance = 0;
  let smooth = 0;
  let line = 0;
  // All of them in one pass: the processor works on them at the same time, and each by itself would wait for its own last result.
  for (let index = 1; index < count; index += 1) {
    const value = m[index] ?? 0;
    const distance = value - former;
    smooth = smooth + (former - smooth) * 0.0625 + slope;
    line += slope;
    linear += Math.min(limit, Math.abs(distance - formerDistance));
    usual += Math.min(limit, Math.abs(distance - usualDistance));
    slow += Math.min(limit, Math.abs(value - Math.round(smooth)));
    straight += Math.min(limit, Math.abs(value - Math.round(line)));
    above += Math.min(2 * limit, distance - leastDistance);
    former = value;
    formerDistance = distance;
  }
  const candidates = [linearCandidate(linear), smoothedCandidate(1, usualDistance, usual), smoothedCandidate(5, slope, slow), smoothedCandidate(0, slope, straight)];
  // Only a distance that single precision holds is sure to leave nothing negative.
  if (Math.fround(leastDistance) === leastDistance) candidates.push({ weight: 1, start: 0, drift: leastDistance, signed: false, sum: above });
  return candidates;
}

/** For all others: smoothed at several speeds, some of them with the drift of the whole. */
function otherCandidates(m: Float64Array, { count, mean, least, slope, limit }: Shape): Candidate[] {
  let linear = 0;
  let previous = 0;
  let half = 0;
  let quarter = 0;
  let quarterDrift = 0;
  let slow = 0;
  let slowDrift = 0;
  let level = 0;
  let above = 0;
  let former = 0;
  let formerDistance = 0;
  let atHalf = 0;
  let atQuarter = 0;
  let atQuarterDrift = 0;
  let atSlow = 0;
  let atSlowDrift = 0;
  for (let index = 1; index < count; index += 1) {
    const value = m[index] ?? 0;
    const distance = value - former;
    atHalf = atHalf + (former - atHalf) * 0.5;
    atQuarter = atQuarter + (former - atQuarter) * 0.25;
    atQuarterDrift = atQuarterDrift + (former - atQuarterDrift) * 0.25 + slope;
    atSlow = atSlow + (former - atSlow) * 0.0625;
    atSlowDrift = atSlowDrift + (former - atSlowDrift) * 0.0625 + slope;
    linear += Math.min(limit, Math.abs(distance - formerDistance));
    previous += Math.min(limit, Math.abs(distance));
    half += Math.min(limit, Math.abs(value - Math.round(atHalf)));
    quarter += Math.min(limit, Math.abs(value - Math.round(atQuarter)));
    quarterDrift += Math.min(limit, Math.abs(value - Math.round(atQuarterDrift)));
    slow += Math.min(limit, Math.abs(value - Math.round(atSlow)));
    slowDrift += Math.min(limit, Math.abs(value - Math.round(atSlowDrift)));
    level += Math.min(limit, Math.abs(value - mean));
    above += Math.min(2 * limit, value - least);
    former = value;
    formerDistance = distance;
  }
  return [
    linearCandidate(linear), smoothedCandidate(1, 0, previous), smoothedCandidate(2, 0, half), smoothedCandidate(3, 0, quarter), smoothedCandidate(3, slope, quarterDrift), smoothedCandidate(5, 0, slow), smoothedCandidate(5, slope, slowDrift),
    { weight: 0, start: mean, drift: 0, signed: true, sum: 2 * level }, { weight: 0, start: least, drift: 0, signed: false, sum: above },
  ];
}

function linearCandidate(sum: number): Candidate {
  return { weight: undefined, start: 0, drift: 0, signed: true, sum: 2 * sum };
}

function smoothedCandidate(weight: number, drift: number, sum: number): Candidate {
  return { weight, start: 0, drift, signed: true, sum: 2 * sum };
}
