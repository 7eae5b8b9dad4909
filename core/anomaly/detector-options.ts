import { ConfigError } from '../errors/holdfast-error.ts';
import type { Profile } from './detection.ts';

/** From 1, calm, to 9, sensitive. */
export const CALMEST = 1;
export const USUAL_SENSITIVITY = 5;
export const MOST_SENSITIVE = 9;

/** What a detector can be told; everything has a default that suits an ordinary sensor. */
export interface DetectorOptions {
  /** How much it may remember. Default `full`. */
  profile?: Profile;
  /** A whole number from 1 (calm) to 9 (sensitive). Default 5. */
  sensitivity?: number;
  /** The least deviation to reckon with, in the unit of the metric: no reading within it of what is expected begins an episode. Default: none. */
  minimumScale?: number;
}

export interface CheckedOptions {
  profile: Profile;
  threshold: number;
  minimumScale: number | undefined;
}

/** No spread is ever smaller: the largest reading divided by it is still finite. */
export const LEAST_SCALE = 1e-100;

/** The score at which an episode begins: 1 at the usual sensitivity, 2 at the calmest, a half at the most sensitive, by the same factor from each position to the next. */
export function thresholdOf(sensitivity: number): number {
  return 2 ** ((USUAL_SENSITIVITY - sensitivity) / 4);
}

/** Fills in the defaults; throws a ConfigError (`HOLDFAST_CONFIG`) that names the field, the value and the cure. */
export function checkDetectorOptions(options: DetectorOptions): CheckedOptions {
  const { profile = 'full', sensitivity = USUAL_SENSITIVITY, minimumScale } = options;
  if (profile !== 'full' && profile !== 'lite') {
    throw new ConfigError('profile', `The profile is ${JSON.stringify(profile)}: give "full" or "lite".`);
  }
  if (!Number.isInteger(sensitivity) || sensitivity < CALMEST || sensitivity > MOST_SENSITIVE) {
    throw new ConfigError('sensitivity', `The sensitivity is ${sensitivity}: give a whole number from ${CALMEST} (calm) to ${MOST_SENSITIVE} (sensitive); ${USUAL_SENSITIVITY} suits most sensors.`);
  }
  if (minimumScale !== undefined && !(minimumScale >= LEAST_SCALE && minimumScale <= 1e100)) {
    throw new ConfigError('minimumScale', `The minimum scale is ${minimumScale}: give a number above 0 in the unit of the metric, or leave it out.`);
  }
  return { profile, threshold: thresholdOf(sensitivity), minimumScale };
}
