import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { systemClock } from '../../core/clock/clock.ts';
import type { Answer, Delivery, Intake } from '../../core/intake/delivery.ts';
import { readBrokerAddress } from '../../core/subscriber/broker-address.ts';
import { Subscriber } from '../../core/subscriber/subscriber.ts';
import type { BrokerSession, SubscriberOptions } from '../../core/subscriber/subscriber.ts';
import { readTopicTemplate } from '../../core/subscriber/topic-template.ts';
import { Mosquitto, until } from '../support/mosquitto.ts';
import { freePorts } from '../support/node-red-process.ts';
import { requireProgram } from '../support/requirements.ts';

const run = promisify(execFile);

describe('a subscriber of a real Mosquitto', () => {
  let program = '';
  let mosquitto: Mosquitto;
  let session: BrokerSession | undefined;
  let sentences: string[];
  const subscribers: Subscriber[] = [];
  const clients: MqttClient[] = [];

  before(function () {
    program = requireProgram(this, 'mosquitto', 'mosquitto');
  });
  beforeEach(async () => {
    const [port = 0] = await freePorts(1);
    mosquitto = new Mosquitto(program, port);
    session = undefined;
    sentences = [];
  });
  afterEach(async () => {
    await Promise.all(subscribers.splice(0).map((one) => one.close(false)));
    await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    await mosquitto.remove();
  });

  function subscriber(intake: Intake, options: Partial<SubscriberOptions> = {}): Subscriber {
    const made = new Subscriber({
      address: readBrokerAddress(`mqtt://127.0.0.1:${mosquitto.port}`), tls: {}, clientId: 'holdfast-1', username: '', password: '', protocolVersion: 'auto', receiveMaximum: 500, sessionExpiry: 3_600,
      template: readTopicTemplate('plant/{device}/telemetry'), group: '', qos: 1, format: 'auto', takeRetained: false, maximumPayload: 1_000,
      intake, clock: systemClock, random: () => 0,
      session: { load: () => session, save: (saved) => (session = saved) },
      warn: (sentence) => void sentences.push(sentence), turnedAway: () => undefined, info: () => undefined,
      ...options,
    });
    subscribers.push(made);
    return made;
  }

  async function publisher(): Promise<MqttClient> {
    const client = await connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`, { clientId: 'devices', clean: false, reconnectPeriod: 50 });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  }

  /** Takes everything after a moment, as a group commit does, and keeps what it took. */
  function committing(): Intake & { taken: Delivery[]; refused(): void } {
    const taken: Delivery[] = [];
    let waiting: Answer[] = [];
    return {
      taken,
      offer(delivery, answer) {
        taken.push(delivery);
        if (waiting.push(answer) > 1) return;
        setTimeout(() => {
          const all = waiting;
          waiting = [];
          for (const one of all) one();
        }, 4);
      },
      refused: () => undefined,
    };
  }

  for (const protocolVersion of ['5', '3.1.1'] as const) {
    it(`takes every message once with MQTT ${protocolVersion}, many at a time, and all are acknowledged`, async () => {
      await mosquitto.start();
      const intake = committing();
      const one = subscriber(intake, { protocolVersion });
      await until(() => one.state.kind === 'subscribed', 'it has subscribed');
      const client = await publisher();
      await Promise.all(Array.from({ length: 3_000 }, (_, n) => client.publishAsync('plant/press-7/telemetry', String(n), { qos: 1 })));
      await until(() => one.counts.accepted === 3_000, 'all were taken');
      assert.deepEqual(intake.taken.map(textOf), Array.from({ length: 3_000 }, (_, n) => String(n)));
      await one.close(false);
      const again = committing();
      const two = subscriber(again, { protocolVersion });
      await until(() => two.state.kind === 'subscribed', 'it has subscribed again');
      await client.publishAsync('plant/press-7/telemetry', 'last', { qos: 1 });
      await until(() => again.taken.length > 0, 'the last one came');
      assert.deepEqual(again.taken.map(textOf), ['last'], 'the broker holds nothing that was not acknowledged');
    });

    it(`gets again, marked as repeated, what was not on disk when its connection broke, with MQTT ${protocolVersion}`, async () => {
      await mosquitto.start();
      const held: Array<{ delivery: Delivery; answer: Answer }> = [];
      const one = subscriber({ offer: (delivery, answer) => void held.push({ delivery, answer }), refused: () => undefined }, { protocolVersion });
      await until(() => one.state.kind === 'subscribed', 'it has subscribed');
      const client = await publisher();
      for (let n = 0; n < 10; n += 1) await client.publishAsync('plant/press-7/telemetry', String(n), { qos: 1 });
      await until(() => held.length === 10, 'all came');
      // The first five are on disk; for the others the disk fails.
      held.slice(0, 5).forEach(({ answer }) => answer());
      held.slice(5).forEach(({ answer }) => answer({ reason: 'disk', message: 'The disk is full.', retryAfter: 10 }));
      await until(() => held.length === 15, 'what was refused came again');
      assert.deepEqual(held.slice(10).map(({ delivery }) => [textOf(delivery), delivery.attempt?.repeated]), ['5', '6', '7', '8', '9'].map((text) => [text, true]));
      assert.deepEqual(held.slice(10).map(({ delivery }) => delivery.attempt?.packet), held.slice(5, 10).map(({ delivery }) => delivery.attempt?.packet));
      held.slice(10).forEach(({ answer }) => answer());
    });
  }

  it('says so when Mosquitto was killed and has forgotten the session, and when it allows QoS 0 only', async () => {
    await mosquitto.start();
    const one = subscriber(committing());
    await until(() => one.state.kind === 'subscribed', 'it has subscribed');
    await mosquitto.kill();
    rmSync(join(mosquitto.directory, 'mosquitto.db'), { force: true });
    await mosquitto.start('max_qos 0');
    await until(() => one.state.kind === 'subscribed', 'it has subscribed again');
    assert.match(sentences.join('\n'), /no longer has the session of the client "holdfast-1"/);
    assert.match(sentences.join('\n'), /grants QoS 0 where QoS 1 was asked for/);
  });

  it('shares the messages of a group, each to one member', async () => {
    await mosquitto.start();
    const intakes = [committing(), committing()];
    const members = intakes.map((intake, index) => subscriber(intake, { clientId: `member-${index}`, group: 'hall-3', session: { load: () => undefined, save: () => undefined } }));
    await until(() => members.every(({ state }) => state.kind === 'subscribed'), 'both have subscribed');
    const client = await publisher();
    for (let n = 0; n < 40; n += 1) await client.publishAsync('plant/press-7/telemetry', String(n), { qos: 1 });
    await until(() => intakes.flatMap(({ taken }) => taken).length === 40, 'all were taken');
    assert.deepEqual(new Set(intakes.flatMap(({ taken }) => taken.map(textOf))).size, 40);
    assert.ok(intakes.every(({ taken }) => taken.length > 0), 'one member got nothing');
  });

  it('is told why it may not connect', async () => {
    const passwords = join(mosquitto.directory, 'passwords');
    writeFileSync(passwords, '');
    await mosquitto.start('allow_anonymous false', `password_file ${passwords}`);
    const one = subscriber(committing(), { username: 'nobody', password: 'guess' });
    await until(() => one.state.kind === 'waiting', 'it was refused');
    assert.match(sentences.join('\n'), /refuses the connection\. This user may not connect/);
  });

  it('speaks TLS, with a certificate of its own, and knows its broker', async function () {
    const openssl = requireProgram(this, 'openssl', 'openssl');
    const { authority, certificate, key, lines } = await certificates(openssl, mosquitto.directory);
    const [tlsPort = 0] = await freePorts(1);
    await mosquitto.start(...lines(tlsPort));
    const url = `mqtts://127.0.0.1:${tlsPort}`;
    const stranger = subscriber(committing(), { address: readBrokerAddress(url), clientId: 'stranger' });
    await until(() => stranger.state.kind === 'waiting', 'it does not trust the broker');
    assert.match(sentences.join('\n'), /not from an authority that this machine trusts/);
    const intake = committing();
    const one = subscriber(intake, { address: readBrokerAddress(url), tls: { ca: authority, cert: certificate, key } });
    await until(() => one.state.kind === 'subscribed', 'it has subscribed');
    const client = await publisher();
    await client.publishAsync('plant/press-7/telemetry', '1', { qos: 1 });
    await until(() => intake.taken.length === 1, 'it came');
  });
});

function textOf({ payload }: Delivery): string {
  return Buffer.from(payload).toString();
}

/** An authority, a broker's certificate for 127.0.0.1 and a client's, with the lines of a listener that demands one. */
async function certificates(openssl: string, directory: string): Promise<{ authority: Buffer; certificate: Buffer; key: Buffer; lines: (port: number) => string[] }> {
  const at = (name: string): string => join(directory, name);
  const ssl = (...args: string[]): Promise<unknown> => run(openssl, args, { cwd: directory });
  await ssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=Test authority', '-keyout', 'ca.key', '-out', 'ca.crt');
  writeFileSync(at('names'), 'subjectAltName=IP:127.0.0.1\n');
  for (const name of ['broker', 'client']) {
    await ssl('req', '-newkey', 'rsa:2048', '-nodes', '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
    await ssl('x509', '-req', '-in', `${name}.csr`, '-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names', '-out', `${name}.crt`);
  }
  chmodSync(at('broker.key'), 0o644);
  return {
    authority: readFileSync(at('ca.crt')), certificate: readFileSync(at('client.crt')), key: readFileSync(at('client.key')),
    lines: (port) => [`listener ${port} 127.0.0.1`, `cafile ${at('ca.crt')}`, `certfile ${at('broker.crt')}`, `keyfile ${at('broker.key')}`, 'require_certificate true'],
  };
}
