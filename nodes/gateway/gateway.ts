import { isUtf8 } from 'node:buffer';
import type { NodeAPI } from 'node-red';
import { Gateway } from '../../core/gateway/gateway.ts';
import type { ListenerName } from '../../core/gateway/gateway.ts';
import { messageOf } from '../../core/errors/holdfast-error.ts';
import { OVER_LIMIT } from '../../core/overload/limits.ts';
import { choice, number, reference, text } from '../harness/config.ts';
import type { Property } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import { nowAndThen } from '../harness/now-and-then.ts';
import { SampleSource } from '../harness/sample-source.ts';
import { tlsMaterial } from '../harness/tls.ts';
import type { TlsMaterial } from '../harness/tls.ts';
import { countsShower } from './show-counts.ts';

const STATUS_INTERVAL = 1_000;

type Ports = Readonly<Record<ListenerName, number>>;

/** 0, or nothing: not listening. */
function port(preset: number): Property<number> {
  const { read } = number({ default: preset, minimum: 0, maximum: 65_535, integer: true });
  return { default: preset, read: (value, field) => (value === '' ? 0 : read(value, field)) };
}

/** The door for devices: listeners that acknowledge when a sample is on disk; samples come out. */
export default defineNode('holdfast-gateway', {
  config: {
    version: 2,
    properties: {
      backend: reference(),
      host: text({ default: '127.0.0.1', required: 'The gateway has no address to listen on. Enter 127.0.0.1 for this machine only, or 0.0.0.0 for the network.' }),
      port: port(1883),
      mqttsPort: port(0),
      wsPort: port(0),
      wssPort: port(0),
      httpPort: port(0),
      httpsPort: port(0),
      coapPort: port(0),
      tls: reference(),
      form: choice(['single', 'batch'], 'single'),
      batchSize: number({ default: 500, minimum: 1, maximum: 10_000, integer: true }),
      window: number({ default: 1_000, minimum: 1, maximum: 100_000, integer: true }),
      settleTimeout: number({ default: 300, minimum: 0, maximum: 86_400 }),
      maximumPacketSize: number({ default: 262_144, minimum: 128, maximum: 16_777_216, integer: true }),
      maximumConnections: number({ default: 10_000, minimum: 1, maximum: 1_000_000, integer: true }),
      messagesPerSecond: number({ default: 1_000, minimum: 0, maximum: 1_000_000 }),
      bytesPerSecond: number({ default: 0, minimum: 0, maximum: 1_000_000_000 }),
      burst: number({ default: 10, minimum: 0.1, maximum: 3_600 }),
      over: choice(OVER_LIMIT, 'refuse'),
    },
    // A gateway that had no limit before is not to refuse anything because of an update.
    migrations: [(saved) => ({ ...saved, messagesPerSecond: saved['messagesPerSecond'] ?? 0 })],
  },
  outputs: ['samples'],

  tryIt(_config, message) {
    const { topic, principal, samples } = message as { topic: string; principal: string; samples: unknown[] };
    const made = samples.length === 1 ? 'one sample' : `${samples.length} samples`;
    return { summary: `The last message came from ${principal} on ${topic} and became ${made}.`, result: samples };
  },

  start({ RED, node, config, backend, runtime, clock, status, problem, remember }) {
    const intake = backend.intake(node.id, config);
    let opened: Gateway | undefined;
    const source = new SampleSource({
      ...config, node, backend, runtime,
      command: (topic, payload) => opened?.publish(topic, payload),
      delivered: ({ record }, samples) => remember(() => ({ topic: record.topic, principal: record.principal, payload: shown(record.payload), samples })),
    });

    const turnedAway = nowAndThen(clock, (sentence) => node.warn(sentence));

    const { host, mqttsPort: mqtts, wsPort: ws, wssPort: wss, httpPort: http, httpsPort: https, coapPort: coap } = config;
    const wanted: Ports = { mqtt: config.port, mqtts, ws, wss, http, https, coap };
    status.connecting(`opening ${describe(host, wanted)}`);
    const { ports, tls, failure } = withCertificate(RED, config.tls, wanted);
    const showCounts = countsShower(status, clock);
    let closed = false;
    let timer: { cancel(): void } | undefined;
    const show = (gateway: Gateway): void => {
      showCounts(gateway.counts, source);
      timer = clock.setTimeout(() => show(gateway), STATUS_INTERVAL);
    };
    const opening = Gateway.open({
      host, ports, ...(tls && { tls }), maximumPacketSize: config.maximumPacketSize, maximumConnections: config.maximumConnections,
      directory: backend.directory, name: node.id, intake, registry: backend.registry, profiles: backend.profiles, clock, problem: turnedAway,
    });
    void opening.then((gateway) => {
      if (closed) return;
      opened = gateway;
      const failures = [...(failure === undefined ? [] : [failure]), ...gateway.failures];
      // What does not work stays in sight until somebody mends it; the listeners that are open go on.
      for (const sentence of failures.toReversed()) problem(sentence);
      if (failures.length > 0) return;
      if (Object.values(ports).every((one) => one === 0)) return status.idle('no listener has a port');
      status.ok(`listening on ${describe(host, ports)}`);
      timer = clock.setTimeout(() => show(gateway), STATUS_INTERVAL);
    }, problem);

    return {
      async close() {
        closed = true;
        timer?.cancel();
        source.close();
        const gateway = await opening.catch(() => undefined);
        await gateway?.close();
        intake.close();
      },
    };
  },
});

/** What the encrypted listeners need. A certificate that cannot be had closes those, and no other. */
function withCertificate(RED: NodeAPI, tlsConfig: string, ports: Ports): { ports: Ports; tls?: TlsMaterial | undefined; failure?: string } {
  if (ports.mqtts === 0 && ports.wss === 0 && ports.https === 0) return { ports };
  try {
    return { ports, tls: tlsMaterial(RED, tlsConfig) };
  } catch (error) {
    return { ports: { ...ports, mqtts: 0, wss: 0, https: 0 }, failure: messageOf(error) };
  }
}

/** A payload as a person can read it. */
function shown(payload: Uint8Array): string {
  return isUtf8(payload) ? Buffer.from(payload).toString() : `0x${Buffer.from(payload).toString('hex')}`;
}

function describe(host: string, ports: Ports): string {
  const open = Object.entries(ports).filter(([, at]) => at !== 0);
  if (open.length === 0) return 'no port';
  return `${host} ${open.map(([name, at]) => `${name} ${at}`).join(', ')}`;
}
