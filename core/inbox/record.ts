import { FORMATS } from '../decode/format.ts';
import type { PayloadFormat } from '../decode/format.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { VIA } from '../sample/via.ts';
import type { Via } from '../sample/via.ts';

/** What the inbox keeps of one delivery by a device: the bytes as they came, and where they came from. */
export interface InboxRecord {
  /** When it reached us, ms since the epoch; rises strictly per device, so that it can serve as event time. */
  received: number;
  via: Via;
  device: string;
  /** Who authenticated: the device itself, or a gateway that may send for it. */
  principal: string;
  topic: string;
  payload: Uint8Array;
  /** How the payload is written; absent: it is found out. */
  format?: PayloadFormat;
  /** Others that came before it gave way to this one, because the device was over its limit. */
  conflated?: true;
  /** It is counted in the account that devices share which have none of their own; see core/ledger. */
  pooled?: true;
  /** It was driven in again from quarantine. */
  released?: Released;
}

/** What is known of a record that was driven in again from quarantine. */
export interface Released {
  /** The position it had when it first came: its samples keep their ids. */
  position: number;
  /** The one sample of the payload that is meant, from 0; absent: all of them. */
  sample?: number;
  /** When it was driven in again, ms since the epoch. */
  at: number;
}

/** About what a record without topic and payload takes on disk, in bytes. */
const OVERHEAD = 100;

/** What a record counts for against the bounds of the inbox, in bytes: one without a payload takes room as well. */
export function weightOf({ topic, payload }: Pick<InboxRecord, 'topic' | 'payload'>): number {
  return OVERHEAD + topic.length + payload.length;
}

const LONGEST_TEXT = 0xffff;
const FIXED = 1 + 8 + 2 + 2 + 2 + 4;
/** Set in the first byte of a record that has two more bytes behind its fixed ones: format and flags. */
const EXTENDED = 0x80;
const FLAGS = { conflated: 1, pooled: 2, released: 4 } as const;
/** What stands behind the flags of a record that was released: position f64, sample i32 (-1: all), time f64. */
const RELEASED = 8 + 4 + 8;

/** A record that the inbox cannot keep. Code `HOLDFAST_RECORD`. */
export class RecordError extends HoldfastError {
  constructor(message: string) {
    super('HOLDFAST_RECORD', message);
  }
}

/**
 * Packs records one after the other. Per record, little endian: via u8, received f64, lengths of device, principal and
 * topic u16 each, length of payload u32, then, when the highest bit of via is set, format u8 and flags u8 (1: conflated, 2: pooled,
 * 4: released, and then position f64, sample i32 or -1, time f64), then those bytes (UTF-8 for the three texts).
 *
 * @throws RecordError for a text of more than 65,535 bytes.
 */
export function encodeRecords(records: readonly InboxRecord[]): Buffer {
  let size = 0;
  for (const record of records) {
    size += FIXED + (isExtended(record) ? 2 : 0) + (record.released ? RELEASED : 0) + Buffer.byteLength(record.device) + Buffer.byteLength(record.principal) + Buffer.byteLength(record.topic) + record.payload.length;
  }
  const buffer = Buffer.allocUnsafe(size);
  let at = 0;
  for (const record of records) {
    const head = at;
    at += FIXED;
    buffer.writeUInt8(VIA.indexOf(record.via) | (isExtended(record) ? EXTENDED : 0), head);
    if (isExtended(record)) {
      buffer.writeUInt8(FORMATS.indexOf(record.format ?? 'auto'), at);
      buffer.writeUInt8((record.conflated ? FLAGS.conflated : 0) | (record.pooled ? FLAGS.pooled : 0) | (record.released ? FLAGS.released : 0), at + 1);
      at += 2;
    }
    if (record.released) {
      buffer.writeDoubleLE(record.released.position, at);
      buffer.writeInt32LE(record.released.sample ?? -1, at + 8);
      buffer.writeDoubleLE(record.released.at, at + 12);
      at += RELEASED;
    }
    buffer.writeDoubleLE(record.received, head + 1);
    at += writeText(buffer, record.device, at, head + 9);
    at += writeText(buffer, record.principal, at, head + 11);
    at += writeText(buffer, record.topic, at, head + 13);
    buffer.writeUInt32LE(record.payload.length, head + 15);
    buffer.set(record.payload, at);
    at += record.payload.length;
  }
  return buffer;
}

function isExtended({ format, conflated, pooled, released }: InboxRecord): boolean {
  return conflated === true || pooled === true || released !== undefined || (format !== undefined && format !== 'auto');
}

function writeText(buffer: Buffer, text: string, at: number, lengthAt: number): number {
  const length = buffer.write(text, at);
  if (length > LONGEST_TEXT) throw tooLong(text, length);
  buffer.writeUInt16LE(length, lengthAt);
  return length;
}

/** Why a record cannot be kept at all; undefined when it can. Those beside it in a commit are not to suffer from it. */
export function unkeepable({ device, principal, topic }: InboxRecord): RecordError | undefined {
  // No character has more than three bytes a unit.
  if (3 * (device.length + principal.length + topic.length) <= LONGEST_TEXT) return undefined;
  const text = [device, principal, topic].find((one) => Buffer.byteLength(one) > LONGEST_TEXT);
  return text === undefined ? undefined : tooLong(text, Buffer.byteLength(text));
}

function tooLong(text: string, length: number): RecordError {
  return new RecordError(`The topic or id that begins with "${text.slice(0, 60)}" has ${length} bytes, and the inbox keeps at most ${LONGEST_TEXT}. Use a shorter one.`);
}

/**
 * The reverse of `encodeRecords`. The payloads are copies: one record that stays in the flow for long would otherwise keep
 * all of `bytes` in memory.
 *
 * @throws RangeError when the bytes end within a record.
 */
export function decodeRecords(bytes: Uint8Array): InboxRecord[] {
  const records: InboxRecord[] = [];
  readRecords(bytes, (buffer, { head, via, format, flags, released, device, principal, topic, payload, end }) => {
    const record: InboxRecord = {
      via,
      received: buffer.readDoubleLE(head + 1),
      device: buffer.toString('utf8', device, principal),
      principal: buffer.toString('utf8', principal, topic),
      topic: buffer.toString('utf8', topic, payload),
      payload: Buffer.from(buffer.subarray(payload, end)),
    };
    if (format !== 'auto') record.format = format;
    if ((flags & FLAGS.conflated) !== 0) record.conflated = true;
    if ((flags & FLAGS.pooled) !== 0) record.pooled = true;
    if (released !== undefined) record.released = readReleased(buffer, released);
    records.push(record);
  });
  return records;
}

/** Of whom a record is, and how large. */
export interface Outline {
  device: string;
  via: Via;
  pooled: boolean;
  /** As `weightOf` has it. */
  weight: number;
  /** When it reached the inbox: for one that was driven in again, when that was. In ms since the epoch. */
  arrived: number;
}

/** The records without their payloads. Throws as `decodeRecords` does. */
export function outlineRecords(bytes: Uint8Array, each: (outline: Outline) => void): void {
  readRecords(bytes, (buffer, { head, via, flags, released, device, principal, topic, payload, end }) =>
    each({
      device: buffer.toString('utf8', device, principal),
      via,
      pooled: (flags & FLAGS.pooled) !== 0,
      weight: OVERHEAD + buffer.toString('utf8', topic, payload).length + end - payload,
      arrived: buffer.readDoubleLE(released === undefined ? head + 1 : released + 12),
    }),
  );
}

/** Where the parts of a record begin. */
interface Places {
  head: number;
  via: Via;
  format: PayloadFormat;
  flags: number;
  /** Undefined: it was not driven in again. */
  released: number | undefined;
  device: number;
  principal: number;
  topic: number;
  payload: number;
  end: number;
}

function readReleased(buffer: Buffer, at: number): Released {
  const sample = buffer.readInt32LE(at + 8);
  const released: Released = { position: buffer.readDoubleLE(at), at: buffer.readDoubleLE(at + 12) };
  return sample < 0 ? released : { ...released, sample };
}

function readRecords(bytes: Uint8Array, each: (buffer: Buffer, places: Places) => void): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  const take = (length: number): number => {
    if (at + length > buffer.length) throw new RangeError('An inbox batch ends within a record.');
    at += length;
    return at - length;
  };
  while (at < buffer.length) {
    const head = take(FIXED);
    const first = buffer.readUInt8(head);
    const via = VIA[first & ~EXTENDED];
    if (via === undefined) throw new RangeError('An inbox batch names an unknown protocol.');
    const extension = (first & EXTENDED) === 0 ? undefined : take(2);
    const format = extension === undefined ? 'auto' : FORMATS[buffer.readUInt8(extension)];
    if (format === undefined) throw new RangeError('An inbox batch names an unknown format.');
    const flags = extension === undefined ? 0 : buffer.readUInt8(extension + 1);
    const released = (flags & FLAGS.released) === 0 ? undefined : take(RELEASED);
    const device = take(buffer.readUInt16LE(head + 9));
    const principal = take(buffer.readUInt16LE(head + 11));
    const topic = take(buffer.readUInt16LE(head + 13));
    const payload = take(buffer.readUInt32LE(head + 15));
    each(buffer, { head, via, format, flags, released, device, principal, topic, payload, end: at });
  }
}
