import { hash } from 'node:crypto';
import type { Clock } from '../clock/clock.ts';
import { DecodeError, decodePayload, formatOfCoap, type PayloadFormat } from '../decode/index.ts';
import type { Intake } from '../intake/delivery.ts';
import type { RefusalReason } from '../intake/refusal.ts';
import type { Profile } from '../profile/profile.ts';
import type { Registry } from '../registry/registry.ts';
import { sendingRight } from '../registry/sending-rights.ts';
import { BlockAssembly } from './block-assembly.ts';
import type { Block } from './block.ts';
import { CODE, type Message, type Response } from './message.ts';
import type { Exchange } from './message-layer.ts';
import { Nonces, type Use } from './nonces.ts';
import { readOptions, type RequestOptions } from './request-options.ts';
import { changed, decodeResponse, goOn, problemResponse, refusalResponse, tooLarge } from './responses.ts';
import type { SignatureCheck, SignedBy } from './signature-check.ts';
import { digestOf, WINDOW } from './signature.ts';
import { targetOf, type Target } from './target.ts';

export interface TelemetryResourceOptions {
  clock: Clock;
  intake: Intake;
  registry: Pick<Registry, 'isChild'>;
  signatures: Pick<SignatureCheck, 'principalOf'>;
  /** Largest body, in bytes. */
  maximumBodySize: number;
  profileOf: (device: string) => Profile | undefined;
  /** What was turned away: a sentence each. */
  problem: (sentence: string) => void;
}

/** Somebody who waits for the end of a request: who sent it first, or sent it again. */
interface Waiting {
  exchange: Exchange;
  block: Block | undefined;
}

/** A request whose signature is right. */
interface Signed extends SignedBy {
  exchange: Exchange;
  target: Target;
  options: RequestOptions;
  /** Whose account a refusal goes to: who signed, until it is known which device the readings are of. */
  device: string;
  /** Stands for all that was asked for but when: the same under the same nonce is a repetition. */
  content: string;
}

const MAXIMUM_NONCES = 65_536;
const NONCES_PER_PRINCIPAL = 8_192;
const WAITING_PER_NONCE = 8;
const BODIES_PER_PRINCIPAL = 4;
const BODIES_AT_ONCE = 4;
const SMALLEST_BODY_MEMORY = 4 * 1024 * 1024;

/** What POST of telemetry does: from a request with a right signature to a delivery, and from its end to a response. */
export class TelemetryResource {
  readonly #options: TelemetryResourceOptions;
  readonly #nonces: Nonces<Waiting>;
  readonly #bodies: BlockAssembly;
  acknowledged = 0;
  refused = 0;

  constructor(options: TelemetryResourceOptions) {
    const { clock, maximumBodySize } = options;
    this.#options = options;
    this.#nonces = new Nonces(clock, MAXIMUM_NONCES, NONCES_PER_PRINCIPAL);
    this.#bodies = new BlockAssembly({ clock, maximumBodySize, maximumBytes: Math.max(SMALLEST_BODY_MEMORY, BODIES_AT_ONCE * maximumBodySize), perPrincipal: BODIES_PER_PRINCIPAL });
  }

  /** How much is remembered, which is bounded. */
  get remembered(): { nonces: number; bodyBytes: number } {
    return { nonces: this.#nonces.size, bodyBytes: this.#bodies.bytes };
  }

  handle(message: Message, exchange: Exchange): void {
    const options = readOptions(message.options);
    const target = targetOf(options.path);
    if (options.unsupported !== undefined) return this.#fault(exchange, CODE.badOption, `The critical option ${options.unsupported} is not understood.`);
    if (options.proxied) return this.#fault(exchange, CODE.proxyingNotSupported, 'This is no proxy.');
    if (!target) return this.#fault(exchange, CODE.notFound, 'POST readings to /telemetry or /devices/<device>/telemetry.');
    if (message.code !== CODE.POST) return this.#fault(exchange, CODE.methodNotAllowed, 'Only POST is allowed.');
    const checked = this.#options.signatures.principalOf(message, options, target, exchange.remote);
    if ('response' in checked) {
      this.refused += 1;
      if (checked.reason) this.#options.intake.refused('coap', '', checked.reason);
      if (checked.response) exchange.reply(checked.response);
      return;
    }
    const content = hash('sha256', `${target.path} ${options.contentFormat ?? ''} ${checked.signature.digest}`, 'binary');
    const signed = { ...checked, exchange, target, options, content, device: checked.principal.id };
    if (!exchange.hold()) return this.#refuse(signed, 'inbox-full', 'Too many requests wait for their answers. Try again.', 1_000);
    this.#admit(signed, message.payload);
  }

  /** Is the request a new one, or the repetition of one? Only a new one goes on. */
  #admit(signed: Signed, payload: Uint8Array): void {
    const { exchange, principal, signature, options } = signed;
    const now = this.#options.clock.now();
    const time = Number(signature.time) * 1_000;
    if (Math.abs(now - time) > WINDOW) return this.#refuse(signed, 'replayed', `The time of the request is not within ${WINDOW / 1_000} s of the time here, which is ${Math.floor(now / 1_000)}.`);
    const use = this.#nonces.find(principal.id, signature.nonce);
    if (!use) return this.#receive(signed, payload, time + WINDOW);
    if (use.content !== signed.content) return this.#refuse(signed, 'replayed', 'Another request had this nonce before. Take a new one for every message.');
    use.until = Math.max(use.until, time + WINDOW);
    if (!use.waiting) return exchange.reply(changed(options.block1));
    if (use.waiting.length < WAITING_PER_NONCE) use.waiting.push({ exchange, block: options.block1 });
    else this.#refuse(signed, 'inbox-full', 'This request is waiting for its answer already.', 1_000);
  }

  #receive(signed: Signed, payload: Uint8Array, until: number): void {
    const { exchange, principal, target, signature, options } = signed;
    const { maximumBodySize, registry } = this.#options;
    const { block1, size1, contentFormat } = options;
    const sender = sendingRight(principal, target.device, (device) => registry.isChild(principal.id, device));
    if ('forbidden' in sender) return this.#refuse(signed, 'forbidden', sender.forbidden);
    signed.device = sender.device;
    const format = contentFormat === undefined ? (this.#options.profileOf(sender.device)?.format ?? 'auto') : formatOfCoap(contentFormat);
    if (!format) return this.#refuse(signed, 'unsupported-format', `The content format ${String(contentFormat)} is not taken here: use 0, 50, 60, 110 or 112.`);
    if ((size1 ?? 0) > maximumBodySize || payload.length > maximumBodySize) return this.#tooLarge(signed, `The body is larger than ${maximumBodySize} bytes.`);
    if (!block1) return this.#deliver(signed, payload, format, until);

    const progress = this.#bodies.take(principal.id, signature.nonce, block1, payload);
    switch (progress.kind) {
      case 'continue':
        return exchange.reply(goOn(block1));
      case 'complete':
        // The signature covers this digest: what does not have it is not what was signed, whoever put it there.
        if (signature.digest === digestOf(progress.payload)) return this.#deliver(signed, progress.payload, format, until);
        return this.#unfinished(signed, CODE.requestEntityIncomplete, 'The body has not the digest that was signed. Send it again from block 0.');
      case 'bad':
        return this.#unfinished(signed, CODE.badRequest, progress.diagnostic);
      case 'incomplete':
        return this.#unfinished(signed, CODE.requestEntityIncomplete, progress.diagnostic);
      case 'too-large':
        return this.#tooLarge(signed, progress.diagnostic);
      case 'no-room':
        return this.#refuse(signed, 'inbox-full', progress.diagnostic, 5_000);
    }
  }

  #deliver(signed: Signed, payload: Uint8Array, format: PayloadFormat, until: number): void {
    const { principal, target, signature, exchange, options, device } = signed;
    const { clock, intake, profileOf } = this.#options;
    const profile = profileOf(device);
    try {
      decodePayload(payload, { received: clock.now(), format, ...(profile && { profile }) });
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.#count(device, error.reason);
      return exchange.reply(decodeResponse(error, options.block1));
    }
    const use: Use<Waiting> = { content: signed.content, until, waiting: [{ exchange, block: options.block1 }] };
    this.#nonces.add(principal.id, signature.nonce, use);
    const attempt = { session: `coap:${principal.id}`, packet: signature.nonce, repeated: true };
    intake.offer({ via: 'coap', device, principal: principal.id, topic: target.path, payload, format, attempt, patience: 0 }, (refusal) => {
      const waiting = use.waiting ?? [];
      use.waiting = undefined;
      // What was refused may come again with the same nonce: nothing of it is stored.
      if (refusal) this.#nonces.remove(principal.id, signature.nonce, use);
      if (refusal) this.refused += 1;
      else this.acknowledged += 1;
      for (const { exchange: one, block } of waiting) one.reply(refusal ? refusalResponse(refusal, block) : changed(block));
    });
  }

  /** What never was a message of anybody, so that the ledger has no account for it. */
  #fault(exchange: Exchange, code: number, diagnostic: string): void {
    this.refused += 1;
    exchange.reply(problemResponse(code, diagnostic));
  }

  /** A body that was not received whole is not a message yet. */
  #unfinished({ exchange, options }: Signed, code: number, diagnostic: string): void {
    exchange.reply(problemResponse(code, diagnostic, options.block1));
  }

  #tooLarge({ exchange, device, options }: Signed, message: string): void {
    this.#count(device, 'too-large');
    exchange.reply(tooLarge(message, this.#options.maximumBodySize, options.block1));
  }

  #refuse({ exchange, principal, device, options }: Signed, reason: RefusalReason, message: string, retryAfter?: number): void {
    this.#count(device, reason);
    this.#options.problem(`A CoAP request of ${principal.id} at ${exchange.remote.address} was refused: ${message}`);
    const response: Response = refusalResponse({ reason, message, ...(retryAfter === undefined ? {} : { retryAfter }) }, options.block1);
    exchange.reply(response);
  }

  #count(device: string, reason: RefusalReason): void {
    this.refused += 1;
    this.#options.intake.refused('coap', device, reason);
  }
}
