import type { NodeAPI } from 'node-red';
import type { Clock } from '../../core/clock/clock.ts';
import { ConfigError } from '../../core/errors/holdfast-error.ts';
import { CODINGS, HAS_ZSTD } from '../../core/forward/target/encoding.ts';
import type { Coding } from '../../core/forward/target/encoding.ts';
import { HttpTarget } from '../../core/forward/target/http-target.ts';
import { brokerMessages, holdfastMessages, PAYLOADS } from '../../core/forward/target/mqtt-messages.ts';
import type { PayloadForm } from '../../core/forward/target/mqtt-messages.ts';
import { MqttTarget } from '../../core/forward/target/mqtt-target.ts';
import type { MessagesOf } from '../../core/forward/target/mqtt-target.ts';
import { PublishTopicError, readPublishTopic } from '../../core/forward/target/publish-topic.ts';
import type { Target } from '../../core/forward/target/target.ts';
import { readBrokerAddress } from '../../core/subscriber/broker-address.ts';
import { choice, number, reference, text } from '../harness/config.ts';
import { tlsOfClient } from '../harness/tls.ts';

/** The properties of a forward node that say where to, and how. */
export const UPSTREAM = {
  upstream: choice(['holdfast', 'http', 'mqtt'], 'holdfast'),
  url: text({ default: '', required: 'The node does not know where to forward to. Enter an address such as https://central.example:8443.' }),
  tls: reference(),
  clientId: text({ default: '', maximumLength: 200 }),
  protocolVersion: choice(['auto', '5', '3.1.1'], 'auto'),
  topic: text({ default: 'devices/{device}/telemetry' }),
  alarmTopic: text({ default: 'alarms/{device}' }),
  payload: choice(PAYLOADS, 'sample'),
  form: choice(['json-lines', 'json'], 'json-lines'),
  coding: choice(CODINGS, 'gzip'),
  timeout: number({ default: 30, minimum: 1, maximum: 600 }),
} as const;

export interface UpstreamConfig {
  upstream: 'holdfast' | 'http' | 'mqtt';
  url: string;
  tls: string;
  clientId: string;
  protocolVersion: 'auto' | '5' | '3.1.1';
  topic: string;
  alarmTopic: string;
  payload: PayloadForm;
  form: 'json-lines' | 'json';
  coding: Coding;
  timeout: number;
}

export interface Secret {
  username: string;
  password: string;
}

/** Messages of one batch wait together, and so many batches may be under way: a few hundred messages. */
const BROKER_WINDOW = 4;

/** @throws ConfigError for an address, a topic or a TLS configuration that cannot be. */
export function openUpstream(RED: NodeAPI, id: string, config: UpstreamConfig, secret: Secret, clock: Clock): Target {
  const { upstream, url, coding } = config;
  const timeout = config.timeout * 1_000;
  if (coding === 'zstd' && !HAS_ZSTD) throw new ConfigError('coding', 'This Node.js cannot compress with zstd. Choose gzip, or update Node.js to 22.15 or newer.');
  if (isHttp(url)) {
    if (upstream === 'mqtt') throw new ConfigError('url', `The address "${url.slice(0, 100)}" is not that of a broker. Enter one such as mqtts://broker.example:8883, or forward by HTTP.`);
    const address = httpAddress(url, upstream === 'holdfast');
    const isHoldfast = upstream === 'holdfast';
    if (isHoldfast && coding === 'zstd') throw new ConfigError('coding', 'A Holdfast undoes gzip and deflate. Choose one of these, or none.');
    return new HttpTarget({ url: address, tls: tlsOfClient(RED, config.tls, address.protocol === 'https:' ? 'https' : 'http'), authorization: authorizationOf(secret), form: isHoldfast ? 'json-lines' : config.form, coding, timeout, clock });
  }
  if (upstream === 'http') throw new ConfigError('url', `The address "${url.slice(0, 100)}" is none of HTTP. Enter one such as https://central.example/ingest.`);
  const address = readBrokerAddress(url);
  return new MqttTarget({
    address, clock, timeout, ...secret,
    tls: tlsOfClient(RED, config.tls, address.protocol),
    clientId: config.clientId === '' ? `holdfast-${id}` : config.clientId,
    // The broker within a Holdfast speaks 3.1.1, and takes a whole batch in one message: were one of several refused, those behind it would overtake it.
    protocolVersion: upstream === 'holdfast' ? 4 : versionOf(config.protocolVersion),
    window: upstream === 'holdfast' ? 1 : BROKER_WINDOW,
    messagesOf: messagesFor(config),
  });
}

/** How a batch becomes messages. @throws ConfigError for a topic that cannot be. */
export function messagesFor({ upstream, topic, alarmTopic, payload, coding }: UpstreamConfig): MessagesOf {
  if (upstream === 'holdfast') return holdfastMessages(coding !== 'none');
  return brokerMessages({ readingTopic: publishTopic('topic', topic), alarmTopic: publishTopic('alarmTopic', alarmTopic), payload });
}

export function isHttp(url: string): boolean {
  return /^https?:/i.test(url.trim());
}

/** The address of an HTTP upstream; a Holdfast takes forwarded samples at /forward. */
export function httpAddress(address: string, isHoldfast: boolean): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || url.hostname === '') throw new ConfigError('url', `The address "${address.slice(0, 100)}" cannot be read. Enter one such as https://central.example:8443.`);
  if (url.username !== '' || url.password !== '') throw new ConfigError('url', 'The address holds a user name or a password, and would be saved with the flow for all to read. Enter them in the fields for them.');
  if (isHoldfast && url.pathname === '/') url.pathname = '/forward';
  return url;
}

function authorizationOf({ username, password }: Secret): string {
  if (password === '') return '';
  return username === '' ? `Bearer ${password}` : `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function versionOf(version: UpstreamConfig['protocolVersion']): 4 | 5 | 'auto' {
  if (version === 'auto') return 'auto';
  return version === '5' ? 5 : 4;
}

function publishTopic(field: string, template: string): (device: string) => string {
  try {
    return readPublishTopic(template);
  } catch (error) {
    if (!(error instanceof PublishTopicError)) throw error;
    throw new ConfigError(field, error.message, { cause: error });
  }
}
