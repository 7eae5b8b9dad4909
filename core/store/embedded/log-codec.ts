/**
 * The blob of one row of `log`: the readings of a commit. Little-endian.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 1 |
 * | 4 | CRC-32 (ISO 3309, as zlib) of all that follows |
 * | 8 | when it was written, float64, milliseconds since the epoch |
 * | … | samples, one after the other, to the end |
 *
 * A sample: time (float64), number of readings (uint32), readings. A reading: series (uint32), kind (1 byte: type in the low half,
 * quality in the high half, see kind.ts), value. The value of a number is a float64, that of a text its length in bytes (uint32) and
 * UTF-8 (type 4) or UTF-16 (type 5, where it is no valid Unicode); null, false and true (types 0, 1, 2) have none.
 */
import { crc32 } from 'node:zlib';
import { QUALITY } from '../../sample/sample.ts';
import type { Quality, Sample } from '../../sample/sample.ts';
import { DamagedDataError } from '../codec/damaged-data-error.ts';
import { isQuality, kindOf, TYPE } from '../codec/kind.ts';
import type { DeviceSeries, Series } from './series-index.ts';
import { shown, UnstorableError } from '../unstorable-error.ts';

const VERSION = 1;
const BODY = 5;
const HEADER = 13;
/** Time and number of readings. */
const SAMPLE = 12;
/** The most that a reading takes beside its text. */
const READING = 13;
/** Event times beyond what a Date can hold are refused. */
const MAXIMUM_TIME = 8.64e15;
const INITIAL_CAPACITY = 1 << 16;

/** Makes the series of a metric that is not where it was in the device's last sample. */
export type FindSeries = (device: DeviceSeries, metric: string, place: number) => Series;

/** Takes what a blob holds, one reading after the other. `number` and `text` matter where the type in `kind` says so. */
export interface ReadingSink {
  add(series: number, ts: number, kind: number, number: number, text: string | undefined): void;
}

/** Writes samples into one buffer, which is used again for the next blob. */
export class LogEncoder {
  #bytes = Buffer.allocUnsafe(INITIAL_CAPACITY);
  #view = viewOf(this.#bytes);
  #length = HEADER;
  #count = 0;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Readings so far. */
  get count(): number {
    return this.#count;
  }

  clear(): void {
    this.#length = HEADER;
    this.#count = 0;
  }

  /** @throws UnstorableError for a reading or a time that cannot be stored. */
  add({ ts, values, metrics }: Sample, device: DeviceSeries, find: FindSeries): void {
    if (!Number.isInteger(ts) || ts > MAXIMUM_TIME || ts < -MAXIMUM_TIME) throw new UnstorableError(`The time of a sample of ${device.device} is ${shown(ts)}. Set msg.iot.ts to whole milliseconds since 1970.`);
    const start = this.#length;
    this.#reserve(start + SAMPLE);
    let view = this.#view;
    // Adding 0 makes -0 the 0 that it equals.
    view.setFloat64(start, ts + 0, true);
    let at = start + SAMPLE;
    let count = 0;
    const { order, ordered } = device;
    for (const metric in values) {
      const value = values[metric];
      if (value === undefined) continue;
      const series = (order[count] === metric ? ordered[count] : undefined) ?? find(device, metric, count);
      const quality = metrics?.[metric]?.q;
      if (quality !== undefined && !isQuality(quality)) throw new UnstorableError(`The quality of the reading ${metric} of ${device.device} is ${shown(quality)}. Set msg.iot.metrics.${metric}.q to 1, 2, 3, 4 or 9, or leave it out.`);
      if (at + READING > this.#bytes.length) {
        this.#reserve(at + READING);
        view = this.#view;
      }
      view.setUint32(at, series.id, true);
      if (typeof value === 'number') {
        view.setUint8(at + 4, kindOf(TYPE.number, quality ?? QUALITY.unknown));
        view.setFloat64(at + 5, value, true);
        at += 13;
      } else if (typeof value === 'string') {
        at = this.#text(at + 4, value, quality ?? QUALITY.unknown);
        view = this.#view;
      } else if (typeof value === 'boolean') {
        view.setUint8(at + 4, kindOf(value ? TYPE.true : TYPE.false, quality ?? QUALITY.unknown));
        at += 5;
      } else if (value === null) {
        view.setUint8(at + 4, kindOf(TYPE.null, quality ?? QUALITY.missing));
        at += 5;
      } else {
        throw new UnstorableError(`The reading ${metric} of ${device.device} is ${shown(value)}. A reading is a number, a text, true, false or null.`);
      }
      count += 1;
    }
    if (count === 0) return;
    view.setUint32(start + 8, count, true);
    this.#length = at;
    this.#count += count;
  }

  /** The blob; valid until something is added. */
  finish(written: number): Buffer {
    this.#view.setUint8(0, VERSION);
    this.#view.setFloat64(BODY, written, true);
    this.#view.setUint32(1, crc32(this.#bytes.subarray(BODY, this.#length)), true);
    return this.#bytes.subarray(0, this.#length);
  }

  #text(at: number, value: string, quality: Quality): number {
    const utf8 = value.isWellFormed();
    const encoding = utf8 ? 'utf8' : 'utf16le';
    const length = Buffer.byteLength(value, encoding);
    this.#reserve(at + 5 + length);
    this.#view.setUint8(at, kindOf(utf8 ? TYPE.text : TYPE.textUtf16, quality));
    this.#view.setUint32(at + 1, length, true);
    this.#bytes.write(value, at + 5, length, encoding);
    return at + 5 + length;
  }

  #reserve(capacity: number): void {
    if (capacity <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(capacity, this.#bytes.length * 2));
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}

/** @throws DamagedDataError when the blob is not what was written. */
export function checkLog(bytes: Uint8Array): void {
  if (bytes.length < HEADER) throw new DamagedDataError(`it is ${bytes.length} bytes short of a header`);
  if (bytes[0] !== VERSION) throw new DamagedDataError(`its version is ${bytes[0]}, and this Holdfast reads ${VERSION}`);
  if (crc32(bytes.subarray(BODY)) !== viewOf(bytes).getUint32(1, true)) throw new DamagedDataError('its checksum is wrong');
}

/** When the blob was written. */
export function writtenOf(bytes: Uint8Array): number {
  return viewOf(bytes).getFloat64(BODY, true);
}

/** Hands over what a blob holds that was checked, or has just been written. */
export function readLog(bytes: Buffer, sink: ReadingSink): void {
  const view = viewOf(bytes);
  const end = bytes.length;
  let at = HEADER;
  while (at < end) {
    const ts = view.getFloat64(at, true);
    let left = view.getUint32(at + 8, true);
    at += SAMPLE;
    for (; left > 0; left -= 1) {
      const series = view.getUint32(at, true);
      const kind = view.getUint8(at + 4);
      const type = kind & 0x0f;
      at += 5;
      if (type === TYPE.number) {
        sink.add(series, ts, kind, view.getFloat64(at, true), undefined);
        at += 8;
      } else if (type >= TYPE.text) {
        const length = view.getUint32(at, true);
        at += 4;
        sink.add(series, ts, (kind & 0xf0) | TYPE.text, 0, bytes.toString(type === TYPE.text ? 'utf8' : 'utf16le', at, at + length));
        at += length;
      } else {
        sink.add(series, ts, kind, 0, undefined);
      }
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
