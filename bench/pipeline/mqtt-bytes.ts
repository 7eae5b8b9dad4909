/**
 * The few packets of MQTT 3.1.1 (OASIS, 2014) that a publisher needs, as bytes. A client library would cost more CPU
 * than some of the systems measured.
 */
import { Buffer } from 'node:buffer';
import { topicOf } from './load.ts';
import type { MessageTemplate, Replies, Wire } from './wire.ts';

function text(value: string): Buffer {
  const bytes = Buffer.from(value, 'utf8');
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function packet(firstByte: number, body: Buffer): Buffer {
  const length: number[] = [];
  let rest = body.length;
  do {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
    rest >>= 7;
  } while (rest > 0);
  return Buffer.concat([Buffer.from([firstByte, ...length]), body]);
}

/** CONNECT with a clean session and a keepalive of 60 seconds. */
function connectPacket(clientId: string, username?: string, password?: string): Buffer {
  const flags = 0x02 | (username === undefined ? 0 : 0x80) | (password === undefined ? 0 : 0x40);
  const parts = [text('MQTT'), Buffer.from([4, flags, 0, 60]), text(clientId)];
  if (username !== undefined) parts.push(text(username));
  if (password !== undefined) parts.push(text(password));
  return packet(0x10, Buffer.concat(parts));
}

/** A QoS 1 PUBLISH whose packet id is still 0. */
function publishTemplate(topic: string, payload: Buffer): MessageTemplate {
  const bytes = packet(0x32, Buffer.concat([text(topic), Buffer.from([0, 0]), payload]));
  const payloadOffset = bytes.length - payload.length;
  return { bytes, idOffset: payloadOffset - 2, payloadOffset };
}

const DISCONNECT = Buffer.from([0xe0, 0]);

/** Reads the replies of a broker to a publisher: CONNACK and PUBACK, each of four bytes, cut anywhere by TCP. */
class MqttReplies implements Replies {
  #rest: Buffer = Buffer.alloc(0);
  readonly #ready: () => void;
  readonly #acknowledged: (packetId: number) => void;

  constructor(ready: () => void, acknowledged: (packetId: number) => void) {
    this.#ready = ready;
    this.#acknowledged = acknowledged;
  }

  read(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const whole = bytes.length - (bytes.length % 4);
    for (let at = 0; at < whole; at += 4) {
      const kind = bytes[at];
      if (kind === 0x40) this.#acknowledged(bytes.readUInt16BE(at + 2));
      else if (kind === 0x20) this.#connected(bytes[at + 3] ?? 255);
      else throw new Error(`The broker sent a packet of type ${(kind ?? 0) >> 4}, where only CONNACK and PUBACK can come.`);
    }
    this.#rest = bytes.subarray(whole);
  }

  #connected(returnCode: number): void {
    if (returnCode !== 0) throw new Error(`The broker refused a connection with return code ${returnCode}.`);
    this.#ready();
  }
}

export const mqttWire: Wire = {
  template: (device, payload) => publishTemplate(topicOf(device), payload),
  replies: (ready, acknowledged) => new MqttReplies(ready, acknowledged),
  hello: (clientId, login) => connectPacket(clientId, login?.username, login?.password),
  goodbye: DISCONNECT,
};
