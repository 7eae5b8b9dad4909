import { join } from 'node:path';
import type { Clock } from '../clock/clock.ts';
import { CoapListener } from '../coap/coap-listener.ts';
import { messageOf } from '../errors/holdfast-error.ts';
import { HttpListener } from '../http/http-listener.ts';
import type { Intake } from '../intake/delivery.ts';
import { MqttListener } from '../mqtt/mqtt-listener.ts';
import type { MqttListenerOptions } from '../mqtt/mqtt-listener.ts';
import type { Profiles } from '../profile/profiles.ts';
import type { Registry } from '../registry/registry.ts';

/** The protocols that a gateway can listen for, in the order in which they are shown. */
export const LISTENERS = ['mqtt', 'mqtts', 'ws', 'wss', 'http', 'https', 'coap'] as const;

export type ListenerName = (typeof LISTENERS)[number];

export interface GatewayOptions {
  host: string;
  /** 0: that one is off. */
  ports: Readonly<Record<ListenerName, number>>;
  /** Key and certificate in PEM, for `mqtts`, `wss` and `https`. */
  tls?: NonNullable<MqttListenerOptions['tls']>;
  /** Where the MQTT sessions are kept, in a file of this name. */
  directory: string;
  name: string;
  intake: Intake;
  registry: Registry;
  profiles: Profiles;
  clock: Clock;
  /** Largest MQTT packet, HTTP body or CoAP body, in bytes. */
  maximumPacketSize: number;
  maximumConnections: number;
  /** What was turned away or went wrong: a sentence each. */
  problem: (sentence: string) => void;
}

/** Since the gateway was opened; `connected` now. */
export interface GatewayCounts {
  connected: number;
  acknowledged: number;
  refused: number;
  /** Messages for clients that were away which were given up. */
  dropped: number;
}

interface Listener {
  readonly counts: { connected: number; acknowledged: number; refused: number; dropped?: number };
  close(): Promise<void>;
}

const ENCRYPTED: readonly ListenerName[] = ['mqtts', 'wss', 'https'];
const TRANSPORTS = { mqtt: 'tcp', mqtts: 'tls', ws: 'ws', wss: 'wss' } as const;

/** All listeners of one gateway. One that cannot be opened does not keep the others from it. */
export class Gateway {
  /** Why listeners that are wanted are not open: a sentence each. */
  readonly failures: string[] = [];
  readonly #options: GatewayOptions;
  readonly #listeners: Listener[] = [];
  #mqtt: MqttListener | undefined;

  private constructor(options: GatewayOptions) {
    this.#options = options;
  }

  /** Opens what is wanted; what could not be is told in `failures`. */
  static async open(options: GatewayOptions): Promise<Gateway> {
    const gateway = new Gateway(options);
    const missing = ENCRYPTED.filter((name) => options.ports[name] !== 0);
    if (!options.tls && missing.length > 0) {
      gateway.failures.push(`For ${missing.join(', ')} the gateway needs a certificate. Choose a TLS configuration with a key and a certificate, or set the port to 0.`);
      await gateway.#open({ ...options, ports: { ...options.ports, mqtts: 0, wss: 0, https: 0 } });
    } else await gateway.#open(options);
    return gateway;
  }

  get counts(): GatewayCounts {
    const sum: GatewayCounts = { connected: 0, acknowledged: 0, refused: 0, dropped: 0 };
    for (const { counts } of this.#listeners) {
      sum.connected += counts.connected;
      sum.acknowledged += counts.acknowledged;
      sum.refused += counts.refused;
      sum.dropped += counts.dropped ?? 0;
    }
    return sum;
  }

  /** Sends a message to the MQTT clients that are connected and have subscribed to its topic. */
  publish(topic: string, payload: Uint8Array): void {
    void this.#mqtt?.publish(topic, payload, 0).catch((error: unknown) => this.#options.problem(messageOf(error)));
  }

  /** Closes every connection and port; what cannot be closed properly is told. What was not acknowledged by now will be sent again. */
  async close(): Promise<void> {
    const closed = this.#listeners.map(async (listener) => listener.close());
    for (const one of await Promise.allSettled(closed)) if (one.status === 'rejected') this.#options.problem(messageOf(one.reason));
  }

  async #open(options: GatewayOptions): Promise<void> {
    const { host, ports, tls, intake, registry, profiles, clock, maximumPacketSize, maximumConnections, problem } = options;
    const common = { host, intake, registry, clock, maximumConnections, problem };
    const secured = tls ? { tls } : {};
    const endpoints = (['mqtt', 'mqtts', 'ws', 'wss'] as const).filter((name) => ports[name] !== 0).map((name) => ({ transport: TRANSPORTS[name], host, port: ports[name] }));
    const profileOf = (device: string) => profiles.of(registry.find(device)?.profile ?? '');
    const http = { ...common, maximumBodySize: maximumPacketSize, profileOf };
    const path = join(options.directory, `mqtt-${encodeURIComponent(options.name)}.sqlite`);
    await Promise.all([
      endpoints.length > 0 && this.#add(async () => (this.#mqtt = await MqttListener.open({ ...common, ...secured, endpoints, path, maximumPacketSize, failed: (error) => this.#failed(error) }))),
      ports.http !== 0 && this.#add(() => HttpListener.open({ ...http, port: ports.http })),
      ports.https !== 0 && this.#add(() => HttpListener.open({ ...http, ...secured, port: ports.https })),
      ports.coap !== 0 && this.#add(() => CoapListener.open({ ...common, profileOf, port: ports.coap, maximumBodySize: maximumPacketSize })),
    ]);
  }

  async #add(open: () => Promise<Listener>): Promise<void> {
    try {
      this.#listeners.push(await open());
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    const sentence = messageOf(error);
    // What concerns all MQTT endpoints, such as the file of the sessions, is said once.
    if (!this.failures.includes(sentence)) this.failures.push(sentence);
  }
}
