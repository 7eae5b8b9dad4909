/** What a device itself said of a sample. */
interface Told {
  ts?: number;
  seq?: number;
}

/**
 * The id of a sample: the same when the same bytes come again, another when anything differs. With a sequence number
 * `press-7/s41-k3Jq9_xW0a`, else with a device time `press-7/t1764000000000-k3Jq9_xW0a`, else `fallback` as it is, which the caller
 * makes unique and keeps over a redelivery (the inbox position). The last part is a hash of the raw bytes, so that two messages of
 * one millisecond differ. For a payload of several samples use `sampleIds`.
 *
 * A device that numbers from 0 again after a restart and sends no time repeats an id when its bytes repeat too.
 */
export function sampleId(device: string, decoded: Told, bytes: Uint8Array, fallback: string): string {
  if (decoded.seq !== undefined) return `${device}/s${decoded.seq}-${hashText(bytes)}`;
  if (decoded.ts !== undefined) return `${device}/t${decoded.ts}-${hashText(bytes)}`;
  return fallback;
}

/**
 * The ids of all samples of one payload, in order. The bytes are hashed once; from the second sample on, the place in the
 * payload is part of the id (`….1`, `….2`), since samples of one payload may share their time.
 */
export function sampleIds(device: string, decoded: readonly Told[], bytes: Uint8Array, fallback: string): string[] {
  const first = decoded[0];
  if (first === undefined) return [];
  if (decoded.length === 1) return [sampleId(device, first, bytes, fallback)];
  const hash = hashText(bytes);
  return decoded.map(({ ts, seq }, index) => {
    const place = index === 0 ? '' : `.${index}`;
    if (seq !== undefined) return `${device}/s${seq}-${hash}${place}`;
    if (ts !== undefined) return `${device}/t${ts}-${hash}${place}`;
    return `${fallback}${place}`;
  });
}

const ALPHABET = Uint8Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_', (character) => character.charCodeAt(0));

/**
 * A hash of 60 bits in ten characters, quick and well spread, not cryptographic: whoever can choose the bytes can make two
 * that collide, and harms only its own device. Algorithm: cyrb53 by bryc (public domain, github.com/bryc/code), seed 0, both
 * words kept; a pair of bytes takes the place of a UTF-16 unit, and the length goes in first, so that a last zero byte counts.
 */
export function hashText(bytes: Uint8Array): string {
  const length = bytes.length;
  let low = Math.imul(0xdeadbeef ^ length, 2654435761);
  let high = Math.imul(0x41c6ce57 ^ length, 1597334677);
  for (let index = 0; index < length; index += 2) {
    const unit = byteAt(bytes, index) | (index + 1 < length ? byteAt(bytes, index + 1) << 8 : 0);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  const mixedLow = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  const mixedHigh = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(mixedLow ^ (mixedLow >>> 13), 3266489909);
  return String.fromCharCode(
    digit(mixedHigh >>> 24), digit(mixedHigh >>> 18), digit(mixedHigh >>> 12), digit(mixedHigh >>> 6), digit(mixedHigh),
    digit(mixedLow >>> 24), digit(mixedLow >>> 18), digit(mixedLow >>> 12), digit(mixedLow >>> 6), digit(mixedLow),
  );
}

function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

function digit(bits: number): number {
  return ALPHABET[bits & 63] ?? 0;
}
