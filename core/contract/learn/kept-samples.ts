import type { MetricInfo, Sample, Values } from '../../sample/sample.ts';

/** What of a sample a contract looks at. */
export interface KeptSample {
  device: string;
  ts: number;
  values: Values;
  /** The units only. */
  metrics?: Record<string, MetricInfo>;
}

/** About what a reading takes beside its name and its text, in bytes. */
const READING_BYTES = 16;
const SAMPLE_BYTES = 100;

/** Copies of the last samples, bounded in number and bytes. */
export class KeptSamples {
  readonly #most: number;
  readonly #mostBytes: number;
  readonly #samples: Array<{ sample: KeptSample; bytes: number }> = [];
  /** Where the oldest stands once the list is full: the next one takes its place. */
  #oldest = 0;
  #bytes = 0;

  constructor(most: number, mostBytes: number) {
    this.#most = most;
    this.#mostBytes = mostBytes;
  }

  add(sample: Pick<Sample, 'device' | 'ts' | 'values' | 'metrics'>): void {
    const entry = copyOf(sample);
    this.#bytes += entry.bytes;
    const replaced = this.#samples.length < this.#most ? undefined : this.#samples[this.#oldest];
    if (replaced) {
      this.#bytes -= replaced.bytes;
      this.#samples[this.#oldest] = entry;
      this.#oldest = (this.#oldest + 1) % this.#most;
    } else {
      this.#samples.push(entry);
    }
    if (this.#bytes > this.#mostBytes) this.#shrink();
  }

  /** Oldest first. */
  list(): KeptSample[] {
    return this.#inOrder().map(({ sample }) => sample);
  }

  /** Down to half, so that it is not done again for each sample that comes. */
  #shrink(): void {
    const ordered = this.#inOrder();
    let first = 0;
    while (first < ordered.length - 1 && this.#bytes > this.#mostBytes / 2) {
      this.#bytes -= ordered[first]?.bytes ?? 0;
      first += 1;
    }
    this.#samples.splice(0, this.#samples.length, ...ordered.slice(first));
    this.#oldest = 0;
  }

  #inOrder(): Array<{ sample: KeptSample; bytes: number }> {
    return [...this.#samples.slice(this.#oldest), ...this.#samples.slice(0, this.#oldest)];
  }
}

/** A copy: nodes behind this one may change what they are given. */
function copyOf({ device, ts, values, metrics }: Pick<Sample, 'device' | 'ts' | 'values' | 'metrics'>): { sample: KeptSample; bytes: number } {
  let bytes = SAMPLE_BYTES;
  const units: Array<[string, MetricInfo]> = [];
  for (const [metric, value] of Object.entries(values)) {
    bytes += READING_BYTES + 2 * metric.length + (typeof value === 'string' ? 2 * value.length : 0);
    const unit = metrics && Object.hasOwn(metrics, metric) ? metrics[metric]?.unit : undefined;
    if (typeof unit === 'string') units.push([metric, { unit }]);
  }
  const sample: KeptSample = { device, ts, values: { ...values } };
  if (units.length > 0) sample.metrics = Object.fromEntries(units);
  return { sample, bytes: bytes + units.length * READING_BYTES };
}
