import mqttPacket from 'mqtt-packet';
import type { Packet } from 'mqtt-packet';
import { Unframer, frame, upgradeRequest } from './web-socket-frames.ts';
import { Wire } from './wire.ts';
import type { Waited, WireOptions } from './wire.ts';

export interface MqttPeerOptions extends WireOptions {
  webSocket: boolean;
}

const LOGGED = 12;

/** One MQTT connection, which sends the bytes it is given and answers what the broker sends. */
export class MqttPeer {
  readonly #wire: Wire;
  readonly #webSocket: boolean;
  readonly #unframer = new Unframer();
  readonly #parser = mqttPacket.parser();
  connected = false;
  pings = 0;
  acknowledgements = 0;
  /** Packets of any kind that came. */
  packets = 0;
  /** The broker sent what is no MQTT. */
  nonsense: string | undefined;
  readonly #acknowledged = new Map<number, number>();
  /** The last packets that came, in words. */
  readonly #last: string[] = [];
  #sending: Promise<void> = Promise.resolve();

  private constructor(wire: Wire, webSocket: boolean) {
    this.#wire = wire;
    this.#webSocket = webSocket;
    this.#parser.on('packet', (packet) => this.#take(packet));
    this.#parser.on('error', (error: Error) => (this.nonsense = error.message));
    wire.received = (chunk) => {
      for (const bytes of webSocket ? this.#unframer.take(chunk) : [chunk]) if (bytes.length > 0) this.#parser.parse(bytes);
    };
  }

  /** Resolves when bytes of MQTT may be sent, or the connection is closed. */
  static async open(options: MqttPeerOptions): Promise<MqttPeer> {
    const wire = await Wire.open(options);
    const peer = new MqttPeer(wire, options.webSocket);
    if (!options.webSocket) return peer;
    await wire.send(upgradeRequest());
    await wire.until(() => peer.#unframer.upgraded, 5_000);
    return peer;
  }

  get wire(): Wire {
    return this.#wire;
  }

  get closed(): boolean {
    return this.#wire.closed;
  }

  /** What is sent meanwhile, as an answer to the broker, waits until all pieces are out. */
  send(bytes: Buffer, cuts: readonly number[] = []): Promise<void> {
    this.#sending = this.#sending.then(() => this.#write(bytes, cuts));
    return this.#sending;
  }

  #write(bytes: Buffer, cuts: readonly number[]): Promise<void> {
    if (!this.#webSocket) return this.#wire.send(bytes, cuts);
    const pieces = [0, ...cuts, bytes.length].map((from, place, all) => bytes.subarray(from, all[place + 1] ?? from)).filter((piece) => piece.length > 0);
    return this.#wire.send(Buffer.concat(pieces.map(frame)));
  }

  until(condition: () => boolean, milliseconds: number): Promise<Waited> {
    return this.#wire.until(condition, milliseconds);
  }

  /** Sends a PINGREQ behind everything and waits for its answer: by then the broker has read what came before. */
  async ping(milliseconds: number): Promise<Waited> {
    const before = this.pings;
    await this.send(mqttPacket.generate({ cmd: 'pingreq' }));
    return this.until(() => this.pings > before, milliseconds);
  }

  /** How often the publish with this identifier has been acknowledged since the last call. */
  takeAcknowledgements(messageId: number): number {
    const count = this.acknowledgementsOf(messageId);
    this.#acknowledged.delete(messageId);
    return count;
  }

  acknowledgementsOf(messageId: number): number {
    return this.#acknowledged.get(messageId) ?? 0;
  }

  get last(): string {
    return this.#last.join(', ');
  }

  #take(packet: Packet): void {
    this.packets += 1;
    this.#last.push(`${packet.cmd}${packet.messageId === undefined ? '' : ` ${packet.messageId}`}`);
    if (this.#last.length > LOGGED) this.#last.shift();
    const { cmd, messageId = 0 } = packet;
    const answer = (reply: 'puback' | 'pubrec' | 'pubrel' | 'pubcomp'): void => void this.send(mqttPacket.generate({ cmd: reply, messageId }));
    if (cmd === 'connack') this.connected = packet.returnCode === 0;
    else if (cmd === 'pingresp') this.pings += 1;
    else if (cmd === 'pubrec') answer('pubrel');
    else if (cmd === 'pubrel') answer('pubcomp');
    else if (cmd === 'publish' && packet.qos > 0) answer(packet.qos === 1 ? 'puback' : 'pubrec');
    else if (cmd === 'puback' || cmd === 'pubcomp') {
      this.acknowledgements += 1;
      this.#acknowledged.set(messageId, this.acknowledgementsOf(messageId) + 1);
    }
  }
}
