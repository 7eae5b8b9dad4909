import { judgedTime } from '../sample/judged-time.ts';
import { infoOf, isGoodEnough } from '../sample/good-enough.ts';
import type { QualityName } from '../sample/good-enough.ts';
import { QUALITY } from '../sample/sample.ts';
import type { AnomalyInfo, Quality, Sample } from '../sample/sample.ts';
import { createDetector } from './detector.ts';
import type { Detector } from './detection.ts';
import type { DetectorOptions } from './detector-options.ts';
import { SENTENCES } from './explain.ts';

/** A device may invent metric names: beyond this many, new ones are not watched. */
const METRICS_PER_DEVICE = 200;

/** The metrics that a list in a dialog names, separated by commas; none stands for all. */
export function readMetrics(list: string): ReadonlySet<string> {
  return new Set(list.split(',').map((name) => name.trim()).filter((name) => name !== ''));
}

/** The detectors of one device, one per numeric metric. */
export class DeviceDetectors {
  readonly #options: DetectorOptions;
  readonly #minimumQuality: Quality;
  readonly #watched: ReadonlySet<string>;
  readonly #detectors = new Map<string, Detector>();

  /**
   * @param options `minimumQuality`: readings of a worse one are not learned from; `good` when left out.
   * @param watched metrics to watch; empty: all.
   * @param snapshot what `snapshot` gave, or undefined for a device never heard of.
   * @throws HoldfastError when the snapshot is damaged.
   */
  constructor(options: DetectorOptions & { minimumQuality?: QualityName }, watched: ReadonlySet<string>, snapshot?: unknown) {
    const { sensitivity, minimumQuality = 'good' } = options;
    this.#minimumQuality = QUALITY[minimumQuality];
    this.#options = sensitivity === undefined ? {} : { sensitivity };
    this.#watched = watched;
    if (typeof snapshot !== 'object' || snapshot === null) return;
    for (const [metric, one] of Object.entries(snapshot)) this.#detector(metric)?.restore(one);
  }

  /**
   * Judges every watched number of the sample, learns from it, and notes on the sample what was found. What cannot be trusted
   * enough is judged and not learned from; what is bad or missing besides is not judged either.
   *
   * @returns whether any metric is anomalous.
   */
  judge(sample: Sample): boolean {
    const time = judgedTime(sample);
    let anomalies: Record<string, AnomalyInfo> | undefined;
    let anomalous = false;
    for (const metric in sample.values) {
      const value = sample.values[metric];
      if (typeof value !== 'number' || (this.#watched.size > 0 && !this.#watched.has(metric))) continue;
      const detector = this.#detector(metric);
      if (!detector) continue;
      const info = infoOf(sample, metric);
      const learn = isGoodEnough(info, this.#minimumQuality);
      if (!learn && !isGoodEnough(info, QUALITY.suspect)) {
        (anomalies ??= {})[metric] = { score: 0, anomaly: false, why: SENTENCES.notTrusted };
        continue;
      }
      const { score, anomaly, expected, why } = detector.update(time, value, learn);
      (anomalies ??= {})[metric] = expected === undefined ? { score, anomaly, why } : { score, anomaly, expected, why };
      anomalous ||= anomaly;
    }
    if (anomalies) sample.anomalies = anomalies;
    return anomalous;
  }

  /** Plain JSON: metric → snapshot of its detector. */
  snapshot(): unknown {
    return Object.fromEntries(Array.from(this.#detectors, ([metric, detector]) => [metric, detector.snapshot()]));
  }

  #detector(metric: string): Detector | undefined {
    const known = this.#detectors.get(metric);
    if (known || this.#detectors.size >= METRICS_PER_DEVICE) return known;
    const detector = createDetector(this.#options);
    this.#detectors.set(metric, detector);
    return detector;
  }
}
