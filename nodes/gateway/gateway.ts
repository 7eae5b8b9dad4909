import { MqttListener } from '../../core/mqtt/mqtt-listener.ts';
import { choice, number, reference, text } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import { SampleSource } from '../harness/sample-source.ts';

const REFUSALS_LOGGED_EVERY = 10_000;
const STATUS_INTERVAL = 1_000;

/** The door for devices: an MQTT listener that acknowledges when a sample is on disk; samples come out. */
export default defineNode('holdfast-gateway', {
  config: {
    version: 1,
    properties: {
      backend: reference(),
      host: text({ default: '127.0.0.1', required: 'The gateway has no address to listen on. Enter 127.0.0.1 for this machine only, or 0.0.0.0 for the network.' }),
      port: number({ default: 1883, minimum: 1, maximum: 65_535, integer: true }),
      form: choice(['single', 'batch'], 'single'),
      batchSize: number({ default: 500, minimum: 1, maximum: 10_000, integer: true }),
      window: number({ default: 1_000, minimum: 1, maximum: 100_000, integer: true }),
      settleTimeout: number({ default: 300, minimum: 0, maximum: 86_400 }),
      maximumPacketSize: number({ default: 262_144, minimum: 128, maximum: 16_777_216, integer: true }),
      maximumConnections: number({ default: 10_000, minimum: 1, maximum: 1_000_000, integer: true }),
    },
  },
  outputs: ['samples'],

  tryIt(_config, message) {
    const { topic, principal, samples } = message as { topic: string; principal: string; samples: unknown[] };
    const made = samples.length === 1 ? 'one sample' : `${samples.length} samples`;
    return { summary: `The last message came from ${principal} on ${topic} and became ${made}.`, result: samples };
  },

  start({ node, config, backend, runtime, clock, status, problem, remember }) {
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

    status.connecting(`opening ${config.host}:${config.port}`);
    const listening = MqttListener.open({ ...config, channel: node.id, inbox: backend.inbox, registry: backend.registry, clock, problem: turnedAway });

    let closed = false;
    let timer: { cancel(): void } | undefined;
    const ready = listening.then(
      (listener) => {
        let shown = '';
        const show = (): void => {
          const counts = { connected: listener.counts.connected, delivered: source.delivered, refused: listener.counts.refused, quarantined: source.quarantined };
          if (shown !== (shown = Object.values(counts).join())) status.counts(counts);
          if (!closed) timer = clock.setTimeout(show, STATUS_INTERVAL);
        };
        status.ok(`listening on ${config.host}:${config.port}`);
        timer = clock.setTimeout(show, STATUS_INTERVAL);
        return listener;
      },
      (error: unknown) => void problem(error),
    );

    return {
      async close() {
        closed = true;
        timer?.cancel();
        source.close();
        const listener = await ready;
        await listener?.close();
      },
    };
  },
});
