const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const BINARY = 0x82;
const MASKED = 0x80;
const MASK = [0x37, 0xfa, 0x21, 0x3d];

export function upgradeRequest(path = '/mqtt'): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n`);
}

/** One binary frame of a client (RFC 6455, section 5.2). */
export function frame(payload: Uint8Array): Buffer {
  const length = payload.length < 126 ? Buffer.of(MASKED | payload.length) : Buffer.of(MASKED | 126, payload.length >> 8, payload.length & 0xff);
  const masked = Buffer.from(payload);
  for (let at = 0; at < masked.length; at += 1) masked[at] = (masked[at] ?? 0) ^ (MASK[at & 3] ?? 0);
  return Buffer.concat([Buffer.of(BINARY), length, Buffer.from(MASK), masked]);
}

/** Takes the answer to the upgrade and the server's frames apart. */
export class Unframer {
  upgraded = false;
  #bytes = Buffer.alloc(0);

  /** The payloads that have come in whole with this chunk. */
  take(chunk: Buffer): Buffer[] {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    if (!this.upgraded) {
      const end = this.#bytes.indexOf('\r\n\r\n');
      if (end < 0) return [];
      this.upgraded = this.#bytes.toString('latin1', 0, 12) === 'HTTP/1.1 101';
      this.#bytes = this.#bytes.subarray(end + 4);
    }
    const payloads: Buffer[] = [];
    for (let next = this.#next(); next; next = this.#next()) payloads.push(next);
    return payloads;
  }

  #next(): Buffer | undefined {
    const bytes = this.#bytes;
    if (!this.upgraded || bytes.length < 2) return undefined;
    const short = (bytes[1] ?? 0) & 0x7f;
    const head = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < head) return undefined;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < head + length) return undefined;
    this.#bytes = bytes.subarray(head + length);
    // Control frames (close, ping, pong) carry no MQTT.
    return (bytes[0] ?? 0) & 0x08 ? Buffer.alloc(0) : bytes.subarray(head, head + length);
  }
}
