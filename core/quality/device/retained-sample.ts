import { copyHeader, copyUnknown, countKeys } from '../../sample/header.ts';
import type { MetricInfo, ReadingValue, Sample } from '../../sample/sample.ts';

/** The same sample as an object of its own; its values, its readings' provenance and its source are shared. */
export function copyOf(sample: Sample): Sample {
  const copy: Sample = {
    id: sample.id, device: sample.device, ts: sample.ts, received: sample.received, tsSource: sample.tsSource, src: sample.src, values: sample.values,
  };
  const known = copyHeader(sample, copy);
  if (countKeys(sample) > known + 1) copyUnknown(sample, copy);
  return copy;
}

/** A sample that has gone on, kept in case that a reading of it is to be judged or filled in later. */
export class RetainedSample {
  readonly #sample: Sample;

  /** @param sample as it was sent; what others do with it afterwards is not seen here. */
  constructor(sample: Sample) {
    this.#sample = copyOf(sample);
    this.#sample.values = { ...sample.values };
    this.#sample.metrics = { ...sample.metrics };
  }

  get sample(): Sample {
    return this.#sample;
  }

  infoOf(metric: string): MetricInfo {
    return this.#sample.metrics?.[metric] ?? {};
  }

  /** Gives a reading another provenance and value. */
  revise(metric: string, info: MetricInfo, value: ReadingValue): void {
    this.#sample.metrics = { ...this.#sample.metrics, [metric]: info };
    this.#sample.values = { ...this.#sample.values, [metric]: value };
  }

  /** The sample as it is now, to be sent. */
  copy(): Sample {
    const sample = copyOf(this.#sample);
    sample.values = { ...sample.values };
    sample.metrics = { ...sample.metrics };
    return sample;
  }
}
