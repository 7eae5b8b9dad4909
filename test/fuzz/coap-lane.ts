import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { decodeMessage, encodeMessage } from '../../core/coap/codec.ts';
import { CODE } from '../../core/coap/message.ts';
import type { Message, MessageType } from '../../core/coap/message.ts';
import type { CoapInput } from './coap-inputs.ts';
import { outcome, OWED_WITHIN } from './outcome.ts';
import type { Outcome } from './outcome.ts';
import type { World } from './world.ts';

const NOTHING = Buffer.alloc(0);
/** UDP may lose a datagram, here also; in milliseconds. */
const REPEAT_AFTER = 3_000;

/** The UDP socket of one lane; probes have one of their own. */
export class CoapLane {
  readonly #port: number;
  readonly #address: string | undefined;
  #socket: Socket | undefined;
  #nextPing = 0;
  #separate: CoapInput['separate'] = 'ACK';
  readonly #acknowledged = new Set<string>();
  /** By token: the code of the answer that ends an exchange. */
  #answers = new Map<string, number>();
  #resets = new Set<number>();
  #fresh = 0;
  #failure: string | undefined;
  #look: () => void = () => undefined;

  constructor({ ports }: World, address: string | undefined) {
    this.#port = ports.coap;
    this.#address = address;
  }

  async run({ datagrams, owed, separate }: CoapInput): Promise<Outcome> {
    this.#socket ??= await this.#open();
    this.#separate = separate;
    this.#answers = new Map();
    this.#resets = new Set();
    this.#fresh = 0;
    const { done, ping } = owed ? { done: () => this.#answers.has(owed.token), ping: undefined } : this.#ping();
    const met = await this.#until(done, () => {
      for (const one of ping ? [...datagrams, ping] : datagrams) this.#send(one);
    });
    const code = owed ? this.#answers.get(owed.token) : [...this.#answers.values()].at(-1);
    const known = owed && code === CODE.changed ? owed.tracked : undefined;
    // Only once for each token: a response that was not acknowledged comes again.
    const unknown = Math.max(0, this.#fresh - (known ? 1 : 0));
    const result = outcome(code === undefined ? 'unanswered' : code >= CODE.badRequest ? 'refused' : 'answered', known ? [known] : [], unknown);
    if (this.#failure !== undefined) return { ...result, failure: this.#failure };
    return met ? result : { ...result, failure: `${owed ? 'No answer to a signed request' : 'No answer to a CoAP ping'} came within ${OWED_WITHIN / 1000} s.` };
  }

  close(): void {
    this.#socket?.close();
  }

  async #open(): Promise<Socket> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1024 * 1024 });
    socket.on('error', () => undefined);
    socket.on('message', (datagram) => this.#take(datagram));
    await new Promise<void>((resolve) => socket.bind(0, this.#address, resolve));
    return socket;
  }

  /** Datagrams keep their order on this machine, so its answer comes when all before it has been read. */
  #ping(): { done: () => boolean; ping: Buffer } {
    this.#nextPing = (this.#nextPing + 1) & 0xffff;
    const messageId = this.#nextPing;
    return { done: () => this.#resets.has(messageId), ping: empty('CON', messageId) };
  }

  #until(condition: () => boolean, send: () => void): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (met: boolean): void => {
        clearInterval(repeat);
        clearTimeout(limit);
        this.#look = () => undefined;
        resolve(met);
      };
      const repeat = setInterval(send, REPEAT_AFTER);
      const limit = setTimeout(() => end(false), OWED_WITHIN);
      this.#look = () => {
        if (condition()) end(true);
      };
      send();
    });
  }

  #take(datagram: Buffer): void {
    const message = decodeMessage(datagram);
    if (!message) this.#failure = `The server sent what is no CoAP: ${datagram.toString('hex').slice(0, 200)}`;
    else this.#takeMessage(message);
    this.#look();
  }

  #takeMessage({ type, code, messageId, token }: Message): void {
    if (type === 'RST') return void this.#resets.add(messageId);
    if (type === 'CON' && this.#separate !== 'ignore') this.#send(empty(this.#separate, messageId));
    if (code === CODE.empty || code === CODE.continue) return;
    if (code === CODE.internalServerError) this.#failure = 'The answer was CoAP 5.00.';
    const name = Buffer.from(token).toString('hex');
    this.#answers.set(name, code);
    if (code !== CODE.changed || this.#acknowledged.has(name)) return;
    this.#acknowledged.add(name);
    this.#fresh += 1;
  }

  #send(datagram: Buffer): void {
    this.#socket?.send(datagram, this.#port, '127.0.0.1', () => undefined);
  }
}

function empty(type: MessageType, messageId: number): Buffer {
  return encodeMessage({ type, code: CODE.empty, messageId, token: NOTHING, options: [], payload: NOTHING });
}
