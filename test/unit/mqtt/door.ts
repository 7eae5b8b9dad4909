import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, connectAsync } from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import type { IConnectPacket, Packet } from 'mqtt-packet';
import { systemClock } from '../../../core/clock/clock.ts';
import { MqttListener } from '../../../core/mqtt/mqtt-listener.ts';
import type { MqttListenerOptions } from '../../../core/mqtt/mqtt-listener.ts';
import type { Answer, Delivery, Intake } from '../../../core/intake/delivery.ts';
import type { Refusal, RefusalReason } from '../../../core/intake/refusal.ts';
import type { PrincipalKind } from '../../../core/registry/principal.ts';
import { openRegistry } from '../../../core/registry/registry.ts';
import type { Registry } from '../../../core/registry/registry.ts';
import type { Via } from '../../../core/sample/via.ts';

/** The next such event, whatever else may come first: a connection that is cut may well report an error before it closes. */
export function next(emitter: MqttClient | Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => (emitter as unknown as EventEmitter).once(event, resolve));
}

/** An intake that answers when it is told to. */
export class HeldIntake implements Intake {
  readonly deliveries: Delivery[] = [];
  readonly waiting: Answer[] = [];
  /** What the listener refused itself. */
  readonly refusals: string[] = [];
  hold = false;
  offer(delivery: Delivery, answer: Answer): void {
    assert.equal(delivery.via, 'mqtt');
    this.deliveries.push({ ...delivery, payload: Buffer.from(delivery.payload) });
    this.waiting.push(answer);
    if (!this.hold) this.answer();
  }
  refused(via: Via, device: string, reason: RefusalReason): void {
    this.refusals.push(`${via} ${device} ${reason}`);
  }
  answer(refusal?: Refusal): void {
    for (const answer of this.waiting.splice(0)) answer(refusal);
  }
  get texts(): string[] {
    return this.deliveries.map(({ device, payload }) => `${device}: ${Buffer.from(payload).toString()}`);
  }
}

/** Speaks MQTT packet by packet, and says nothing of its own accord. */
export class RawClient {
  readonly socket: Socket;
  readonly packets: Packet[] = [];
  readonly #waiting: Array<() => void> = [];

  constructor(socket: Socket) {
    this.socket = socket;
    const parser = mqttPacket.parser();
    parser.on('packet', (packet) => {
      this.packets.push(packet);
      for (const look of this.#waiting.splice(0)) look();
    });
    socket.on('data', (chunk) => void parser.parse(chunk));
  }

  send(packet: Packet): void {
    this.socket.write(mqttPacket.generate(packet));
  }

  publish(topic: string, payload: string, qos: 0 | 1 | 2, messageId: number, dup = false): void {
    this.send({ cmd: 'publish', topic, payload, qos, messageId, dup, retain: false });
  }

  /** The next packet of this kind, which is taken off the list. */
  async takes<Command extends Packet['cmd']>(command: Command): Promise<Packet & { cmd: Command }> {
    for (;;) {
      const index = this.packets.findIndex(({ cmd }) => cmd === command);
      if (index >= 0) return this.packets.splice(index, 1)[0] as Packet & { cmd: Command };
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    }
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

/** A listener on a free port before an intake that answers when told to; it knows devices p1 and p2, a gateway and an application. */
export class Door {
  intake = new HeldIntake();
  problems: string[] = [];
  #folder = '';
  #registry: Registry | undefined;
  #listener: MqttListener | undefined;
  readonly #clients: MqttClient[] = [];
  readonly #sockets: Socket[] = [];
  readonly #dead: string[] = [];
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

  /** Of the first endpoint. */
  get port(): number {
    return this.listener.ports[0] ?? 0;
  }

  get folder(): string {
    return this.#folder;
  }

  get registry(): Registry {
    assert.ok(this.#registry);
    return this.#registry;
  }

  open(options: Partial<MqttListenerOptions> = {}): Promise<MqttListener> {
    const { intake, registry } = this;
    return MqttListener.open({ endpoints: [{ transport: 'tcp', host: '127.0.0.1', port: 0 }], path: join(this.#folder, 'mqtt.sqlite'), intake, registry, clock: systemClock, maximumPacketSize: 100_000, maximumConnections: 100, problem: (sentence) => void this.problems.push(sentence), ...options });
  }

  async reopen(options: Partial<MqttListenerOptions> = {}): Promise<void> {
    await this.listener.close();
    this.#listener = await this.open(options);
  }

  /** As after a `kill -9`: the files are as they are now, and nothing that is done after this call gets into them. */
  async kill(options: Partial<MqttListenerOptions> = {}): Promise<void> {
    const dead = this.#folder;
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-listener-'));
    for (const name of readdirSync(dead)) if (/^mqtt\.sqlite(-wal)?$/.test(name)) copyFileSync(join(dead, name), join(folder, name));
    this.#folder = folder;
    this.#dead.push(dead);
    await this.listener.close();
    this.intake = new HeldIntake();
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
    return { host: '127.0.0.1', port: this.port, clientId: id, username: id, password: this.#secrets.get(id) ?? 'none', reconnectPeriod: 0 };
  }

  /** A client that says only what it is told to, packet by packet, and has begun to connect with a session that is kept. */
  async raw(id: string, options: Partial<IConnectPacket> = {}): Promise<RawClient> {
    const raw = new RawClient(await this.socket());
    raw.send({ ...this.connectPacket(id), ...options });
    return raw;
  }

  connectPacket(id: string): IConnectPacket {
    return { cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: id, clean: false, keepalive: 60, username: id, password: Buffer.from(this.#secrets.get(id) ?? 'none') };
  }

  async socket(): Promise<Socket> {
    const socket = connectSocket(this.port, '127.0.0.1');
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
    this.intake = new HeldIntake();
    this.problems = [];
    for (const id of ['p1', 'p2', 'bystander']) this.issue(id);
    this.issue('gate', 'gateway', ['c1', 'c2']);
    this.issue('app', 'application');
    this.#listener = await this.open();
  }

  async #stop(): Promise<void> {
    this.intake.answer();
    for (const one of this.#clients.splice(0)) one.end(true);
    for (const socket of this.#sockets.splice(0)) socket.destroy();
    await this.listener.close();
    this.registry.close();
    for (const folder of [this.#folder, ...this.#dead.splice(0)]) rmSync(folder, { recursive: true, force: true });
  }
}
