import { hash } from 'node:crypto';
import type { Clock, Timer } from '../clock/clock.ts';
import { decodeMessage, encodeMessage, headerOf } from './codec.ts';
import { Confirmables } from './confirmables.ts';
import { Endpoints, remoteKey, type Remote } from './endpoints.ts';
import { Exchanges } from './exchanges.ts';
import { CODE, isRequestCode, type Message, type Response } from './message.ts';
import { EXCHANGE_LIFETIME, NON_LIFETIME, SEPARATE_AFTER } from './transmission.ts';

/** A request and what can be done about it. */
export interface Exchange {
  readonly remote: Remote;
  /**
   * Takes the request for one whose sender is known: it is remembered, so that a repetition is answered and not handed up again, and may
   * be answered whenever the answer is there. False when too many are waiting for their answers, or the listener is closed.
   */
  hold(): boolean;
  /**
   * Answers, once. While the request is not held its sender is a stranger: then the answer goes out at once or never, is at most three times
   * as long as what it answers (RFC 7252 section 11.3), and a non-confirmable request, which may have been sent to a multicast
   * address, gets none (section 8.2).
   */
  reply(response: Response): void;
}

export interface MessageLayerOptions {
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  send: (datagram: Buffer, remote: Remote) => void;
  request: (message: Message, exchange: Exchange) => void;
  /** A datagram was no CoAP message. */
  malformed: (remote: Remote) => void;
  limits?: Partial<MessageLayerLimits>;
}

export interface MessageLayerLimits {
  /** Requests that wait for their answers. */
  pending: number;
  /** Requests whose answers are kept for a repetition. */
  answered: number;
  /** Separate responses that wait for their acknowledgement; beyond that they go out once. */
  confirmables: number;
  endpoints: number;
}

const LIMITS: MessageLayerLimits = { pending: 4_096, answered: 16_384, confirmables: 1_024, endpoints: 10_000 };
const AMPLIFICATION = 3;
const LONGEST_DIAGNOSTIC = 200;
const NOTHING = new Uint8Array(0);

interface Held {
  digest: string;
  message: Message;
  remote: Remote;
  /** The empty acknowledgement has gone out, so that the response is a message of its own. */
  acknowledged: boolean;
  timer: Timer | undefined;
}

/** The message layer of RFC 7252 section 4, for a server: types, repetitions, acknowledgements and separate responses. */
export class MessageLayer {
  readonly #options: MessageLayerOptions;
  readonly #limits: MessageLayerLimits;
  readonly #exchanges: Exchanges<Held>;
  readonly #confirmables: Confirmables;
  readonly #endpoints: Endpoints;
  #closed = false;

  constructor(options: MessageLayerOptions) {
    const { clock, random, send } = options;
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#exchanges = new Exchanges(clock, this.#limits.answered);
    this.#confirmables = new Confirmables(clock, random, send, this.#limits.confirmables);
    this.#endpoints = new Endpoints(clock, random, this.#limits.endpoints);
  }

  /** How many endpoints have had a request held within the lifetime of an exchange. */
  get endpoints(): number {
    return this.#endpoints.recent;
  }

  /** How much is remembered, which is bounded. */
  get remembered(): { pending: number; answered: number; confirmables: number } {
    return { pending: this.#exchanges.pending, answered: this.#exchanges.answered, confirmables: this.#confirmables.size };
  }

  receive(datagram: Buffer, remote: Remote): void {
    if (this.#closed || remote.port === 0) return;
    const message = decodeMessage(datagram);
    if (!message) {
      if (headerOf(datagram)?.type === 'CON') this.#reset(datagram.readUInt16BE(2), remote);
      this.#options.malformed(remote);
    } else if (message.type === 'ACK' || message.type === 'RST') this.#confirmables.settled(remote, message.messageId);
    else if (isRequestCode(message.code)) this.#request(message, datagram, remote);
    // An empty message is a ping; a response is to nothing that was asked.
    else if (message.type === 'CON') this.#reset(message.messageId, remote);
  }

  /** Forgets everything; what is answered later goes nowhere. */
  close(): void {
    this.#closed = true;
    this.#confirmables.close();
    this.#exchanges.clear();
  }

  #request(message: Message, datagram: Buffer, remote: Remote): void {
    const key = `${remoteKey(remote)} ${message.messageId}`;
    let digest: string | undefined;
    const digestOf = (): string => (digest ??= hash('sha256', datagram, 'binary'));
    const before = this.#exchanges.find(key, digestOf);
    if (before) {
      if (message.type === 'NON') return;
      const reply = 'answered' in before ? before.answered.reply : before.pending.acknowledged ? acknowledgement(message) : undefined;
      if (reply) this.#options.send(reply, remote);
      return;
    }
    let held: Held | undefined;
    let answered = false;
    const exchange: Exchange = {
      remote,
      hold: () => {
        if (held) return true;
        if (this.#closed || this.#exchanges.pending >= this.#limits.pending) return false;
        const begun: Held = { digest: digestOf(), message, remote, acknowledged: false, timer: undefined };
        if (!this.#exchanges.begin(key, begun)) return false;
        held = begun;
        this.#endpoints.seen(remoteKey(remote));
        return true;
      },
      reply: (response) => {
        if (answered) return;
        answered = true;
        if (held) this.#answer(key, held, response);
        else this.#answerStranger(message, datagram.length, remote, response);
      },
    };
    try {
      this.#options.request(message, exchange);
    } catch (error) {
      exchange.reply({ code: CODE.internalServerError });
      throw error;
    }
    if (held && !answered && message.type === 'CON') this.#acknowledgeLater(held);
  }

  #acknowledgeLater(held: Held): void {
    held.timer = this.#options.clock.setTimeout(() => {
      held.acknowledged = true;
      this.#options.send(acknowledgement(held.message), held.remote);
    }, SEPARATE_AFTER);
  }

  #answer(key: string, held: Held, response: Response): void {
    held.timer?.cancel();
    if (this.#closed) return;
    const { message, remote, acknowledged } = held;
    const piggybacked = message.type === 'CON' && !acknowledged;
    const confirmable = acknowledged && !this.#confirmables.full;
    const reply = encodeMessage({
      type: piggybacked ? 'ACK' : confirmable ? 'CON' : 'NON',
      messageId: piggybacked ? message.messageId : this.#endpoints.nextMessageId(remoteKey(remote)),
      token: message.token,
      code: response.code,
      options: response.options ?? [],
      payload: diagnosticOf(response, LONGEST_DIAGNOSTIC),
    });
    const repeated = piggybacked ? reply : acknowledged ? acknowledgement(message) : undefined;
    this.#exchanges.end(key, held, repeated, message.type === 'CON' ? EXCHANGE_LIFETIME : NON_LIFETIME);
    if (confirmable) this.#confirmables.send(reply, remote, reply.readUInt16BE(2));
    else this.#options.send(reply, remote);
  }

  #answerStranger(message: Message, length: number, remote: Remote, response: Response): void {
    if (message.type !== 'CON' || this.#closed) return;
    const bare: Message = { type: 'ACK', messageId: message.messageId, token: message.token, code: response.code, options: response.options ?? [], payload: NOTHING };
    const budget = length * AMPLIFICATION;
    const shortest = encodeMessage(bare);
    const room = Math.min(LONGEST_DIAGNOSTIC, budget - shortest.length - 1);
    const reply = room > 0 ? encodeMessage({ ...bare, payload: diagnosticOf(response, room) }) : shortest;
    if (reply.length <= budget) this.#options.send(reply, remote);
  }

  #reset(messageId: number, remote: Remote): void {
    this.#options.send(encodeMessage({ type: 'RST', code: CODE.empty, messageId, token: NOTHING, options: [], payload: NOTHING }), remote);
  }
}

function acknowledgement({ messageId }: Message): Buffer {
  return encodeMessage({ type: 'ACK', code: CODE.empty, messageId, token: NOTHING, options: [], payload: NOTHING });
}

/** The diagnostic in UTF-8, cut between two characters where it is too long. */
function diagnosticOf({ diagnostic = '' }: Response, longest: number): Uint8Array {
  const bytes = Buffer.from(diagnostic);
  if (bytes.length <= longest) return bytes;
  let end = longest;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}
