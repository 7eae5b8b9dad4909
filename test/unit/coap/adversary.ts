import { decodeMessage } from '../../../core/coap/codec.ts';
import type { Remote } from '../../../core/coap/endpoints.ts';
import { CODE } from '../../../core/coap/message.ts';
import { ACK_TIMEOUT, MAX_RETRANSMIT } from '../../../core/coap/transmission.ts';
import type { Harbour } from './harbour.ts';
import { blockDatagram, datagram, signedOptions, type SignedOptions } from './requests.ts';

export interface Adversity {
  /** Shares of all datagrams. */
  loss: number;
  duplication: number;
  /** Longest time on the way, in milliseconds; each datagram takes one of its own, so they overtake each other. */
  delay: number;
}

/** A network between devices and a server that loses, doubles and reorders, on the harbour's clock. */
export class Network {
  readonly #harbour: Harbour;
  readonly #random: () => number;
  readonly #adversity: Adversity;
  readonly #receivers = new Map<number, (datagram: Buffer) => void>();

  constructor(harbour: Harbour, random: () => number, adversity: Adversity) {
    this.#harbour = harbour;
    this.#random = random;
    this.#adversity = adversity;
  }

  attach(port: number, receive: (datagram: Buffer) => void): Remote {
    this.#receivers.set(port, receive);
    return { address: '192.0.2.1', port };
  }

  toServer(bytes: Buffer, remote: Remote): void {
    this.#carry(() => this.#harbour.server.receive(bytes, remote));
  }

  /** Carries what the server has sent since. */
  deliver(): void {
    for (const { datagram: bytes, remote } of this.#harbour.sent.splice(0)) this.#carry(() => this.#receivers.get(remote.port)?.(bytes));
  }

  #carry(arrive: () => void): void {
    const { loss, duplication, delay } = this.#adversity;
    const copies = this.#random() < loss ? 0 : this.#random() < duplication ? 2 : 1;
    for (let copy = 0; copy < copies; copy += 1) this.#harbour.clock.setTimeout(arrive, this.#random() * delay);
  }
}

/** A device that sends one message after another, each until it is told 2.04, as RFC 7252 has it; it restarts now and then. */
export class Device {
  readonly acknowledged: string[] = [];
  readonly #harbour: Harbour;
  readonly #network: Network;
  readonly #random: () => number;
  readonly #remote: Remote;
  readonly #messages: { signed: Omit<SignedOptions, 'time'>; blockSize: number; confirmable: boolean }[];
  #messageId = 0;
  /** What it waits for: an answer to this token. */
  #expected = '';
  #tokens = 0;
  #block = 0;

  constructor(harbour: Harbour, network: Network, random: () => number, port: number, payloads: readonly string[]) {
    this.#harbour = harbour;
    this.#network = network;
    this.#random = random;
    this.#remote = network.attach(port, (bytes) => this.#receive(bytes));
    const id = port % 2 === 0 ? 'p1' : 'p2';
    this.#messages = payloads.map((payload, index) => ({
      signed: { id, secret: `secret of ${id}`, payload, nonce: `${port}-${index}-nonce`, contentFormat: 50 }, blockSize: random() < 0.3 ? 16 : 0, confirmable: random() < 0.8,
    }));
    this.#next();
  }

  get done(): boolean {
    return this.#messages.length === 0;
  }

  /** Sends the message at the head, or its present block, as a new request. */
  #next(): void {
    const [message] = this.#messages;
    if (!message) return;
    // A device that starts anew counts from the beginning again.
    if (this.#random() < 0.05) this.#messageId = 0;
    const { signed, blockSize, confirmable } = message;
    const payload = Buffer.from(signed.payload ?? '');
    const messageId = (this.#messageId += 1);
    const options = signedOptions({ ...signed, time: Math.floor(this.#harbour.clock.now() / 1_000) }, blockSize > 0);
    const bytes =
      blockSize > 0
        ? blockDatagram(options, { number: this.#block, more: (this.#block + 1) * blockSize < payload.length, size: blockSize }, payload, messageId)
        : datagram({ type: confirmable ? 'CON' : 'NON', messageId, options, payload });
    this.#tokens += 1;
    // The token tells answers to this request from those to an earlier one that come late.
    this.#expected = String(this.#tokens % 90 + 10);
    bytes.write(this.#expected, 4, 'latin1');
    this.#transmit(bytes, this.#tokens, blockSize > 0 || confirmable ? 0 : MAX_RETRANSMIT, ACK_TIMEOUT);
  }

  #transmit(bytes: Buffer, token: number, attempt: number, timeout: number): void {
    if (token !== this.#tokens) return;
    this.#network.toServer(bytes, this.#remote);
    this.#harbour.clock.setTimeout(() => {
      if (token !== this.#tokens) return;
      if (attempt < MAX_RETRANSMIT) this.#transmit(bytes, token, attempt + 1, timeout * 2);
      else this.#next();
    }, timeout * (1 + this.#random() / 2));
  }

  #receive(bytes: Buffer): void {
    const message = decodeMessage(bytes);
    if (!message) throw new Error(`The server sent ${bytes.toString('hex')}.`);
    if (message.type === 'CON') this.#network.toServer(datagram({ type: 'ACK', code: 0, token: Buffer.alloc(0), messageId: message.messageId }), this.#remote);
    if (message.code === CODE.empty || Buffer.from(message.token).toString('latin1') !== this.#expected) return;
    this.#expected = '';
    this.#tokens += 1;
    if (message.code === CODE.continue) this.#block += 1;
    else if (message.code === CODE.changed) this.#acknowledge();
    else if (message.code === CODE.requestEntityIncomplete) this.#block = 0;
    else if (message.code !== CODE.serviceUnavailable) throw new Error(`The server answered ${message.code.toString(16)}: ${Buffer.from(message.payload).toString()}`);
    this.#harbour.clock.setTimeout(() => this.#next(), 100);
  }

  #acknowledge(): void {
    this.acknowledged.push(String(this.#messages.shift()?.signed.payload));
    this.#block = 0;
  }
}
