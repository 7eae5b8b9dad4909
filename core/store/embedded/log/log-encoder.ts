import { crc32 } from 'node:zlib';
import { QUALITY } from '../../../sample/sample.ts';
import type { MetricInfo, Quality, Sample } from '../../../sample/sample.ts';
import { isQuality, kindOf, TYPE } from '../../codec/kind.ts';
import { receptionOf } from '../../reception.ts';
import { checkedTime, notAQuality, notAValue } from '../../unstorable-error.ts';
import { LOG_BODY, LOG_HEADER, LOG_VERSION, NOTED, viewOf } from './log-codec.ts';
import type { DeviceSeries, Series } from '../series/series-index.ts';
import { checkedNote, SeriesNote } from '../series/series-note.ts';

/** The most that a sample takes beside its readings: time, reception, and one byte of their number. */
const SAMPLE = 17;
/** The most that a reading takes beside its text and the text of its note. */
const READING = 18;
const INITIAL_CAPACITY = 1 << 16;
const NO_NOTE = -1;

/** Makes the series of a metric that is not where it was in the device's last sample. */
export type FindSeries = (device: DeviceSeries, metric: string, place: number) => Series;

/** Writes samples into one buffer, which is used again for the next blob; see log-codec.ts for what it looks like. */
export class LogEncoder {
  #bytes = Buffer.allocUnsafe(INITIAL_CAPACITY);
  #view = viewOf(this.#bytes);
  #length = LOG_HEADER;
  #count = 0;
  #written = 0;
  #received = 0;
  /** The blob's number, and its notes by text. */
  #blob = 0;
  readonly #notes = new Map<string, number>();
  /** The note that was met last for the first time, until it is written. */
  #newNote: string | undefined;

  /** Bytes so far. */
  get length(): number {
    return this.#length;
  }

  /** Readings so far. */
  get count(): number {
    return this.#count;
  }

  /** Begins a blob that is written at this time. */
  begin(written: number): void {
    this.#length = LOG_HEADER;
    this.#count = 0;
    this.#written = written;
    this.#received = written;
    this.#blob += 1;
    if (this.#notes.size > 0) this.#notes.clear();
    this.#newNote = undefined;
  }

  /** @throws UnstorableError for a reading or a time that cannot be stored. */
  add({ ts, received, values, metrics }: Sample, device: DeviceSeries, find: FindSeries): void {
    const time = checkedTime(ts, device.device);
    const start = this.#length;
    this.#reserve(start + SAMPLE);
    let view = this.#view;
    view.setFloat64(start, time, true);
    const came = receptionOf(received, this.#written);
    const distance = came - this.#received;
    const place = this.#varint(start + 8, distance < 0 ? -distance * 2 - 1 : distance * 2);
    let at = place + 1;
    let count = 0;
    const { order, ordered } = device;
    for (const metric in values) {
      const value = values[metric];
      if (value === undefined) continue;
      const series = (order[count] === metric ? ordered[count] : undefined) ?? find(device, metric, count);
      const info = metrics?.[metric];
      let quality: Quality | undefined;
      let note = NO_NOTE;
      if (info !== undefined) {
        quality = info.q;
        if (quality !== undefined && !isQuality(quality)) throw notAQuality(quality, metric, device.device);
        if (info.unit !== undefined || info.flags !== undefined || info.raw !== undefined || info.tests !== undefined) note = this.#noteOf(series, info);
      }
      if (at + READING > this.#bytes.length) {
        this.#reserve(at + READING);
        view = this.#view;
      }
      const noted = note === NO_NOTE ? 0 : NOTED;
      view.setUint32(at, series.id, true);
      if (typeof value === 'number') {
        view.setUint8(at + 4, kindOf(TYPE.number, quality ?? QUALITY.unknown) | noted);
        view.setFloat64(at + 5, value, true);
        at += 13;
      } else if (typeof value === 'string') {
        at = this.#text(at + 4, value, (quality ?? QUALITY.unknown) << 4 | noted);
        view = this.#view;
      } else if (typeof value === 'boolean') {
        view.setUint8(at + 4, kindOf(value ? TYPE.true : TYPE.false, quality ?? QUALITY.unknown) | noted);
        at += 5;
      } else if (value === null) {
        view.setUint8(at + 4, kindOf(TYPE.null, quality ?? QUALITY.missing) | noted);
        at += 5;
      } else {
        throw notAValue(value, metric, device.device);
      }
      if (note !== NO_NOTE) {
        at = this.#note(at, note);
        view = this.#view;
      }
      count += 1;
    }
    if (count === 0) return;
    if (count < 0x80) view.setUint8(place, count);
    else at = this.#longCount(place, at, count);
    this.#length = at;
    this.#count += count;
    this.#received = came;
  }

  /** The blob; valid until something is added. */
  finish(): Buffer {
    this.#view.setUint8(0, LOG_VERSION);
    this.#view.setFloat64(LOG_BODY, this.#written, true);
    this.#view.setUint32(1, crc32(this.#bytes.subarray(LOG_BODY, this.#length)), true);
    return this.#bytes.subarray(0, this.#length);
  }

  /** The number of the note of this info in the blob. */
  #noteOf(series: Series, info: MetricInfo): number {
    if (info.raw !== undefined) {
      const text = checkedNote(info, `the reading ${series.metric} of ${series.device}`);
      return text === undefined ? NO_NOTE : this.#placeOf(text);
    }
    let note = series.note;
    if (note === undefined || !note.matches(info)) note = series.note = new SeriesNote(info, `the reading ${series.metric} of ${series.device}`);
    if (note.text === undefined) return NO_NOTE;
    if (note.blob !== this.#blob) {
      note.place = this.#placeOf(note.text);
      note.blob = this.#blob;
    }
    return note.place;
  }

  #placeOf(text: string): number {
    const known = this.#notes.get(text);
    if (known !== undefined) return known;
    const place = this.#notes.size;
    this.#notes.set(text, place);
    this.#newNote = text;
    return place;
  }

  #note(start: number, place: number): number {
    const at = this.#varint(start, place);
    const text = this.#newNote;
    if (text === undefined) return at;
    this.#newNote = undefined;
    const length = Buffer.byteLength(text);
    this.#reserve(at + READING + length);
    const begin = this.#varint(at, length);
    this.#bytes.write(text, begin, length);
    return begin + length;
  }

  #text(at: number, value: string, kind: number): number {
    const utf8 = value.isWellFormed();
    const encoding = utf8 ? 'utf8' : 'utf16le';
    const length = Buffer.byteLength(value, encoding);
    this.#reserve(at + READING + length);
    this.#view.setUint8(at, kind | (utf8 ? TYPE.text : TYPE.textUtf16));
    this.#view.setUint32(at + 1, length, true);
    this.#bytes.write(value, at + 5, length, encoding);
    return at + 5 + length;
  }

  /** Room for more than the one byte that was kept for a number of readings. */
  #longCount(place: number, at: number, count: number): number {
    const bytes = count < 0x4000 ? 2 : count < 0x20_0000 ? 3 : 5;
    this.#reserve(at + bytes);
    this.#bytes.copyWithin(place + bytes, place + 1, at);
    for (let index = 0, rest = count; index < bytes; index += 1, rest = Math.floor(rest / 128)) this.#view.setUint8(place + index, (rest % 128) | (index < bytes - 1 ? 0x80 : 0));
    return at + bytes - 1;
  }

  /** A whole number from 0 to 2^53. */
  #varint(start: number, value: number): number {
    let at = start;
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.#view.setUint8(at++, (rest % 128) | 0x80);
    this.#view.setUint8(at++, rest);
    return at;
  }

  #reserve(capacity: number): void {
    if (capacity <= this.#bytes.length) return;
    const bytes = Buffer.allocUnsafe(Math.max(capacity, this.#bytes.length * 2));
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }
}
