import { isUtf8 } from 'node:buffer';
import { randomInt } from 'node:crypto';
import { CHOSEN_FORMATS } from '../../core/decode/format.ts';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import { readBrokerAddress } from '../../core/subscriber/broker-address.ts';
import { Subscriber } from '../../core/subscriber/subscriber.ts';
import type { BrokerSession } from '../../core/subscriber/subscriber.ts';
import { readTopicTemplate, TopicTemplateError } from '../../core/subscriber/topic-template.ts';
import type { TopicTemplate } from '../../core/subscriber/topic-template.ts';
import { choice, flag, number, reference, text } from '../harness/config.ts';
import { defineNode } from '../harness/define-node.ts';
import { nowAndThen } from '../harness/now-and-then.ts';
import { SampleSource } from '../harness/sample-source.ts';
import { tlsOfClient } from '../harness/tls.ts';
import { showState } from './show-state.ts';

const STATUS_INTERVAL = 1_000;
const SECONDS_AN_HOUR = 3_600;
/** MQTT 5 section 3.1.2.11.2: the session does not expire. */
const FOR_EVER = 0xffff_ffff;
const CHANCES = 2 ** 32;

/** The door for those who have a broker already: takes its messages, and acknowledges each when it is on disk; samples come out. */
export default defineNode('holdfast-subscriber', {
  config: {
    version: 1,
    properties: {
      backend: reference(),
      url: text({ default: 'mqtt://127.0.0.1:1883', required: 'The node does not know its broker. Enter an address such as mqtt://192.0.2.7:1883.' }),
      tls: reference(),
      template: text({ default: 'devices/{device}/telemetry', required: 'The node does not know which topics to ask for. Enter a topic template such as plant/{device}/telemetry.' }),
      format: choice(CHOSEN_FORMATS, 'auto'),
      qos: choice(['0', '1'], '1'),
      form: choice(['single', 'batch'], 'single'),
      batchSize: number({ default: 500, minimum: 1, maximum: 10_000, integer: true }),
      takeRetained: flag(false),
      protocolVersion: choice(['auto', '5', '3.1.1'], 'auto'),
      clientId: text({ default: '', maximumLength: 200 }),
      group: text({ default: '', maximumLength: 200 }),
      sessionExpiry: number({ default: 168, minimum: 0, maximum: 1_000_000 }),
      receiveMaximum: number({ default: 1_000, minimum: 1, maximum: 65_535, integer: true }),
      maximumPayload: number({ default: 262_144, minimum: 128, maximum: 16_777_216, integer: true }),
      window: number({ default: 1_000, minimum: 1, maximum: 100_000, integer: true }),
      settleTimeout: number({ default: 300, minimum: 0, maximum: 86_400 }),
    },
  },
  credentials: { username: { type: 'text' }, password: { type: 'password' } },
  outputs: ['samples'],

  tryIt(_config, message) {
    const { topic, device, samples } = message as { topic: string; device: string; samples: unknown[] };
    const made = samples.length === 1 ? 'one sample' : `${samples.length} samples`;
    return { summary: `The last message came on ${topic} and became ${made} of ${device}.`, result: samples };
  },

  start({ RED, node, config, backend, runtime, clock, status, problem, remember }) {
    const { username = '', password = '' } = (node.credentials ?? {}) as { username?: string; password?: string };
    const address = readBrokerAddress(config.url);
    const clientId = config.clientId === '' ? `holdfast-${node.id}` : config.clientId;
    const settings = {
      address, clientId, username, password,
      tls: tlsOfClient(RED, config.tls, address.protocol),
      template: readTemplate(config.template),
      group: readGroup(config.group),
      sessionExpiry: config.sessionExpiry === 0 ? FOR_EVER : Math.min(FOR_EVER, Math.round(config.sessionExpiry * SECONDS_AN_HOUR)),
      qos: config.qos === '1' ? 1 : 0,
    } as const;
    const { format, takeRetained, protocolVersion, receiveMaximum, maximumPayload } = config;

    const broker: { subscriber?: Subscriber } = {};
    const source = new SampleSource({
      ...config, node, backend, runtime,
      command: (topic, payload) => broker.subscriber?.publish(topic, payload),
      delivered: ({ record }, samples) => remember(() => ({ topic: record.topic, device: record.device, payload: shown(record.payload), samples })),
    });
    const intake = backend.intake(node.id);

    const turnedAway = nowAndThen(clock, (sentence) => node.warn(sentence));
    const opened = new Subscriber({
      ...settings, format, takeRetained, protocolVersion, receiveMaximum, maximumPayload, intake, clock,
      random: () => randomInt(CHANCES) / CHANCES,
      session: {
        load: () => backend.state.load(node.id, 'session') as BrokerSession | undefined,
        save: (session) => void backend.state.save(node.id, [['session', session]]).catch(problem),
      },
      warn: (sentence) => node.warn(sentence),
      info: (sentence) => node.log(sentence),
      turnedAway,
    });
    broker.subscriber = opened;

    let timer: { cancel(): void } | undefined;
    let before = '';
    const show = (): void => {
      const { refused, retained } = opened.counts;
      const counts = { delivered: source.delivered, refused, 'retained skipped': retained, quarantined: source.quarantined };
      const now = JSON.stringify([opened.state, counts]);
      if (now !== before) showState(status, opened.state, counts, address.text);
      before = now;
      timer = clock.setTimeout(show, STATUS_INTERVAL);
    };
    show();

    return {
      async close(removed) {
        timer?.cancel();
        const left = opened.close(removed);
        // What waits for room is kept or refused now, so that the broker hears of it before the connection ends.
        intake.close();
        await left;
        source.close();
      },
    };
  },
});

/** @throws ConfigError for a template that cannot be used. */
function readTemplate(template: string): TopicTemplate {
  try {
    return readTopicTemplate(template);
  } catch (error) {
    if (!(error instanceof TopicTemplateError)) throw error;
    throw new ConfigError('template', error.message, { cause: error });
  }
}

/** @throws ConfigError for a name that no group can have (MQTT 5 section 4.8.2). */
function readGroup(group: string): string {
  if (/[/+#\0]/.test(group)) throw new ConfigError('group', `The group is "${group.slice(0, 40)}". Enter a name without /, + and #, or none.`);
  return group;
}

/** A payload as a person can read it. */
function shown(payload: Uint8Array): string {
  return isUtf8(payload) ? Buffer.from(payload).toString() : `0x${Buffer.from(payload).toString('hex')}`;
}
