/** What is measured: the detector in both profiles, and the yardsticks beside it. */
import { createDetector } from '../../core/anomaly/index.ts';
import { EwmaZ, ThreeSigma } from './baselines.ts';
import type { Judge } from './judge.ts';

export type JudgeName = 'full' | 'lite' | 'three-sigma' | 'ewma';

/** A judge that has seen nothing yet. */
export function createJudge(name: JudgeName): Judge {
  switch (name) {
    case 'full':
    case 'lite': return createDetector({ profile: name });
    case 'three-sigma': return new ThreeSigma();
    case 'ewma': return new EwmaZ();
  }
}
