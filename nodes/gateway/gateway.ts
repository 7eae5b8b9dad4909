import { Gateway } from '../../core/gateway/gateway.ts';
import { OVER_LIMIT } from '../../core/overload/limits.ts';
import { choice, number, reference, text } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import { SampleSource } from '../harness/sample-source.ts';
import { tlsMaterial } from '../harness/tls.ts';

const REFUSALS_LOGGED_EVERY = 10_000;
const STATUS_INTERVAL = 1_000;

/** 0: not listening. */
const port = (preset: number) => number({ default: preset, minimum: 0, maximum: 65_535, integer: true });

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
    migrations: [(saved) => ({ ...saved, messagesPerSecond: 0 })],
  },
  outputs: ['samples'],

  tryIt(_config, message) {
    const { topic, principal, samples } = message as { topic: string; principal: string; samples: unknown[] };
    const made = samples.length === 1 ? 'one sample' : `${samples.length} samples`;
    return { summary: `The last message came from ${principal} on ${topic} and became ${made}.`, result: samples };
  },

  start({ RED, node, config, backend, runtime, clock, status, problem, remember }) {
    const tls = tlsMaterial(RED, config.tls);
    const intake = backend.intake(node.id, config);
    let gateway: Gateway | undefined;
    const source = new SampleSource({
      ...config, node, backend, runtime,
      delivered: ({ record }, samples) => remember(() => ({ topic: record.topic, principal: record.principal, payload: Buffer.from(record.payload).toString(), samples })),
    });

    let quietUntil = 0;
    /** A device gone mad is turned away a thousand times a second: the count tells all of it, the log a sentence now and then. */
    const turnedAway = (sentence: string): void => {
      if (clock.now() < quietUntil) return;
      quietUntil = clock.now() + REFUSALS_LOGGED_EVERY;
      node.warn(sentence);
    };

    const { host, port: mqtt, mqttsPort: mqtts, wsPort: ws, wssPort: wss, httpPort: http, httpsPort: https, coapPort: coap } = config;
    const ports = { mqtt, mqtts, ws, wss, http, https, coap };
    status.connecting(`opening ${describe(host, ports)}`);
    let closed = false;
    let timer: { cancel(): void } | undefined;
    let shown = '';
    let before = { acknowledged: 0, refused: 0 };
    const show = (opened: Gateway): void => {
      const { connected, acknowledged, refused, dropped } = opened.counts;
      // The first second's rate would be that of a start.
      const counts = { connected, 'messages/s': acknowledged - before.acknowledged, delivered: source.delivered, refused, dropped, quarantined: source.quarantined };
      before = { acknowledged, refused };
      if (opened.failures.length === 0 && shown !== (shown = Object.values(counts).join())) status.counts(counts);
      if (!closed) timer = clock.setTimeout(() => show(opened), STATUS_INTERVAL);
    };
    const ready = Gateway.open({
      host, ports, ...(tls && { tls }), maximumPacketSize: config.maximumPacketSize, maximumConnections: config.maximumConnections,
      directory: backend.directory, name: node.id, intake, registry: backend.registry, profiles: backend.profiles, clock, problem: turnedAway,
    }).then((opened) => {
      gateway = opened;
      status.ok(`listening on ${describe(host, ports)}`);
      for (const failure of opened.failures) problem(failure);
      timer = clock.setTimeout(() => show(opened), STATUS_INTERVAL);
    });

    return {
      async close() {
        closed = true;
        timer?.cancel();
        source.close();
        await ready;
        await gateway?.close();
        intake.close();
      },
    };
  },
});

function describe(host: string, ports: Readonly<Record<string, number>>): string {
  const open = Object.entries(ports).filter(([, number]) => number !== 0);
  if (open.length === 0) return 'no port';
  const [first, ...others] = open.map(([name, number]) => `${name} ${number}`);
  return [`${host} ${first ?? ''}`, ...others].join(', ');
}
