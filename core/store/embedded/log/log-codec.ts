/**
 * The blob of one row of `log`: the readings of a commit. Little-endian. LogEncoder writes it.
 *
 * | bytes | what |
 * |---|---|
 * | 1 | version, 2 |
 * | 4 | CRC-32 (ISO 3309, as zlib) of all that follows |
 * | 8 | when it was written, float64, milliseconds since the epoch |
 * | … | samples, one after the other, to the end |
 *
 * A sample: time (float64), when it was received less when the sample before was (at first: less when the blob was written; varint,
 * zigzag), number of readings (varint), readings.
 *
 * A reading: series (uint32), kind (1 byte: type in the lowest three bits, 8 when it has a note, quality in the high half, see kind.ts),
 * value, note. The value of a number is a float64, that of a text its length in bytes (uint32) and UTF-8 (type 4) or UTF-16 (type 5,
 * where it is no valid Unicode); null, false and true (types 0, 1, 2) have none. A note (see note.ts) is the number of one that stands
 * earlier in the blob (varint, the first is 0), or how many there are so far and, after it, length in bytes (varint) and UTF-8 of the next.
 *
 * Varints are LEB128. Version 1 had no notes, no time of reception, and the number of readings as uint32.
 */
import { crc32 } from 'node:zlib';
import { DamagedDataError } from '../../codec/damaged-data-error.ts';
import { TYPE } from '../../codec/kind.ts';

export const LOG_VERSION = 2;
const PLAIN_VERSION = 1;
/** Where what the checksum is of begins. */
export const LOG_BODY = 5;
/** Where the samples begin. */
export const LOG_HEADER = 13;
/** The bit of a kind on disk that says that a note follows. */
export const NOTED = 0x08;

/** Takes what a blob holds, one reading after the other. */
export interface ReadingSink {
  /** When the sample was received whose readings are added next. */
  received: number;
  /** Takes a note. @returns the number, not 0, under which readings are added that have it. */
  note(text: string): number;
  /** `number` and `text` matter where the type in `kind` says so. `note` is 0 when there is none. */
  add(series: number, ts: number, kind: number, number: number, text: string | undefined, note: number): void;
}

/** @throws DamagedDataError when the blob is not what was written. */
export function checkLog(bytes: Uint8Array): void {
  if (bytes.length < LOG_HEADER) throw new DamagedDataError(`it is ${bytes.length} bytes short of a header`);
  if (bytes[0] !== LOG_VERSION && bytes[0] !== PLAIN_VERSION) throw new DamagedDataError(`its version is ${bytes[0]}, and this Holdfast reads ${PLAIN_VERSION} and ${LOG_VERSION}`);
  if (crc32(bytes.subarray(LOG_BODY)) !== viewOf(bytes).getUint32(1, true)) throw new DamagedDataError('its checksum is wrong');
}

/** Hands over what a blob holds that was checked, or has just been written. */
export function readLog(bytes: Buffer, sink: ReadingSink): void {
  const view = viewOf(bytes);
  const plain = bytes[0] === PLAIN_VERSION;
  const end = bytes.length;
  const notes: number[] = [];
  let received = view.getFloat64(LOG_BODY, true);
  let at = LOG_HEADER;

  function varint(): number {
    let byte = view.getUint8(at++);
    let value = byte & 0x7f;
    for (let scale = 128; byte >= 0x80; scale *= 128) {
      byte = view.getUint8(at++);
      value += (byte & 0x7f) * scale;
    }
    return value;
  }

  function note(): number {
    const place = varint();
    if (place === notes.length) {
      const length = varint();
      notes.push(sink.note(bytes.toString('utf8', at, at + length)));
      at += length;
    }
    return notes[place] ?? 0;
  }

  while (at < end) {
    const ts = view.getFloat64(at, true);
    at += 8;
    let left = 0;
    if (plain) {
      left = view.getUint32(at, true);
      at += 4;
    } else {
      const distance = varint();
      received += distance % 2 === 0 ? distance / 2 : -(distance + 1) / 2;
      left = varint();
    }
    sink.received = received;
    for (; left > 0; left -= 1) {
      const series = view.getUint32(at, true);
      const byte = view.getUint8(at + 4);
      const type = byte & 0x07;
      let kind = byte & ~NOTED;
      let number = 0;
      let text: string | undefined;
      at += 5;
      if (type === TYPE.number) {
        number = view.getFloat64(at, true);
        at += 8;
      } else if (type >= TYPE.text) {
        const length = view.getUint32(at, true);
        text = bytes.toString(type === TYPE.text ? 'utf8' : 'utf16le', at + 4, at + 4 + length);
        kind = (byte & 0xf0) | TYPE.text;
        at += 4 + length;
      }
      sink.add(series, ts, kind, number, text, (byte & NOTED) === 0 ? 0 : note());
    }
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
