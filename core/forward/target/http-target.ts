import { Agent, request } from 'node:http';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as TlsAgent, request as requestTls } from 'node:https';
import type { Clock } from '../../clock/clock.ts';
import { messageOf } from '../../errors/holdfast-error.ts';
import type { TlsOptions } from '../../subscriber/client-options.ts';
import { compressed, jsonArray, jsonLines } from './encoding.ts';
import type { Coding } from './encoding.ts';
import { outcomeOf } from './http-outcome.ts';
import type { HttpAnswer } from './http-outcome.ts';
import type { Batch, Outcome, Target } from './target.ts';

export interface HttpTargetOptions {
  /** Of `http:` or `https:`. */
  url: URL;
  tls: TlsOptions;
  /** The value of Authorization; empty for none. */
  authorization: string;
  /** The samples as JSON lines, or as one array. */
  form: 'json-lines' | 'json';
  coding: Coding;
  /** How long an answer may take, in milliseconds. */
  timeout: number;
  clock: Clock;
}

/** One for each lane, and one in reserve. */
const CONNECTIONS = 4;
const ANSWER_BYTES = 16 * 1024;
const CONTENT_TYPES = { 'json-lines': 'application/x-ndjson', json: 'application/json' } as const;

/** A POST for each batch; a 2xx is its acknowledgement. */
export class HttpTarget implements Target {
  /** Requests on connections of their own may overtake each other. */
  readonly window = 1;
  readonly #options: HttpTargetOptions;
  readonly #agent: Agent;
  readonly #underWay = new Set<ClientRequest>();
  #connected = false;
  #closed = false;

  constructor(options: HttpTargetOptions) {
    this.#options = options;
    const { url, tls } = options;
    this.#agent = url.protocol === 'https:' ? new TlsAgent({ ...tls, keepAlive: true, maxSockets: CONNECTIONS }) : new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  }

  get name(): string {
    return this.#options.url.href;
  }

  get connected(): boolean {
    return this.#connected;
  }

  async send(batch: Batch): Promise<Outcome> {
    if (this.#closed) return { kind: 'later', reason: 'the node is closing' };
    const { form, coding, clock } = this.#options;
    const plain = form === 'json' ? jsonArray(batch.items) : jsonLines(batch.items);
    const { body, coding: used } = compressed(plain, coding);
    const headers: Record<string, string | number> = { 'Content-Type': CONTENT_TYPES[form], 'Content-Length': body.length, Accept: 'application/json' };
    if (used !== 'none') headers['Content-Encoding'] = used;
    if (this.#options.authorization !== '') headers['Authorization'] = this.#options.authorization;
    if (batch.repeated) headers['Holdfast-Repeated'] = '1';
    try {
      const answer = await this.#postAgain(body, headers);
      this.#connected = true;
      return outcomeOf(answer, clock.now());
    } catch (error) {
      this.#connected = false;
      return { kind: 'later', reason: problemOf(error) };
    }
  }

  close(): Promise<void> {
    this.#closed = true;
    for (const sent of this.#underWay) sent.destroy(new Error('the node is closing'));
    this.#agent.destroy();
    return Promise.resolve();
  }

  /** A connection that stood idle may have been closed while the request was on its way (RFC 9112, section 9.5): a new one is tried at once. */
  async #postAgain(body: Buffer, headers: Record<string, string | number>): Promise<HttpAnswer> {
    for (let attempt = 0; ; attempt += 1) {
      try {
        return await this.#post(body, attempt === 0 ? headers : { ...headers, 'Holdfast-Repeated': '1' });
      } catch (error) {
        if (!(error instanceof StaleConnection) || attempt >= CONNECTIONS) throw error;
      }
    }
  }

  #post(body: Buffer, headers: Record<string, string | number>): Promise<HttpAnswer> {
    const { url, timeout, clock } = this.#options;
    return new Promise((resolve, reject) => {
      const options: RequestOptions = { method: 'POST', headers, agent: this.#agent };
      const sent = url.protocol === 'https:' ? requestTls(url, options) : request(url, options);
      this.#underWay.add(sent);
      const limit = clock.setTimeout(() => sent.destroy(new Error(`it did not answer within ${timeout / 1_000} seconds`)), timeout);
      sent.on('response', (response) => readAnswer(response, resolve, reject));
      sent.on('error', (error) => reject(sent.reusedSocket && isBroken(error) && !this.#closed ? new StaleConnection(error.message, { cause: error }) : error));
      sent.on('close', () => {
        limit.cancel();
        this.#underWay.delete(sent);
        reject(new Error('the connection ended without an answer'));
      });
      sent.end(body);
    });
  }
}

/** A connection that was used before broke before there was an answer. */
class StaleConnection extends Error {
  readonly code = 'ECONNRESET';
}

function isBroken(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE';
}

function readAnswer(response: IncomingMessage, resolve: (answer: HttpAnswer) => void, reject: (error: Error) => void): void {
  const pieces: Buffer[] = [];
  let length = 0;
  response.on('data', (piece: Buffer) => {
    if (length < ANSWER_BYTES) pieces.push(piece);
    length += piece.length;
  });
  response.on('error', reject);
  response.on('end', () => resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'], body: Buffer.concat(pieces).subarray(0, ANSWER_BYTES).toString() }));
}

const SYSTEM: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at upstream\'s address',
  ENOTFOUND: 'there is no machine with the name of upstream',
  EAI_AGAIN: 'the name of upstream could not be looked up',
  EHOSTUNREACH: 'there is no way to upstream',
  ENETUNREACH: 'there is no way to the network of upstream',
  ETIMEDOUT: 'upstream does not answer',
  ECONNRESET: 'the connection to upstream broke',
  EPIPE: 'the connection to upstream broke',
  EPROTO: 'upstream does not speak TLS on that port',
  CERT_HAS_EXPIRED: 'the certificate of upstream has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'this machine does not trust the certificate of upstream: choose a TLS configuration that holds its authority',
  SELF_SIGNED_CERT_IN_CHAIN: 'this machine does not trust the certificate of upstream: choose a TLS configuration that holds its authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'this machine does not trust the certificate of upstream: choose a TLS configuration that holds its authority',
};

function problemOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  return SYSTEM[code] ?? `upstream cannot be reached: ${messageOf(error)}`;
}
