import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, connectAsync } from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { systemClock } from '../../../core/clock/clock.ts';
import { MqttListener } from '../../../core/mqtt/mqtt-listener.ts';
import type { MqttListenerOptions } from '../../../core/mqtt/mqtt-listener.ts';
import type { InboxRecord } from '../../../core/inbox/record.ts';
import type { PrincipalKind } from '../../../core/registry/principal.ts';
import { openRegistry } from '../../../core/registry/registry.ts';
import type { Registry } from '../../../core/registry/registry.ts';
import type { Committed } from '../../../core/sqlite/group-commit.ts';

/** The next such event, whatever else may come first: a connection that is cut may well report an error before it closes. */
export function next(emitter: MqttClient | Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => (emitter as unknown as EventEmitter).once(event, resolve));
}

/** An inbox that commits when it is told to. */
class HeldInbox {
  readonly records: InboxRecord[] = [];
  readonly waiting: Committed[] = [];
  hold = false;
  append(channel: string, record: InboxRecord, committed: Committed): void {
    assert.equal(channel, 'gateway-node');
    this.records.push(record);
    this.waiting.push(committed);
    if (!this.hold) this.answer();
  }
  answer(error?: Error): void {
    for (const committed of this.waiting.splice(0)) committed(error);
  }
  get texts(): string[] {
    return this.records.map(({ device, payload }) => `${device}: ${Buffer.from(payload).toString()}`);
  }
}

/** The acknowledgements that a client has been sent, as a list that grows. */
export function acks(one: MqttClient): string[] {
  const seen: string[] = [];
  one.on('packetreceive', ({ cmd }) => void (/^pub(ack|rec|comp)$/.test(cmd) && seen.push(cmd)));
  return seen;
}

/** The messages that a client has been sent, as a list that grows. */
export function received(one: MqttClient): string[] {
  const seen: string[] = [];
  one.on('message', (topic, payload, { retain }) => void seen.push(`${topic}: ${payload.toString()}${retain ? ' (retained)' : ''}`));
  return seen;
}

/** Subscribes. Resolves to whether the broker agreed. */
export async function granted(one: MqttClient, topic: string): Promise<boolean> {
  try {
    return (await one.subscribeAsync(topic)).every(({ qos }) => qos < 128);
  } catch {
    return false;
  }
}

export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** A listener on a free port before an inbox that commits when told to; it knows devices p1 and p2, a gateway and an application. */
export class Door {
  inbox = new HeldInbox();
  problems: string[] = [];
  #folder = '';
  #registry: Registry | undefined;
  #listener: MqttListener | undefined;
  readonly #clients: MqttClient[] = [];
  readonly #sockets: Socket[] = [];
  readonly #secrets = new Map<string, string>();

  /** A new one before each test of the suite it is called in. */
  static each(): Door {
    const door = new Door();
    beforeEach(() => door.#start());
    afterEach(() => door.#stop());
    return door;
  }

  get listener(): MqttListener {
    assert.ok(this.#listener);
    return this.#listener;
  }

  get registry(): Registry {
    assert.ok(this.#registry);
    return this.#registry;
  }

  open(options: Partial<MqttListenerOptions> = {}): Promise<MqttListener> {
    const { inbox, registry } = this;
    return MqttListener.open({ host: '127.0.0.1', port: 0, channel: 'gateway-node', inbox, registry, clock: systemClock, maximumPacketSize: 100_000, maximumConnections: 100, problem: (sentence) => void this.problems.push(sentence), ...options });
  }

  async reopen(options: Partial<MqttListenerOptions>): Promise<void> {
    await this.listener.close();
    this.#listener = await this.open(options);
  }

  issue(id: string, kind: PrincipalKind = 'device', children: string[] = []): void {
    this.#secrets.set(id, this.registry.issue({ id, kind, children }).secret);
  }

  async client(id: string, options: IClientOptions = {}): Promise<MqttClient> {
    const connected = await connectAsync({ ...this.optionsOf(id), ...options });
    // A connection that the listener cuts is what some tests are about; without a listener it would end the process.
    connected.on('error', () => undefined);
    this.#clients.push(connected);
    return connected;
  }

  /** A client that has begun to connect. */
  connect(options: IClientOptions): MqttClient {
    const connecting = connect(options);
    connecting.on('error', () => undefined);
    this.#clients.push(connecting);
    return connecting;
  }

  /** The return code with which a connection is refused. */
  async refusal(id: string, options: IClientOptions = {}): Promise<unknown> {
    return ((await next(this.connect({ ...this.optionsOf(id), ...options }), 'error')) as { code?: unknown }).code;
  }

  optionsOf(id: string): IClientOptions {
    return { host: '127.0.0.1', port: this.listener.port, clientId: id, username: id, password: this.#secrets.get(id) ?? 'none', reconnectPeriod: 0 };
  }

  async socket(): Promise<Socket> {
    const socket = connectSocket(this.listener.port, '127.0.0.1');
    this.#sockets.push(socket);
    socket.on('error', () => undefined);
    await next(socket, 'connect');
    return socket;
  }

  /** The broker has answered others meanwhile: had it something to say, it would have said it. */
  async meanwhile(): Promise<void> {
    const other = await this.client('bystander');
    for (let count = 0; count < 5; count += 1) await granted(other, 'devices/bystander/commands');
    await other.endAsync();
  }

  async #start(): Promise<void> {
    this.#folder = mkdtempSync(join(tmpdir(), 'holdfast-listener-'));
    this.#registry = openRegistry(this.#folder, systemClock);
    this.inbox = new HeldInbox();
    this.problems = [];
    for (const id of ['p1', 'p2', 'bystander']) this.issue(id);
    this.issue('gate', 'gateway', ['c1', 'c2']);
    this.issue('app', 'application');
    this.#listener = await this.open();
  }

  async #stop(): Promise<void> {
    this.inbox.answer();
    for (const one of this.#clients.splice(0)) one.end(true);
    for (const socket of this.#sockets.splice(0)) socket.destroy();
    await this.listener.close();
    this.registry.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
