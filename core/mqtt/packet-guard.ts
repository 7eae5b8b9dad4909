import type { Duplex } from 'node:stream';

export interface PacketLimits {
  /** Largest remaining length of a packet before the client is logged in, in bytes. */
  beforeLogin: number;
  /** Largest remaining length of a packet after that, in bytes. */
  afterLogin: number;
}

/**
 * Cuts a connection that announces a packet larger than allowed, before a byte of its body is kept. The broker's parser
 * waits for whatever length the fixed header claims (up to 256 MB, MQTT 3.1.1 section 2.2.3), also from a client that has
 * not logged in; so the fixed headers are read here, as the bytes pass on their way to the parser.
 */
export function guardPackets(stream: Duplex, limits: PacketLimits, tooLarge: (length: number) => void): { loggedIn(): void } {
  let limit = limits.beforeLogin;
  /** Bytes of the present packet's body still to pass. */
  let body = 0;
  /** The fixed header being read: 0 = at its first byte, otherwise the place value of the next length digit. */
  let place = 0;
  let length = 0;

  const scan = (chunk: Uint8Array): boolean => {
    for (let at = 0; at < chunk.length; ) {
      if (body > 0) {
        const skipped = Math.min(body, chunk.length - at);
        body -= skipped;
        at += skipped;
      } else if (place === 0) {
        place = 1;
        length = 0;
        at += 1;
      } else {
        const digit = chunk[at] ?? 0;
        length += (digit & 0x7f) * place;
        place *= 128;
        at += 1;
        if (length > limit || place > 128 ** 4) return false;
        if ((digit & 0x80) === 0) {
          body = length;
          place = 0;
        }
      }
    }
    return true;
  };

  const read = stream.read.bind(stream);
  stream.read = (size?: number): unknown => {
    const chunk: unknown = read(size);
    if (!(chunk instanceof Uint8Array) || scan(chunk)) return chunk;
    tooLarge(length);
    stream.destroy();
    return null;
  };
  return {
    loggedIn: () => {
      limit = limits.afterLogin;
    },
  };
}
