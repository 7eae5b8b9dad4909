import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../core/clock/clock.ts';
import { HttpListener } from '../../../core/http/http-listener.ts';
import type { HttpListenerOptions } from '../../../core/http/http-listener.ts';
import type { Answer, Delivery, Intake } from '../../../core/intake/delivery.ts';
import type { Refusal, RefusalReason } from '../../../core/intake/refusal.ts';
import type { PrincipalKind } from '../../../core/registry/principal.ts';
import { openRegistry } from '../../../core/registry/registry.ts';
import type { Registry } from '../../../core/registry/registry.ts';
import type { Via } from '../../../core/sample/via.ts';

/** An intake that answers when it is told to. */
export class HeldIntake implements Intake {
  readonly deliveries: Delivery[] = [];
  readonly waiting: Answer[] = [];
  readonly counted: string[] = [];
  hold = false;
  refusal: Refusal | undefined;

  offer(delivery: Delivery, answer: Answer): void {
    this.deliveries.push(delivery);
    this.waiting.push(answer);
    if (!this.hold) this.answer();
  }

  answer(): void {
    for (const answer of this.waiting.splice(0)) answer(this.refusal);
  }

  refused(via: Via, device: string, reason: RefusalReason): void {
    this.counted.push(`${via} ${device === '' ? '-' : device} ${reason}`);
  }

  get texts(): string[] {
    return this.deliveries.map(({ device, payload }) => `${device}: ${Buffer.from(payload).toString()}`);
  }
}

export interface Reply {
  status: number;
  headers: Headers;
  /** What stands under `error` in the body of a refusal. */
  error: { code?: string; reason?: string; message?: string; position?: number };
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A connection on which bytes are sent as they are. */
export class RawClient {
  readonly socket: Socket;
  text = '';
  closed = false;
  /** What broke the connection, where it did not just end. */
  broken: string | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => (this.text += chunk.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.broken = error.code));
    socket.on('close', () => (this.closed = true));
  }

  send(text: string | Uint8Array): this {
    this.socket.write(text);
    return this;
  }

  /** The status codes of the answers so far, in their order. */
  get statuses(): number[] {
    return [...this.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  }

  async answers(count: number): Promise<number[]> {
    await until(() => this.statuses.length >= count || this.closed);
    return this.statuses;
  }

  async end(): Promise<void> {
    await until(() => this.closed);
  }
}

/** A listener on a free port before an intake that answers when told to; it knows devices p1 and p2, a gateway and an application. */
export class Door {
  intake = new HeldIntake();
  problems: string[] = [];
  #folder = '';
  #registry: Registry | undefined;
  #listener: HttpListener | undefined;
  readonly #sockets: Socket[] = [];
  readonly #secrets = new Map<string, string>();

  /** A new one before each test of the suite it is called in. */
  static each(options: Partial<HttpListenerOptions> = {}): Door {
    const door = new Door();
    beforeEach(() => door.#start(options));
    afterEach(() => door.#stop());
    return door;
  }

  get listener(): HttpListener {
    assert.ok(this.#listener);
    return this.#listener;
  }

  get registry(): Registry {
    assert.ok(this.#registry);
    return this.#registry;
  }

  open(options: Partial<HttpListenerOptions> = {}): Promise<HttpListener> {
    const { intake, registry } = this;
    return HttpListener.open({
      host: '127.0.0.1', port: 0, intake, registry, clock: systemClock, maximumBodySize: 100_000, maximumConnections: 100, timeouts: { close: 50 },
      problem: (sentence) => void this.problems.push(sentence), ...options,
    });
  }

  async reopen(options: Partial<HttpListenerOptions>): Promise<void> {
    await this.listener.close();
    this.#listener = await this.open(options);
  }

  issue(id: string, kind: PrincipalKind = 'device', children: string[] = []): string {
    const { secret } = this.registry.issue({ id, kind, children });
    this.#secrets.set(id, secret);
    return secret;
  }

  secretOf(id: string): string {
    return this.#secrets.get(id) ?? 'none';
  }

  basic(id: string): string {
    return `Basic ${Buffer.from(`${id}:${this.secretOf(id)}`).toString('base64')}`;
  }

  get url(): string {
    return `http://127.0.0.1:${this.listener.port}`;
  }

  /** Posts as p1 to /telemetry, but for what is given. Headers that are empty are left out. */
  async post(body: string | Uint8Array | null, { id = 'p1', path = '/telemetry', headers = {}, method = 'POST' }: { id?: string; path?: string; headers?: Record<string, string>; method?: string } = {}): Promise<Reply> {
    const all = { 'content-type': 'application/json', authorization: this.basic(id), ...headers };
    const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    // Bytes get no Content-Type of their own from fetch, a text would.
    const bytes = body === null ? null : Buffer.from(body);
    const response = await fetch(this.url + path, { method, headers: given, body: bytes });
    const text = await response.text();
    const parsed = text === '' ? {} : (JSON.parse(text) as { error?: Reply['error'] });
    return { status: response.status, headers: response.headers, error: parsed.error ?? {} };
  }

  /** The head of a request of p1, with its blank line. */
  head(fields: string, path = '/telemetry', id = 'p1'): string {
    return `POST ${path} HTTP/1.1\r\nHost: h\r\nAuthorization: ${this.basic(id)}\r\nContent-Type: application/json\r\n${fields}\r\n\r\n`;
  }

  /** A whole request of p1. */
  request(body: string): string {
    return this.head(`Content-Length: ${body.length}`) + body;
  }

  async raw(): Promise<RawClient> {
    const socket = connectSocket({ port: this.listener.port, host: '127.0.0.1', noDelay: true });
    this.#sockets.push(socket);
    const client = new RawClient(socket);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return client;
  }

  async #start(options: Partial<HttpListenerOptions>): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), 'holdfast-http-'));
    this.#registry = openRegistry(this.#folder, systemClock);
    this.intake = new HeldIntake();
    this.problems = [];
    for (const id of ['p1', 'p2', 'urn:p:3']) this.issue(id);
    this.issue('gate', 'gateway', ['c1', 'c2']);
    this.issue('app', 'application');
    this.#listener = await this.open(options);
  }

  async #stop(): Promise<void> {
    for (const socket of this.#sockets.splice(0)) socket.destroy();
    this.intake.answer();
    await this.listener.close();
    this.registry.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
