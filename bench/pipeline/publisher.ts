/**
 * The publisher of the benchmark, a process of its own. It writes ready-made messages (MQTT packets of QoS 1, HTTP requests) over 50 plain
 * sockets, keeps a bounded number unacknowledged on each, and prints one line of JSON when all it sent is acknowledged.
 *
 *   node publisher.ts --port 1883 [--protocol mqtt|http] [--messages n] [--seconds n] [--window 200] [--rate n] [--ahead n] [--logins file]
 *     [--connections 50] [--first 0] [--devices 20]
 *
 * The connections are those from --first on, each with so many of its devices. With --ahead it never sends more than n messages beyond what its parent says is stored, in messages `{ stored: n }`.
 */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { LatencyHistogram } from './latency.ts';
import { httpWire } from './http-bytes.ts';
import { CONNECTIONS, DEVICES_PER_CONNECTION, devicesOf, PAYLOAD_BYTES, seededRandom, type Login } from './load.ts';
import { mqttWire } from './mqtt-bytes.ts';
import { IDS, type MessageTemplate, type Wire } from './wire.ts';

/** What the publisher prints. Latency is from the write of a message to the arrival of its acknowledgement. */
export interface PublisherReport {
  messages: number;
  seconds: number;
  messagesPerSecond: number;
  latencyP50Milliseconds: number;
  latencyP99Milliseconds: number;
  unacknowledged: number;
  /** From the start of the process to its first message, in seconds. */
  startSeconds: number;
  /** Share of one core that the publisher itself used; near 1 means that the publisher was the bottleneck. */
  publisherCores: number;
}

const { values: options } = parseArgs({
  options: {
    port: { type: 'string' },
    protocol: { type: 'string', default: 'mqtt' },
    messages: { type: 'string', default: 'Infinity' },
    seconds: { type: 'string', default: 'Infinity' },
    window: { type: 'string', default: '200' },
    rate: { type: 'string', default: 'Infinity' },
    ahead: { type: 'string', default: 'Infinity' },
    logins: { type: 'string' },
    connections: { type: 'string', default: String(CONNECTIONS) },
    first: { type: 'string', default: '0' },
    devices: { type: 'string', default: String(DEVICES_PER_CONNECTION) },
  },
});
const port = Number(options.port);
const wire: Wire = options.protocol === 'http' ? httpWire : mqttWire;
const messageLimit = Number(options.messages);
const secondLimit = Number(options.seconds);
const window = Number(options.window);
const rate = Number(options.rate);
const ahead = Number(options.ahead);
const logins = options.logins === undefined ? [] : (JSON.parse(readFileSync(options.logins, 'utf8')) as Login[]);

/** Different payloads of one device, sent in turn, so that no number has to be formatted while sending. */
const VARIANTS = 32;
const TS_OFFSET = '{"ts":'.length;
const TS_DIGITS = 13;
/** How long to wait for the last acknowledgements. */
const DRAIN_MILLISECONDS = 30_000;

/** A payload of exactly 100 bytes, whose time is written over when it is sent. */
function payload(random: () => number): Buffer {
  const noise = (): number => random() + random() + random() - 1.5;
  const temperature = (50 + 3 * noise()).toFixed(7);
  const vibration = (5 + 0.4 * noise()).toFixed(7);
  const pressure = (700 + 20 * noise()).toFixed(6);
  const bytes = Buffer.from(`{"ts":1000000000000,"values":{"temperature":${temperature},"vibration":${vibration},"pressure":${pressure}}}`);
  if (bytes.length !== PAYLOAD_BYTES) throw new Error(`A payload has ${bytes.length} bytes in place of ${PAYLOAD_BYTES}.`);
  return bytes;
}

const latency = new LatencyHistogram();
const firstTs = Date.now();
let started = 0;
let sent = 0;
let acknowledged = 0;
let lastAcknowledged = 0;
let stored = 0;

process.on('message', (message: { stored: number }) => {
  stored = message.stored;
});

/** How many messages may be written now. */
function allowance(): number {
  const elapsed = (performance.now() - started) / 1000;
  if (elapsed >= secondLimit) return 0;
  return Math.min(messageLimit, stored + ahead, rate === Infinity ? Infinity : Math.floor(elapsed * rate)) - sent;
}

class Connection {
  readonly #socket: Socket;
  readonly #templates: MessageTemplate[];
  readonly #devices: number;
  readonly #writtenAt = new Float64Array(IDS + 1);
  readonly #ts = Buffer.alloc(TS_DIGITS);
  #next = 0;
  #id = 0;
  unacknowledged = 0;
  readonly ready: Promise<void>;

  constructor(index: number) {
    const random = seededRandom(index + 1);
    const devices = devicesOf(index).slice(0, Number(options.devices));
    this.#devices = devices.length;
    const login = logins[index];
    this.#templates = Array.from({ length: VARIANTS }, () => devices.map((id) => wire.template(id, payload(random), login))).flat();
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.on('error', (error) => fail(`Connection ${index} failed: ${error.message}.`));
    this.#socket.on('close', () => {
      if (!ending) fail(`Connection ${index} was closed by the other side.`);
    });
    this.ready = new Promise((resolve) => {
      const replies = wire.replies(resolve, (id) => this.#acknowledge(id));
      this.#socket.on('connect', () => {
        if (wire.hello) this.#socket.write(wire.hello(`bench-${index}`, login));
        else resolve();
      });
      this.#socket.on('data', (chunk: Buffer) => {
        arrivedAt = performance.now();
        try {
          replies.read(chunk);
        } catch (error) {
          fail(error instanceof Error ? error.message : String(error));
        }
        this.fill();
      });
    });
  }

  #acknowledge(id: number): void {
    latency.add(arrivedAt - (this.#writtenAt[id] ?? arrivedAt));
    this.unacknowledged -= 1;
    acknowledged += 1;
    lastAcknowledged = arrivedAt;
  }

  /** Writes as many messages as the window and the limits leave room for, in one write. */
  fill(): void {
    const count = Math.min(window - this.unacknowledged, allowance());
    if (count <= 0) return;
    const now = performance.now();
    const first = this.#templates[0];
    if (!first) return;
    const size = first.bytes.length;
    const block = Buffer.allocUnsafe(size * count);
    for (let at = 0; at < block.length; at += size) {
      // One message of each device a round, and one millisecond of event time a round: no two readings share a key.
      if (this.#next % this.#devices === 0) this.#ts.write(String(firstTs + this.#next / this.#devices), 'latin1');
      const template = this.#templates[this.#next % this.#templates.length] ?? first;
      this.#next += 1;
      this.#id = (this.#id % IDS) + 1;
      block.set(template.bytes, at);
      if (template.idOffset !== undefined) block.writeUInt16BE(this.#id, at + template.idOffset);
      block.set(this.#ts, at + template.payloadOffset + TS_OFFSET);
      this.#writtenAt[this.#id] = now;
    }
    this.#socket.write(block);
    this.unacknowledged += count;
    sent += count;
  }

  end(): void {
    if (wire.goodbye) this.#socket.end(wire.goodbye);
    else this.#socket.end();
  }
}

let arrivedAt = 0;
let ending = false;

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const first = Number(options.first);
const connections = Array.from({ length: Number(options.connections) }, (_, index) => new Connection(first + index));
await Promise.all(connections.map((connection) => connection.ready));

started = performance.now();
const cpuBefore = process.cpuUsage();
let stoppedAt = 0;
await new Promise<void>((resolve) => {
  for (const connection of connections) connection.fill();
  const timer = setInterval(() => {
    const now = performance.now();
    for (const connection of connections) connection.fill();
    const finished = sent >= messageLimit || (now - started) / 1000 >= secondLimit;
    if (!finished) return;
    stoppedAt ||= now;
    if (acknowledged >= sent || now - stoppedAt > DRAIN_MILLISECONDS) {
      clearInterval(timer);
      resolve();
    }
  }, 2);
});
const cpu = process.cpuUsage(cpuBefore);
const seconds = (lastAcknowledged - started) / 1000;
ending = true;
for (const connection of connections) connection.end();

const report: PublisherReport = {
  messages: acknowledged,
  seconds,
  messagesPerSecond: acknowledged / seconds,
  latencyP50Milliseconds: latency.quantile(0.5),
  latencyP99Milliseconds: latency.quantile(0.99),
  unacknowledged: sent - acknowledged,
  startSeconds: started / 1000,
  publisherCores: (cpu.user + cpu.system) / 1e6 / seconds,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
if (process.connected) process.disconnect();
