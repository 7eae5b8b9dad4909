import { createSocket } from 'node:dgram';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createRandom } from '../../core/simulator/random.ts';
import { COUNT_READINGS } from '../../core/store/embedded/layout.ts';
import { BackendApi } from '../support/backend-api.ts';
import { freePorts, startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { startBroker } from './broker.ts';
import type { Broker } from './broker.ts';
import { BACKEND_ID, faultFlow } from './flow.ts';
import type { Options } from './options.ts';
import type { FaultDevice } from './rows.ts';
import { mountSmallDisk } from './small-disk.ts';
import type { SmallDisk } from './small-disk.ts';
import { TcpProxy } from './tcp-proxy.ts';
import { UdpProxy } from './udp-proxy.ts';
import { untilOpen } from './until.ts';

const PING_LIMIT = 15_000;

/** Holdfast with the flow of a protocol, and what stands between it and the devices. */
export class System {
  /** The running process; another one after a kill. */
  holdfast: Holdfast;
  readonly data: string;
  /** Where the devices send to. */
  readonly port: number;
  readonly disk: SmallDisk | undefined;
  readonly tcp: TcpProxy | undefined;
  readonly udp: UdpProxy | undefined;
  readonly #broker: Broker | undefined;
  readonly #stored: DatabaseSync;

  private constructor(parts: Pick<System, 'holdfast' | 'data' | 'port' | 'disk' | 'tcp' | 'udp'> & { broker: Broker | undefined }) {
    this.holdfast = parts.holdfast;
    this.data = parts.data;
    this.port = parts.port;
    this.disk = parts.disk;
    this.tcp = parts.tcp;
    this.udp = parts.udp;
    this.#broker = parts.broker;
    this.#stored = new DatabaseSync(join(parts.data, 'store.sqlite'), { readOnly: true, timeout: 5_000 });
  }

  /** @throws Error with a sentence when the flow cannot do the protocol. */
  static async start({ protocol, seed, messages, fullDisks }: Options, directory: string): Promise<System> {
    const open: (() => unknown)[] = [];
    try {
      const disk = fullDisks > 0 ? mountSmallDisk(directory, messages) : undefined;
      if (disk) open.push(() => disk.remove());
      const data = join(disk?.folder ?? directory, 'data');
      mkdirSync(data);
      const [mqtt = 0, http = 0, coap = 0, brokerPort = 0] = await freePorts(4);
      const broker = protocol === 'subscriber' ? await startBroker(directory, brokerPort) : undefined;
      if (broker) open.push(() => broker.stop());
      const random = createRandom(seed, 'proxy');
      const target = { mqtt, http, coap, subscriber: brokerPort }[protocol];
      const tcp = protocol === 'coap' ? undefined : await TcpProxy.open(target, random);
      if (tcp) open.push(() => tcp.close());
      const udp = protocol === 'coap' ? await UdpProxy.open(coap, random) : undefined;
      if (udp) open.push(() => udp.close());
      const holdfast = await startHoldfast();
      open.push(() => holdfast.remove());
      await deploy(holdfast, protocol, faultFlow(protocol, data, { mqtt, http, coap, broker: tcp?.port ?? 0 }));
      const log = (): string => `This Holdfast cannot do it yet, or says why not:\n${`${holdfast.stdout()}${holdfast.stderr()}`.slice(-2_000)}`;
      await BackendApi.of(holdfast, BACKEND_ID);
      if (protocol === 'mqtt' || protocol === 'http') await untilOpen(target, `The gateway (${protocol})`, log);
      if (protocol === 'coap') await untilCoap(coap, log);
      return new System({ holdfast, data, disk, tcp, udp, broker, port: broker?.port ?? tcp?.port ?? udp?.port ?? 0 });
    } catch (error) {
      for (const close of open.toReversed()) await close();
      throw error;
    }
  }

  /** Lets the devices in; those behind a broker need no secret here. */
  async letIn(devices: readonly FaultDevice[]): Promise<(FaultDevice & { secret: string })[]> {
    if (this.#broker) return devices.map((device) => ({ ...device, secret: '' }));
    const api = await BackendApi.of(this.holdfast, BACKEND_ID);
    const letIn: (FaultDevice & { secret: string })[] = [];
    for (const device of devices) letIn.push({ ...device, ...(await api.letIn({ id: device.id, kind: 'device' })) });
    return letIn;
  }

  /** How many readings are stored now. */
  stored(): number {
    return Number(this.#stored.prepare(COUNT_READINGS).get()?.['readings']);
  }

  /** Resolves when everything that was taken is out of the inbox. @returns how many messages are in quarantine. */
  async settled(): Promise<number> {
    const api = await BackendApi.of(this.holdfast, BACKEND_ID);
    await api.untilSettled();
    return (await api.status()).quarantined;
  }

  /** Stops Holdfast in an orderly way and leaves its data. */
  async stop(): Promise<void> {
    this.#stored.close();
    await this.holdfast.stop();
  }

  async close(): Promise<void> {
    if (this.#stored.isOpen) this.#stored.close();
    await this.holdfast.remove();
    await this.#broker?.stop();
    await this.tcp?.close();
    this.udp?.close();
    this.disk?.remove();
  }
}

async function deploy(holdfast: Holdfast, protocol: string, flow: object[]): Promise<void> {
  const token = await holdfast.login();
  if (protocol === 'subscriber') {
    const sets = (await (await holdfast.request('/nodes', { token, headers: { Accept: 'application/json' } })).json()) as { types: string[] }[];
    if (!sets.some(({ types }) => types.includes('holdfast-subscriber'))) throw new Error('The subscriber cannot be tried: this Holdfast has no holdfast-subscriber node.');
  }
  const answer = await holdfast.request('/flows', { token, method: 'POST', body: flow, headers: { 'Node-RED-Deployment-Type': 'full' } });
  if (!answer.ok) throw new Error(`The flow was not deployed (HTTP ${answer.status}): ${await answer.text()}`);
}

/** An empty confirmable message is answered with a reset by whoever speaks CoAP (RFC 7252 section 4.3). */
async function untilCoap(port: number, log: () => string): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  try {
    await new Promise<void>((resolve, reject) => {
      const ping = setInterval(() => socket.send(Uint8Array.of(0x40, 0, 0, 1), port, '127.0.0.1'), 100);
      const limit = setTimeout(() => {
        clearInterval(ping);
        reject(new Error(`The gateway (coap) does not answer on UDP port ${port}.\n${log()}`));
      }, PING_LIMIT);
      socket.once('message', () => {
        clearInterval(ping);
        clearTimeout(limit);
        resolve();
      });
    });
  } finally {
    socket.close();
  }
}
