/** The requests and answers of HTTP/1.1 (RFC 9112) that a publisher needs, as bytes: pipelined, answered in order. */
import { topicOf } from './load.ts';
import { IDS, type Replies, type Wire } from './wire.ts';

const END_OF_HEADER = '\r\n\r\n';
const ACKNOWLEDGED = 'HTTP/1.1 204 ';

class HttpReplies implements Replies {
  #rest = '';
  #id = 0;
  readonly #acknowledged: (id: number) => void;

  constructor(acknowledged: (id: number) => void) {
    this.#acknowledged = acknowledged;
  }

  read(chunk: Buffer): void {
    const text = this.#rest + chunk.toString('latin1');
    let at = 0;
    for (;;) {
      const end = text.indexOf(END_OF_HEADER, at);
      if (end === -1) break;
      if (!text.startsWith(ACKNOWLEDGED, at)) throw new Error(`The gateway answered "${text.slice(at, at + 400)}".`);
      at = end + END_OF_HEADER.length;
      this.#id = (this.#id % IDS) + 1;
      this.#acknowledged(this.#id);
    }
    this.#rest = text.slice(at);
  }
}

export const httpWire: Wire = {
  template(device, payload, login) {
    const authorization = login ? `Authorization: Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}\r\n` : '';
    const header = `POST /${topicOf(device)} HTTP/1.1\r\nHost: 127.0.0.1\r\n${authorization}Content-Type: application/json\r\nContent-Length: ${payload.length}\r\n\r\n`;
    const bytes = Buffer.concat([Buffer.from(header), payload]);
    return { bytes, payloadOffset: bytes.length - payload.length };
  },
  replies(_ready, acknowledged) {
    return new HttpReplies(acknowledged);
  },
};
