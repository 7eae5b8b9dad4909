import { judgedTime } from '../../sample/judged-time.ts';
import { infoOf, isGoodEnough } from '../../sample/good-enough.ts';
import { QUALITY } from '../../sample/sample.ts';
import type { AnomalyInfo, Sample } from '../../sample/sample.ts';
import { createDetector } from '../detector.ts';
import type { Detector } from '../detection.ts';
import { SENTENCES } from '../explain.ts';
import type { DevicePlan } from './device-plan.ts';
import type { EpisodeEvent } from './episode-event.ts';

/** A device may invent metric names: beyond this many, new ones are not watched. */
const METRICS_PER_DEVICE = 200;

/** What became of a sample; its `anomalies` say what was found in each metric. */
export interface JudgedSample {
  /** Whether any metric is anomalous. */
  anomalous: boolean;
  began: readonly EpisodeEvent[];
  ended: readonly EpisodeEvent[];
}

/** The detectors of one device, one per numeric metric. */
export class DeviceDetectors {
  readonly #detectors = new Map<string, Detector>();
  #kept: unknown;

  /**
   * @param snapshot what `snapshot` gave, or undefined for a device never heard of.
   */
  constructor(snapshot?: unknown) {
    this.#kept = snapshot;
  }

  /**
   * Judges every watched number of the sample, learns from it, and notes on the sample what was found. What cannot be trusted
   * enough is judged and not learned from; what is bad or missing besides is not judged either.
   */
  judge(sample: Sample, plan: DevicePlan): JudgedSample {
    this.#restore(plan);
    const time = judgedTime(sample);
    let anomalies: Record<string, AnomalyInfo> | undefined;
    let anomalous = false;
    for (const metric in sample.values) {
      const value = sample.values[metric];
      if (typeof value !== 'number' || (plan.watched.size > 0 && !plan.watched.has(metric))) continue;
      const detector = this.#detector(metric, plan);
      if (!detector) continue;
      const info = infoOf(sample, metric);
      const learn = isGoodEnough(info, plan.minimumQuality);
      if (!learn && !isGoodEnough(info, QUALITY.suspect)) {
        (anomalies ??= {})[metric] = { score: 0, anomaly: false, why: SENTENCES.notTrusted };
        continue;
      }
      const { score, anomaly, expected, why } = detector.update(time, value, learn);
      (anomalies ??= {})[metric] = expected === undefined ? { score, anomaly, why } : { score, anomaly, expected, why };
      anomalous ||= anomaly;
    }
    if (anomalies) sample.anomalies = anomalies;
    return { anomalous, began: [], ended: [] };
  }

  /** Plain JSON. */
  snapshot(): unknown {
    return this.#kept ?? Object.fromEntries(Array.from(this.#detectors, ([metric, detector]) => [metric, detector.snapshot()]));
  }

  #restore(plan: DevicePlan): void {
    const kept = this.#kept;
    this.#kept = undefined;
    if (typeof kept !== 'object' || kept === null) return;
    for (const [metric, one] of Object.entries(kept)) this.#detector(metric, plan)?.restore(one);
  }

  #detector(metric: string, { options }: DevicePlan): Detector | undefined {
    const known = this.#detectors.get(metric);
    if (known || this.#detectors.size >= METRICS_PER_DEVICE) return known;
    const detector = createDetector(options);
    this.#detectors.set(metric, detector);
    return detector;
  }
}
