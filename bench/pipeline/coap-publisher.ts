/**
 * The publisher of the benchmark for CoAP, a process of its own. It sends signed confirmable requests over 50 UDP sockets, keeps a bounded number
 * unanswered on each, sends again what got lost (RFC 7252, section 4.2), and prints one line of JSON when all it sent is answered with 2.04.
 *
 *   node coap-publisher.ts --port 5683 --logins file [--messages n] [--seconds n] [--window 6] [--rate n]
 *
 * The window is small because a datagram that finds the receive buffer of the socket full is gone, and comes two seconds later.
 */
import { createHmac, hash } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { decodeMessage, encodeMessage } from '../../core/coap/codec.ts';
import { CODE, codeText, OPTION, type Message } from '../../core/coap/message.ts';
import { LatencyHistogram } from './latency.ts';
import { CONNECTIONS, devicesOf, PAYLOAD_BYTES, seededRandom, topicOf, type Login } from './load.ts';
import type { PublisherReport } from './publisher.ts';

const { values: given } = parseArgs({
  options: {
    port: { type: 'string' },
    /** What its starter tells every publisher; here it is always CoAP. */
    protocol: { type: 'string', default: 'coap' },
    messages: { type: 'string', default: 'Infinity' },
    seconds: { type: 'string', default: 'Infinity' },
    window: { type: 'string', default: '6' },
    rate: { type: 'string', default: 'Infinity' },
    logins: { type: 'string' },
  },
});
const port = Number(given.port);
const messageLimit = Number(given.messages);
const secondLimit = Number(given.seconds);
const window = Number(given.window);
const rate = Number(given.rate);
const logins = given.logins === undefined ? [] : (JSON.parse(readFileSync(given.logins, 'utf8')) as Login[]);

const ACK_TIMEOUT = 2_000;
const RETRY_REFUSED = 100;
/** The message id of a ping. */
const PING = 0;
const PING_MILLISECONDS = 100;
const START_MILLISECONDS = 15_000;
const DRAIN_MILLISECONDS = 30_000;
const JSON_FORMAT = 50;
const NOTHING = Buffer.alloc(0);

const latency = new LatencyHistogram();
const firstTs = Date.now();
let started = 0;
let sent = 0;
let acknowledged = 0;
let retransmitted = 0;
let lastAcknowledged = 0;
let ending = false;

interface Outstanding {
  datagram: Buffer;
  /** When it was first sent, and last, in milliseconds of this process. */
  writtenAt: number;
  sentAt: number;
}

class Connection {
  readonly #socket: Socket = createSocket({ type: 'udp4', recvBufferSize: 1024 * 1024 });
  readonly #devices: string[];
  readonly #random: () => number;
  readonly #login: Login;
  readonly #key: Buffer;
  readonly #outstanding = new Map<number, Outstanding>();
  readonly #name: string;
  #next = 0;
  #messageId = 0;
  #answered = false;
  readonly ready: Promise<void>;

  constructor(index: number) {
    const login = logins[index];
    if (!login) fail(`There is no login for connection ${index}.`);
    this.#login = login;
    this.#name = `${process.pid}-${index}-`;
    this.#key = createHmac('sha256', login.password).update('holdfast coap v1').digest();
    this.#devices = devicesOf(index);
    this.#random = seededRandom(index + 1);
    this.#socket.on('error', (error: NodeJS.ErrnoException) => {
      // So the system says that nobody listens, which before the first answer is no failure.
      if (error.code !== 'ECONNREFUSED' || started > 0) fail(`Connection ${index} failed: ${error.message}.`);
    });
    this.#socket.on('message', (datagram) => {
      this.#receive(datagram);
      if (started > 0) this.fill();
    });
    this.ready = new Promise((resolve) => {
      this.#socket.once('connect', resolve);
      this.#socket.connect(port, '127.0.0.1');
    });
  }

  /** Pings until somebody answers: a port of UDP does not tell by itself whether anybody listens. */
  async listening(): Promise<void> {
    const ping = encodeMessage({ type: 'CON', code: CODE.empty, messageId: PING, token: NOTHING, options: [], payload: NOTHING });
    for (const deadline = performance.now() + START_MILLISECONDS; !this.#answered; await pause(PING_MILLISECONDS)) {
      if (performance.now() > deadline) fail(`Nothing answered on UDP port ${port} within ${START_MILLISECONDS / 1_000} seconds.`);
      this.#socket.send(ping, () => undefined);
    }
  }

  fill(): void {
    const elapsed = performance.now() - started;
    const due = elapsed / 1000 >= secondLimit ? 0 : Math.min(messageLimit, rate === Infinity ? Infinity : Math.floor((elapsed / 1000) * rate));
    for (let count = Math.min(window - this.#outstanding.size, due - sent); count > 0; count -= 1) {
      this.#send(this.#request());
      sent += 1;
    }
  }

  /** Sends again what has had no answer for long. */
  retransmit(now: number): void {
    for (const outstanding of this.#outstanding.values()) {
      if (now - outstanding.sentAt < ACK_TIMEOUT) continue;
      outstanding.sentAt = now;
      retransmitted += 1;
      this.#socket.send(outstanding.datagram);
    }
  }

  end(): void {
    this.#socket.close();
  }

  #send(datagram: Buffer, writtenAt = performance.now()): void {
    this.#outstanding.set(datagram.readUInt16BE(2), { datagram, writtenAt, sentAt: performance.now() });
    this.#socket.send(datagram);
  }

  #request(): Buffer {
    const device = this.#devices[this.#next % this.#devices.length] ?? '';
    // One message of each device a round, and one millisecond of event time a round: no two readings share a key.
    const payload = payloadOf(firstTs + Math.floor(this.#next / this.#devices.length), this.#random);
    const path = topicOf(device);
    const time = Math.floor(Date.now() / 1_000);
    const nonce = this.#name + String(this.#next).padStart(8, '0');
    this.#next += 1;
    const { username } = this.#login;
    const text = ['holdfast coap v1', 'POST', `/${path}`, JSON_FORMAT, username, time, nonce, hash('sha256', payload, 'base64url')].join('\n');
    const mac = createHmac('sha256', this.#key).update(text).digest('base64url');
    const option = (number: number, value: string): Message['options'][number] => ({ number, value: Buffer.from(value, 'latin1') });
    const options = [
      ...path.split('/').map((segment) => option(OPTION.uriPath, segment)), { number: OPTION.contentFormat, value: Uint8Array.of(JSON_FORMAT) },
      option(OPTION.uriQuery, `id=${username}`), option(OPTION.uriQuery, `t=${time}`), option(OPTION.uriQuery, `n=${nonce}`), option(OPTION.uriQuery, `s=${mac}`),
    ];
    return encodeMessage({ type: 'CON', code: CODE.POST, messageId: this.#nextMessageId(), token: NOTHING, options, payload });
  }

  /** The token is the message id, so that a response that comes by itself is known as well. */
  #receive(datagram: Buffer): void {
    const message = decodeMessage(datagram);
    if (message?.type === 'RST' && message.messageId === PING) {
      this.#answered = true;
      return;
    }
    if (!message || message.type === 'RST') fail(`The gateway answered with ${datagram.toString('hex')}.`);
    if (message.type === 'CON') fail('The gateway took more than a second and answered in a message of its own, which this publisher does not take.');
    if (message.code === CODE.empty) return;
    const outstanding = this.#outstanding.get(message.messageId);
    if (!outstanding) return;
    this.#outstanding.delete(message.messageId);
    if (message.code === CODE.serviceUnavailable) this.#sendLater(outstanding);
    else if (message.code !== CODE.changed) fail(`The gateway answered ${codeText(message.code)}: ${Buffer.from(message.payload).toString()}`);
    else {
      lastAcknowledged = performance.now();
      latency.add(lastAcknowledged - outstanding.writtenAt);
      acknowledged += 1;
    }
  }

  /** A refused request goes out again with the same nonce, as a new message. */
  #sendLater({ datagram, writtenAt }: Outstanding): void {
    setTimeout(() => {
      if (ending) return;
      const again = Buffer.from(datagram);
      again.writeUInt16BE(this.#nextMessageId(), 2);
      this.#send(again, writtenAt);
    }, RETRY_REFUSED);
  }

  #nextMessageId(): number {
    do this.#messageId = (this.#messageId % 0xffff) + 1;
    while (this.#outstanding.has(this.#messageId));
    return this.#messageId;
  }
}

/** A payload of exactly 100 bytes. */
function payloadOf(ts: number, random: () => number): Buffer {
  const noise = (): number => random() + random() + random() - 1.5;
  const temperature = (50 + 3 * noise()).toFixed(7);
  const vibration = (5 + 0.4 * noise()).toFixed(7);
  const pressure = (700 + 20 * noise()).toFixed(6);
  const bytes = Buffer.from(`{"ts":${ts},"values":{"temperature":${temperature},"vibration":${vibration},"pressure":${pressure}}}`);
  if (bytes.length !== PAYLOAD_BYTES) throw new Error(`A payload has ${bytes.length} bytes in place of ${PAYLOAD_BYTES}.`);
  return bytes;
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const connections = Array.from({ length: CONNECTIONS }, (_, index) => new Connection(index));
await Promise.all(connections.map((connection) => connection.ready));
await connections[0]?.listening();
started = performance.now();
const cpuBefore = process.cpuUsage();
let stoppedAt = 0;
await new Promise<void>((resolve) => {
  for (const connection of connections) connection.fill();
  const timer = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) {
      connection.retransmit(now);
      connection.fill();
    }
    if (sent < messageLimit && (now - started) / 1000 < secondLimit) return;
    stoppedAt ||= now;
    if (acknowledged < sent && now - stoppedAt <= DRAIN_MILLISECONDS) return;
    clearInterval(timer);
    resolve();
  }, 5);
});
const cpu = process.cpuUsage(cpuBefore);
const seconds = (lastAcknowledged - started) / 1000;
ending = true;
for (const connection of connections) connection.end();

const report: PublisherReport & { retransmitted: number } = {
  messages: acknowledged,
  seconds,
  messagesPerSecond: acknowledged / seconds,
  latencyP50Milliseconds: latency.quantile(0.5),
  latencyP99Milliseconds: latency.quantile(0.99),
  unacknowledged: sent - acknowledged,
  startSeconds: started / 1000,
  publisherCores: (cpu.user + cpu.system) / 1e6 / seconds,
  retransmitted,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
if (process.connected) process.disconnect();
