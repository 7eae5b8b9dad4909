import { randomBytes } from 'node:crypto';
import { block1Option, type Block } from '../../../core/coap/block.ts';
import { decodeMessage, encodeMessage } from '../../../core/coap/codec.ts';
import { CODE, codeText, encodeUint, OPTION, type CoapOption, type Message, type MessageType } from '../../../core/coap/message.ts';
import { digestOf, sign } from '../../../core/coap/signature.ts';
import { signingKeyOf } from '../../../core/registry/secret.ts';

export interface SignedOptions {
  id: string;
  secret: string;
  path?: string;
  payload?: string | Uint8Array;
  /** Seconds since the epoch. */
  time: number;
  nonce?: string;
  contentFormat?: number | undefined;
}

/** The options of a signed request, for all its blocks if it has several. */
export function signedOptions({ id, secret, path = '/telemetry', payload = '', time, nonce = randomBytes(9).toString('base64url'), contentFormat }: SignedOptions, inBlocks = false): CoapOption[] {
  const digest = digestOf(Buffer.from(payload));
  const mac = sign(signingKeyOf(secret), { method: 'POST', path, contentFormat, id, time: String(time), nonce, digest });
  const query = [`id=${id}`, `t=${time}`, `n=${nonce}`, `s=${mac}`, ...(inBlocks ? [`d=${digest}`] : [])];
  return [
    ...pathOptions(path),
    ...(contentFormat === undefined ? [] : [{ number: OPTION.contentFormat, value: encodeUint(contentFormat) }]),
    ...query.map((text) => ({ number: OPTION.uriQuery, value: Buffer.from(text) })),
  ];
}

export function pathOptions(path: string): CoapOption[] {
  return path.split('/').slice(1).map((segment) => ({ number: OPTION.uriPath, value: Buffer.from(segment) }));
}

/** A request as a datagram. */
export function datagram(message: Partial<Message>): Buffer {
  return encodeMessage({ type: 'CON', code: CODE.POST, messageId: 1, token: Buffer.from('tk'), options: [], payload: Buffer.alloc(0), ...message });
}

export function signedRequest(signed: SignedOptions, { type = 'CON', messageId = 1 }: { type?: MessageType; messageId?: number } = {}): Buffer {
  return datagram({ type, messageId, options: signedOptions(signed), payload: Buffer.from(signed.payload ?? '') });
}

/** A signed request in blocks, with message ids from `messageId` on. */
export function signedBlocks(signed: SignedOptions, size: number, messageId = 1): Buffer[] {
  const options = signedOptions(signed, true);
  const payload = Buffer.from(signed.payload ?? '');
  return Array.from({ length: Math.ceil(payload.length / size) }, (_, number) => blockDatagram(options, { number, more: (number + 1) * size < payload.length, size }, payload, messageId + number));
}

export function blockDatagram(options: readonly CoapOption[], block: Block, payload: Uint8Array, messageId: number): Buffer {
  return datagram({ messageId, options: [...options, block1Option(block)], payload: payload.subarray(block.number * block.size, (block.number + 1) * block.size) });
}

/** A reply in words: `ACK 2.04 #1`, with its Max-Age, Block1 and Size1 and its diagnostic where it has them. */
export function described(reply: Buffer | undefined): string {
  if (!reply) return 'silence';
  const message = decodeMessage(reply);
  if (!message) return 'malformed';
  const options = message.options.map(({ number, value }) => ` ${NAMES[number] ?? number}=${Buffer.from(value).toString('hex')}`).join('');
  return `${message.type} ${codeText(message.code)}${options}`;
}

export function diagnosticOf(reply: Buffer): string {
  return Buffer.from(decodeMessage(reply)?.payload ?? []).toString();
}

const NAMES: Readonly<Record<number, string>> = { [OPTION.maxAge]: 'Max-Age', [OPTION.block1]: 'Block1', [OPTION.size1]: 'Size1' };
