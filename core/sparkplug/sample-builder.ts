import { DecodeError } from '../decode/decode-error.ts';
import type { Decoded } from '../decode/decoded.ts';
import { LIMITS } from '../decode/limits.ts';
import { Readings } from '../decode/readings.ts';
import { flag, remarkOn } from '../decode/remark.ts';
import { parseTime } from '../decode/time.ts';
import type { NamedValue } from './readings-of-metric.ts';

/** A sample that a Sparkplug message holds. */
export interface SparkplugSample extends Decoded {
  /** The device of the edge node that it is of; absent: it is of the edge node itself. */
  device?: string;
}

interface Group {
  ts: number | undefined;
  historical: boolean;
  readings: Readings;
  count: number;
}

/**
 * Gathers readings into samples: one for each time, apart for what is historical, in the order of their first reading. A metric that
 * comes twice with one time, and what is beyond the limit of metrics in a sample, go to a further sample of that time.
 */
export class SampleBuilder {
  readonly #time: number | bigint | undefined;
  readonly #groups: Group[] = [];
  /** The group that takes readings of a time now. */
  readonly #open = new Map<string, Group>();
  /** The next reading mostly has the time of the one before. */
  #latest: Group | undefined;

  /** @param time that the message gives itself: the time of readings without one of their own. */
  constructor(time: number | bigint | undefined) {
    this.#time = time;
  }

  /** @throws DecodeError for a name or value that may not be, and for too many samples. */
  add({ name, timestamp, historical, value, q, flags, raw }: NamedValue): void {
    const own = timeOf(timestamp);
    const ts = own ?? timeOf(this.#time);
    const misunderstood = own === undefined && (timestamp !== undefined || (ts === undefined && this.#time !== undefined));
    const { readings } = this.#groupFor(name, ts, historical);
    readings.add(name, value);
    // An integer datatype gives a bigint: what is a number here is a float, which is as exact as it was sent.
    if (typeof value === 'number' && Number.isFinite(value) && readings.metrics) delete readings.metrics[name];
    for (const word of flags ?? []) flag(readings, name, word);
    if (misunderstood) flag(readings, name, 'clock');
    if (q !== undefined) remarkOn(readings, name).q = q;
    if (raw !== undefined) remarkOn(readings, name).raw = raw;
  }

  samples(device: string | undefined): SparkplugSample[] {
    return this.#groups.map(({ ts, historical, readings }) => {
      const sample: SparkplugSample = { values: readings.values };
      if (device !== undefined) sample.device = device;
      if (ts !== undefined) sample.ts = ts;
      if (readings.metrics !== undefined) sample.metrics = readings.metrics;
      if (historical) sample.historical = true;
      return sample;
    });
  }

  #groupFor(name: string, ts: number | undefined, historical: boolean): Group {
    let group = this.#latest;
    if (group?.ts !== ts || group?.historical !== historical) group = this.#open.get(keyOf(ts, historical));
    if (group === undefined || group.count >= LIMITS.metricsPerSample || Object.hasOwn(group.readings.values, name)) {
      if (this.#groups.length >= LIMITS.samplesPerPayload) {
        throw new DecodeError('too-many', `The payload holds readings of more than ${LIMITS.samplesPerPayload} times. Split it.`);
      }
      group = { ts, historical, readings: new Readings('script'), count: 0 };
      this.#groups.push(group);
      this.#open.set(keyOf(ts, historical), group);
    }
    group.count += 1;
    this.#latest = group;
    return group;
  }
}

function keyOf(ts: number | undefined, historical: boolean): string {
  return `${ts} ${historical}`;
}

/** The specification says milliseconds; what some send instead is told apart as everywhere else. */
function timeOf(timestamp: number | bigint | undefined): number | undefined {
  return timestamp === undefined ? undefined : parseTime(Number(timestamp));
}
