import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { ANSWER_LIMIT, RETRY_DELAY } from './sender.ts';
import type { Sender, SenderOptions } from './sender.ts';

interface InFlight {
  bytes: Buffer;
  sent: boolean;
  acknowledged: () => void;
}

const PACKET_IDS = 0xffff;
const PUBLISH_QOS_1 = 0x32;
const DUP = 0x08;
const CONNACK = 0x20;
const PUBACK = 0x40;

/**
 * MQTT 3.1.1 at QoS 1 by the letter: a session that is kept (Clean Session 0), and after a reconnect every message that was not acknowledged
 * once more, in order, with DUP and the packet identifier it had (MQTT-4.4.0-1). So one number is one message to the protocol,
 * whatever happens to connections, and may be stored only once although it carries no time.
 */
export class StrictMqttSender implements Sender {
  readonly #options: SenderOptions & { topic: string };
  readonly #inFlight = new Map<number, InFlight>();
  #socket: Socket | undefined;
  #connected = false;
  #lastId = 0;
  #heard = performance.now();
  #closed = false;
  readonly #watch: NodeJS.Timeout;

  constructor(options: SenderOptions & { topic: string }) {
    this.#options = options;
    this.#connect();
    this.#watch = setInterval(() => {
      const silent = performance.now() - this.#heard > ANSWER_LIMIT;
      if (silent && this.#inFlight.size > 0) this.#socket?.destroy();
    }, 1_000);
  }

  send(_row: number, payload: string): Promise<void> {
    return new Promise((resolve) => {
      const id = this.#freeId();
      const bytes = publishPacket(this.#options.topic, id, Buffer.from(payload));
      const message: InFlight = { bytes, sent: false, acknowledged: resolve };
      this.#inFlight.set(id, message);
      if (this.#connected) this.#write(message);
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#watch);
    this.#socket?.end(Buffer.from([0xe0, 0]));
    return Promise.resolve();
  }

  #freeId(): number {
    do this.#lastId = (this.#lastId % PACKET_IDS) + 1;
    while (this.#inFlight.has(this.#lastId));
    return this.#lastId;
  }

  #write(message: InFlight): void {
    if (message.sent) message.bytes[0] = PUBLISH_QOS_1 | DUP;
    message.sent = true;
    this.#socket?.write(message.bytes);
  }

  #connect(): void {
    const { port, device, secret } = this.#options;
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket = socket;
    this.#heard = performance.now();
    socket.on('error', () => undefined);
    socket.on('connect', () => socket.write(connectPacket(device, secret)));
    socket.on('close', () => {
      this.#connected = false;
      if (!this.#closed) setTimeout(() => this.#connect(), RETRY_DELAY);
    });
    let rest: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      this.#heard = performance.now();
      const bytes = Buffer.concat([rest, chunk]);
      // CONNACK and PUBACK, all that a client gets that never subscribes, have four bytes each.
      const whole = bytes.length - (bytes.length % 4);
      for (let at = 0; at < whole; at += 4) this.#answer(bytes.subarray(at, at + 4));
      rest = bytes.subarray(whole);
    });
  }

  #answer(bytes: Buffer): void {
    const [kind, , , code] = bytes;
    if (kind === CONNACK && code === 0) {
      this.#connected = true;
      for (const message of this.#inFlight.values()) this.#write(message);
      return;
    }
    if (kind !== PUBACK) {
      this.#socket?.destroy();
      return;
    }
    const id = bytes.readUInt16BE(2);
    const message = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    message?.acknowledged();
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function packet(firstByte: number, body: Buffer): Buffer {
  const length: number[] = [];
  for (let left = body.length; left > 0 || length.length === 0; left >>= 7) length.push((left & 0x7f) | (left > 0x7f ? 0x80 : 0));
  return Buffer.concat([Buffer.from([firstByte, ...length]), body]);
}

/** User name and password, Clean Session 0, a keepalive of 60 seconds. */
function connectPacket(device: string, secret: string): Buffer {
  return packet(0x10, Buffer.concat([text('MQTT'), Buffer.from([4, 0xc0, 0, 60]), text(device), text(device), text(secret)]));
}

function publishPacket(topic: string, id: number, payload: Buffer): Buffer {
  return packet(PUBLISH_QOS_1, Buffer.concat([text(topic), Buffer.from([id >> 8, id & 0xff]), payload]));
}
