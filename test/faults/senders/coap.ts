import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { setTimeout as wait } from 'node:timers/promises';
import { decodeMessage, encodeMessage } from '../../../core/coap/codec.ts';
import { CODE, codeText, decodeUint, OPTION } from '../../../core/coap/message.ts';
import type { Message } from '../../../core/coap/message.ts';
import { RETRY_DELAY } from './sender.ts';
import type { Sender, SenderOptions } from './sender.ts';

/** A tenth of RFC 7252's: the network is this machine, and a run should not take ten times as long. In milliseconds. */
const ACK_TIMEOUT = 200;
const ACK_RANDOM_FACTOR = 1.5;
const MAX_RETRANSMIT = 4;
/** How long a separate response may take to come before the request is sent anew, in milliseconds. */
const RESPONSE_LIMIT = 3_000;
const LONGEST_WAIT = 1_000;
const JSON_FORMAT = 50;

interface Exchange {
  messageId: number;
  acknowledged: () => void;
  answered: (response: Message | undefined) => void;
}

/**
 * CoAP with confirmable requests, signed as docs/coap.md says. While an exchange lasts, what is repeated is the same datagram; after it was
 * given up, the same payload with the same nonce, under a new message id and signed anew with the time of the new try.
 */
export function coapSender({ port, device, secret }: SenderOptions): Sender {
  const key = createHmac('sha256', secret).update('holdfast coap v1').digest();
  const socket = createSocket('udp4');
  const exchanges = new Map<string, Exchange>();
  let nextMessageId = randomBytes(2).readUInt16BE();
  socket.on('error', () => undefined);
  socket.on('message', (datagram) => {
    const message = decodeMessage(datagram);
    if (!message) return;
    if (message.type === 'CON') socket.send(encodeMessage({ type: 'ACK', code: CODE.empty, messageId: message.messageId, token: EMPTY, options: [], payload: EMPTY }), port, '127.0.0.1');
    if (message.code !== CODE.empty) return exchanges.get(tokenText(message.token))?.answered(message);
    const exchange = [...exchanges.values()].find(({ messageId }) => messageId === message.messageId);
    if (message.type === 'ACK') exchange?.acknowledged();
    else exchange?.answered(undefined);
  });

  /** One exchange: undefined when nothing came of it. */
  const exchange = (request: Pick<Message, 'options' | 'payload'>): Promise<Message | undefined> =>
    new Promise((resolve) => {
      const messageId = nextMessageId;
      nextMessageId = (nextMessageId + 1) & 0xffff;
      const token = randomBytes(8);
      const datagram = encodeMessage({ type: 'CON', code: CODE.POST, messageId, token, ...request });
      let timeout = ACK_TIMEOUT * (1 + Math.random() * (ACK_RANDOM_FACTOR - 1));
      let attempts = 0;
      let timer: NodeJS.Timeout;
      const answered = (response: Message | undefined): void => {
        clearTimeout(timer);
        exchanges.delete(tokenText(token));
        resolve(response);
      };
      const acknowledged = (): void => {
        clearTimeout(timer);
        timer = setTimeout(answered, RESPONSE_LIMIT, undefined);
      };
      const attempt = (): void => {
        if (attempts++ > MAX_RETRANSMIT) return answered(undefined);
        socket.send(datagram, port, '127.0.0.1');
        timer = setTimeout(attempt, timeout);
        timeout *= 2;
      };
      exchanges.set(tokenText(token), { messageId, acknowledged, answered });
      attempt();
    });

  return {
    async send(_row, payload) {
      const nonce = randomBytes(12).toString('base64url');
      for (;;) {
        const answer = await exchange(signedRequest(device, key, nonce, Buffer.from(payload)));
        if (answer?.code === CODE.changed) return;
        const mayRetry = !answer || answer.code === CODE.serviceUnavailable;
        if (!mayRetry) throw new Error(`${device}: CoAP ${codeText(answer.code)} ${Buffer.from(answer.payload).toString().slice(0, 300)}`);
        const maxAge = answer?.options.find(({ number }) => number === OPTION.maxAge);
        await wait(Math.min(LONGEST_WAIT, Math.max(RETRY_DELAY, maxAge ? decodeUint(maxAge.value) * 1_000 : 0)));
      }
    },
    close() {
      socket.close();
      return Promise.resolve();
    },
  };
}

const EMPTY = new Uint8Array(0);

function signedRequest(device: string, key: Buffer, nonce: string, payload: Buffer): Pick<Message, 'options' | 'payload'> {
  const path = ['devices', device, 'telemetry'];
  const time = Math.floor(Date.now() / 1_000);
  const digest = createHash('sha256').update(payload).digest('base64url');
  const signed = ['holdfast coap v1', 'POST', `/${path.join('/')}`, JSON_FORMAT, device, time, nonce, digest].join('\n');
  const signature = createHmac('sha256', key).update(signed).digest('base64url');
  const option = (number: number, text: string): Message['options'][number] => ({ number, value: Buffer.from(text) });
  return {
    payload,
    options: [
      ...path.map((part) => option(OPTION.uriPath, part)),
      { number: OPTION.contentFormat, value: Uint8Array.of(JSON_FORMAT) },
      ...[`id=${device}`, `t=${time}`, `n=${nonce}`, `s=${signature}`].map((text) => option(OPTION.uriQuery, text)),
    ],
  };
}

function tokenText(token: Uint8Array): string {
  return Buffer.from(token).toString('hex');
}
