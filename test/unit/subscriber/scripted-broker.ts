import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { IPublishPacket, Packet } from 'mqtt';

type ConnectPacket = Extract<Packet, { cmd: 'connect' }>;

interface Codec {
  parser(options: object): { parse(bytes: Uint8Array): void; on(event: 'packet', listener: (packet: Packet) => void): void };
  generate(packet: object, options: object): Buffer;
}
const codec = createRequire(createRequire(import.meta.url).resolve('mqtt'))('mqtt-packet') as Codec;

/** One connection, as the broker sees it. */
export interface Line {
  socket: Socket;
  connect: ConnectPacket | undefined;
  /** Packet identifiers acknowledged over this connection, in order. */
  pubacks: number[];
  /** Everything else that came, by command. */
  packets: Packet[];
  /** How many packets each chunk of bytes held. */
  chunks: number[];
  closed: boolean;
  send(packet: object): void;
}

/** A broker that says what a test tells it to, and nothing more. */
export class ScriptedBroker {
  readonly lines: Line[] = [];
  /** How a CONNECT is answered; undefined: not at all. */
  connack: ((connect: ConnectPacket) => object | undefined) = () => ({ sessionPresent: false });
  /** The reason code for each filter. */
  grant: (qos: number) => number = (qos) => qos;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((socket) => this.#accept(socket));
  }

  static async open(): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker();
    await new Promise<void>((done) => broker.#server.listen(0, '127.0.0.1', done));
    return broker;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The latest connection. */
  get line(): Line {
    const line = this.lines.at(-1);
    if (!line) throw new Error('nobody has connected');
    return line;
  }

  async close(): Promise<void> {
    for (const { socket } of this.lines) socket.destroy();
    await new Promise((done) => this.#server.close(done));
  }

  #accept(socket: Socket): void {
    let version = 4;
    const line: Line = { socket, connect: undefined, pubacks: [], packets: [], chunks: [], closed: false, send: (packet) => void socket.write(codec.generate(packet, { protocolVersion: version })) };
    this.lines.push(line);
    const parser = codec.parser({});
    let packets = 0;
    parser.on('packet', (packet) => {
      packets += 1;
      if (packet.cmd === 'puback') line.pubacks.push(packet.messageId ?? 0);
      else line.packets.push(packet);
      if (packet.cmd === 'connect') {
        version = packet.protocolVersion ?? 4;
        line.connect = packet;
        const answer = this.connack(packet);
        if (answer) line.send({ cmd: 'connack', ...(version === 5 ? { reasonCode: 0 } : { returnCode: 0 }), sessionPresent: false, ...answer });
      } else if (packet.cmd === 'subscribe') {
        const { messageId, subscriptions } = packet;
        line.send({ cmd: 'suback', messageId, granted: subscriptions.map(({ qos }) => this.grant(qos)) });
      } else if (packet.cmd === 'unsubscribe') line.send({ cmd: 'unsuback', messageId: packet.messageId, granted: packet.unsubscriptions.map(() => 0) });
      else if (packet.cmd === 'pingreq') line.send({ cmd: 'pingresp' });
    });
    socket.on('data', (bytes) => {
      packets = 0;
      parser.parse(bytes);
      line.chunks.push(packets);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => (line.closed = true));
  }
}

/** A message as a broker sends it. */
export function message(topic: string, payload: string, more: Partial<IPublishPacket> = {}): object {
  return { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 1, messageId: 1, dup: false, retain: false, ...more };
}
