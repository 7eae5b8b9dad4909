import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock/clock.ts';
import { DecodeError, decodePayload } from '../decode/index.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import type { Delivery, Intake } from '../intake/delivery.ts';
import { offerForwarded, readForwarded } from '../intake/forwarded-batch.ts';
import type { Refusal, RefusalReason } from '../intake/refusal.ts';
import type { Turns, Work } from '../intake/turns.ts';
import { Body } from '../network/body.ts';
import type { MemoryBudget } from '../network/memory-budget.ts';
import type { Profile } from '../profile/profile.ts';
import type { Connection } from './connection.ts';
import { inflate } from './inflate.ts';
import type { Logins, Sender } from './logins.ts';
import { accountOf, bodyOf, faulty, headersOf, malformed, refused, rejectionOf } from './rejection.ts';
import type { Rejection } from './rejection.ts';
import { routeOf } from './route.ts';
import type { Route } from './route.ts';
import { telemetryHeaders } from './telemetry-headers.ts';
import type { TelemetryHeaders } from './telemetry-headers.ts';

/** What every exchange of a listener shares. */
export interface ExchangeContext {
  readonly intake: Intake;
  readonly clock: Clock;
  readonly logins: Logins;
  readonly budget: MemoryBudget;
  /** Of the gateways that forward samples. */
  readonly turns: Turns;
  readonly maximumBodySize: number;
  readonly stopping: boolean;
  profileOf(device: string): Profile | undefined;
  acknowledged(): void;
  /** `account`: the reason under which the ledger counts it; undefined where the intake has counted it, or there is nothing to count. */
  refused(device: string, account: RefusalReason | undefined): void;
  problem(sentence: string): void;
}

/** A refused body up to this size is thrown away as it comes, so that its connection can be used again. */
const SKIPPED = 64 * 1024;
/** Of a larger one so much is read on, for so long, that the client gets to see the answer (RFC 9112, section 9.6). */
const LINGER_BYTES = 1024 * 1024;
const LINGER = 2_000;
const HEALTHY = Buffer.from('{"status":"ok"}');

/** One request and its answer. */
export class Exchange {
  readonly #context: ExchangeContext;
  readonly #connection: Connection;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  /** Whether the client waits to be told before it sends the body (RFC 9110, section 10.1.1). */
  readonly #expects: boolean;
  #sender: Sender = { device: '', principal: '' };
  #held = 0;
  #answered = false;

  constructor(context: ExchangeContext, connection: Connection, request: IncomingMessage, response: ServerResponse, expects: boolean) {
    this.#context = context;
    this.#connection = connection;
    this.#request = request;
    this.#response = response;
    this.#expects = expects;
  }

  /** Reads the header and, when all is right in it, the body. */
  start(): void {
    if (this.#answered) return;
    this.#guarded(() => this.#admit());
  }

  #admit(): void {
    const { method, url, headers } = this.#request;
    if (this.#context.stopping) return this.reject(refused('stopping', 'The gateway is stopping. Send again in a moment.', { retryAfter: 1_000, close: true }));
    const route = routeOf(method, url);
    switch (route.kind) {
      case 'unknown':
        return this.reject(faulty('not-found', 'There is nothing at this address. POST readings to /telemetry or to /devices/<device>/telemetry.'));
      case 'method':
        return this.reject(faulty('method', `This address takes ${route.allow} only. POST readings to /telemetry or to /devices/<device>/telemetry.`, { headers: { Allow: route.allow } }));
      case 'health':
        return this.#send(200, { 'Content-Type': 'application/json', 'Content-Length': HEALTHY.length }, HEALTHY);
      case 'forward':
      case 'telemetry': {
        const { logins } = this.#context;
        const sender = route.kind === 'forward' ? logins.forwarder(this.#connection, headers.authorization) : logins.sender(this.#connection, headers.authorization, route.device);
        if ('rejection' in sender) {
          this.#sender = { ...this.#sender, device: sender.device };
          return this.reject(sender.rejection);
        }
        this.#sender = sender;
        const described = telemetryHeaders(headers, this.#context.maximumBodySize);
        return 'status' in described ? this.reject(described) : this.#readBody(described, route);
      }
    }
  }

  /** Whether some of its body has not arrived. */
  get incomplete(): boolean {
    return !this.#request.complete;
  }

  /** Refuses, unless it has been answered. */
  reject(rejection: Rejection): void {
    if (this.#answered) return;
    const { device } = this.#sender;
    this.#context.refused(device, accountOf(rejection));
    this.#context.problem(`A request of ${device === '' ? 'a client' : device} at ${this.#connection.address} was refused: ${rejection.message}`);
    this.#answer(rejection);
  }

  /** The response has been sent, or its connection is gone. */
  over(): void {
    this.#answered = true;
    this.#letGo();
  }

  /** Ends a connection that only waits for the client to take note of the answer. */
  finish(): void {
    this.#response.end();
  }

  #readBody(described: TelemetryHeaders, route: Route & { path: string }): void {
    const { maximumBodySize } = this.#context;
    const body = new Body();
    this.#connection.reading = this;
    this.#request.on('data', (piece: Buffer) => {
      if (this.#answered) return;
      if (body.length + piece.length > maximumBodySize) return this.reject(refused('too-large', `The body is larger than the ${maximumBodySize} bytes that are taken at once. Send fewer samples in a request.`));
      if (this.#hold(body.heldWith(piece.length) - body.held)) body.add(piece);
    });
    this.#request.on('end', () => {
      if (!this.#answered) this.#guarded(() => this.#received(body.bytes, described, route));
    });
    if (this.#expects) this.#response.writeContinue();
  }

  /** Whether there was room for so many bytes more; else the request is refused. */
  #hold(bytes: number): boolean {
    if (!this.#context.budget.take(bytes)) {
      this.reject(refused('inbox-full', 'The gateway holds as much as it can until the disk has caught up. Send again in a moment.', { retryAfter: 1_000 }));
      return false;
    }
    this.#held += bytes;
    return true;
  }

  #received(body: Uint8Array, described: TelemetryHeaders, route: Route & { path: string }): void {
    this.#connection.read(this);
    const payload = inflate(body, described.coding, this.#context.maximumBodySize);
    if ('status' in payload) return this.reject(payload);
    if (payload !== body && !this.#hold(payload.length)) return;
    if (route.kind === 'forward') this.#context.turns.do(this.#sender.principal, { work: this.#offerForwarded(payload, described, route.path), bytes: payload.length, failed: (error) => this.#failed(error) });
    else this.#offerTelemetry(payload, described, route.path);
  }

  *#offerForwarded(payload: Uint8Array, { repeated }: TelemetryHeaders, topic: string): Work {
    const { intake, logins } = this.#context;
    const { principal } = this.#sender;
    const lines = yield* readForwarded(payload);
    // The client has gone, and will send all of it again.
    if (this.#answered) return;
    for (const { sample } of lines) {
      const forbidden = logins.forbids(principal, sample.device);
      if (forbidden !== undefined) return this.reject(refused('forbidden', forbidden, { device: sample.device }));
    }
    yield* offerForwarded(intake, { via: 'http', principal, topic, lines, repeated, deviceOf: ({ device }) => device }, (refusal, device) => this.#ended(principal, refusal, device));
  }

  #offerTelemetry(payload: Uint8Array, described: TelemetryHeaders, path: string): void {
    const { device, principal } = this.#sender;
    const profile = this.#context.profileOf(device);
    const format = described.format === 'auto' ? (profile?.format ?? 'auto') : described.format;
    decodePayload(payload, { received: this.#context.clock.now(), format, ...(profile && { profile }) });
    const delivery: Delivery = { via: 'http', device, principal, topic: path, payload, format, patience: 0 };
    if (described.key !== undefined) delivery.attempt = { session: `http:${principal}`, packet: described.key, repeated: true };
    this.#context.intake.offer(delivery, (refusal) => this.#ended(device, refusal));
  }

  /** @param of the device that was refused, where several were sent for. */
  #ended(device: string, refusal: Refusal | undefined, of?: string): void {
    // The client may have gone meanwhile: then it was not told, and will send again.
    if (this.#answered) return;
    if (refusal) {
      this.#context.refused(device, undefined);
      return this.#answer({ ...rejectionOf(refusal), ...(of !== undefined && { device: of }) });
    }
    this.#answered = true;
    this.#context.acknowledged();
    this.#response.writeHead(204).end();
  }

  #answer(rejection: Rejection): void {
    const body = bodyOf(rejection);
    this.#send(rejection.status, headersOf(rejection, body.length), body);
  }

  /** Sends an answer that does not wait for the rest of the request. */
  #send(status: number, headers: Record<string, string | number>, body: Uint8Array): void {
    this.#answered = true;
    this.#letGo();
    const rest = this.#restOfBody();
    this.#response.writeHead(status, rest === 'long' ? { ...headers, Connection: 'close' } : headers);
    if (rest === 'long') {
      this.#response.write(body);
      this.#linger();
    } else {
      this.#response.end(body);
      this.#request.resume();
    }
  }

  /** What is still to come of the request: nothing (that can be read), little enough to be thrown away, or more, or who knows. */
  #restOfBody(): 'none' | 'short' | 'long' {
    const { complete, headers } = this.#request;
    const { 'content-length': length = '0', 'transfer-encoding': transfer } = headers;
    if (complete || this.#connection.broken || (length === '0' && transfer === undefined)) return 'none';
    return transfer === undefined && !this.#expects && Number(length) <= SKIPPED ? 'short' : 'long';
  }

  /** The answer is out; now the client may take note of it, before the connection ends under its hands. */
  #linger(): void {
    this.#connection.lingering = this;
    const timer = this.#context.clock.setTimeout(() => this.finish(), LINGER);
    let discarded = 0;
    this.#request.on('data', (chunk: Buffer) => {
      discarded += chunk.length;
      if (discarded > LINGER_BYTES) this.finish();
    });
    this.#request.on('end', () => this.finish());
    this.#response.on('close', () => timer.cancel());
  }

  #letGo(): void {
    this.#connection.read(this);
    this.#context.budget.giveBack(this.#held);
    this.#held = 0;
  }

  /** An error that is nobody's fault but ours must not end the process, which serves others as well. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    if (error instanceof DecodeError) return this.reject(malformed(error));
    this.#context.problem(`A request failed: ${messageOf(error)}`);
    this.reject(faulty('internal', 'The gateway could not handle this request; its log says why. Send again later.'));
  }
}
