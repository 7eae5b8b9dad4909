import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import type { MqttClient } from 'mqtt';
import { systemClock } from '../../core/clock/clock.ts';
import type { Answer, Delivery, Intake } from '../../core/intake/delivery.ts';
import { readBrokerAddress } from '../../core/subscriber/broker-address.ts';
import { Subscriber } from '../../core/subscriber/subscriber.ts';
import type { BrokerSession, SubscriberOptions } from '../../core/subscriber/subscriber.ts';
import type { Statement } from '../../core/ledger/counts.ts';
import { openStore } from '../../core/store/index.ts';
import { readTopicTemplate } from '../../core/subscriber/topic-template.ts';
import { BackendApi } from '../support/backend-api.ts';
import { freePorts, makeHome, startHoldfast } from '../support/node-red-process.ts';
import type { Holdfast } from '../support/node-red-process.ts';
import { requireProgram } from '../support/requirements.ts';

const run = promisify(execFile);
const LIMIT = 40_000;
const BACKEND = '4c0f2a91d7e31001';

/** A Mosquitto with a configuration and files of its own. */
class Mosquitto {
  readonly directory = mkdtempSync(join(tmpdir(), 'holdfast-broker-'));
  readonly port: number;
  readonly #program: string;
  #process: ChildProcess | undefined;

  constructor(program: string, port: number) {
    this.#program = program;
    this.port = port;
    // Mosquitto gives up root's rights.
    chmodSync(this.directory, 0o777);
  }

  async start(...more: string[]): Promise<void> {
    const lines = [`listener ${this.port} 127.0.0.1`, 'persistence true', `persistence_location ${this.directory}/`, 'autosave_interval 1', 'max_queued_messages 0', ...more];
    if (!more.some((line) => line.startsWith('allow_anonymous'))) lines.push('allow_anonymous true');
    writeFileSync(join(this.directory, 'mosquitto.conf'), `${lines.join('\n')}\n`);
    this.#process = spawn(this.#program, ['-c', join(this.directory, 'mosquitto.conf')], { stdio: 'ignore' });
    await until(async () => {
      try {
        const probe = await connectAsync(`mqtt://127.0.0.1:${this.port}`, { reconnectPeriod: 0, clientId: 'probe' }, false);
        await probe.endAsync(true);
        return true;
      } catch (error) {
        return /not authori[sz]ed/i.test(String(error));
      }
    }, 'the broker answers');
  }

  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const running = this.#process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((done) => running.once('close', done));
    running.kill(signal);
    await gone;
  }

  /** Lets it write its memory to its file, as it does every few seconds by itself. */
  async save(): Promise<void> {
    const file = join(this.directory, 'mosquitto.db');
    rmSync(file, { force: true });
    this.#process?.kill('SIGUSR1');
    await until(() => existsSync(file), 'it has saved');
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

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

describe('a whole Holdfast behind a real Mosquitto', () => {
  const home = makeHome();
  let mosquitto: Mosquitto;
  let holdfast: Holdfast | undefined;
  let client: MqttClient | undefined;

  before(async function () {
    const program = requireProgram(this, 'mosquitto', 'mosquitto');
    const [port = 0] = await freePorts(1);
    mosquitto = new Mosquitto(program, port);
    await mosquitto.start();
    writeFileSync(join(home, 'flows.json'), JSON.stringify(flow(port)));
    holdfast = await startHoldfast({ home });
  });

  after(async () => {
    await client?.endAsync(true);
    await mosquitto?.remove();
    await holdfast?.remove();
    rmSync(home, { recursive: true, force: true });
  });

  it('stores every message once, through kill -9 of Holdfast and of the broker', async function () {
    this.timeout(180_000);
    client = await connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`, { clientId: 'devices', clean: false, reconnectPeriod: 50 });
    client.on('error', () => undefined);
    await untilStored(0);
    await send(0, 500);
    await holdfast?.kill('SIGKILL');
    await send(500, 1_500);
    holdfast = await holdfast?.restart();
    const under = send(1_500, 4_000);
    await wait(100);
    await holdfast?.kill('SIGKILL');
    holdfast = await holdfast?.restart();
    await under;
    await untilStored(4_000);
    // What Mosquitto has not saved it forgets when it is killed: PUBACKs too, and sends those messages again as new ones.
    await mosquitto.save();
    await mosquitto.kill();
    await mosquitto.start();
    await send(4_000, 4_500);
    await untilStored(4_500);
    // With a time of their own such messages are recognised all the same. What Mosquitto has acknowledged and forgets is gone.
    const late = send(4_500, 6_500, Date.now() - 100_000);
    await wait(100);
    await mosquitto.kill();
    await mosquitto.start();
    await late;
    await untilStored(4_500);
    const ledger = await statement();
    await holdfast?.stop();
    const store = openStore(join(home, 'data'));
    const range = { device: 'press-7', metric: 'n', from: 0, to: Date.now() + 600_000, limit: 100_000 };
    const values = [...store.range(range), ...store.superseded(range)].map(({ value }) => Number(value));
    store.close();
    assert.deepEqual(values.filter((value) => value < 4_500).toSorted((one, other) => one - other), Array.from({ length: 4_500 }, (_, n) => n));
    assert.equal(values.length, new Set(values).size, 'a message was stored twice');
    assert.deepEqual([ledger.inFlight, ledger.quarantined, ledger.refused], [0, 0, {}]);
    assert.equal(ledger.received, ledger.stored + ledger.duplicate);
  });

  /** Without a time of their own, in milliseconds, a repetition that was not recognised would be one reading more. */
  async function send(from: number, to: number, start?: number): Promise<void> {
    const messages = Array.from({ length: to - from }, (_, n) => ({ ...(start === undefined ? {} : { ts: start + n }), values: { n: from + n } }));
    const publisher = client;
    assert.ok(publisher);
    await Promise.all(messages.map((one) => publisher.publishAsync('plant/press-7/telemetry', JSON.stringify(one), { qos: 1 })));
  }

  async function untilStored(count: number): Promise<void> {
    assert.ok(holdfast);
    const api = await BackendApi.of(holdfast, BACKEND);
    await until(async () => (await api.status()).readings >= count, `${count} readings are stored`, 90_000);
    await api.untilSettled();
  }

  async function statement(): Promise<Statement> {
    assert.ok(holdfast);
    const answer = await holdfast.request(`/holdfast-backend/${BACKEND}/ledger`, { token: await holdfast.login() });
    return ((await answer.json()) as { protocols: { subscriber: Statement } }).protocols.subscriber;
  }
});

function flow(port: number): object[] {
  const place = { z: 'aaaabbbbcccc0001', x: 200 };
  return [
    { id: 'aaaabbbbcccc0001', type: 'tab', label: 'From Mosquitto' },
    { id: BACKEND, type: 'holdfast-backend', name: '', version: 1, directory: 'data' },
    { id: 'aaaabbbbcccc0002', type: 'holdfast-subscriber', ...place, y: 80, version: 1, backend: BACKEND, url: `mqtt://127.0.0.1:${port}`, template: 'plant/{device}/telemetry', wires: [['aaaabbbbcccc0003']] },
    { id: 'aaaabbbbcccc0003', type: 'holdfast-store', ...place, y: 160, version: 1, backend: BACKEND, wires: [[]] },
  ];
}

function textOf({ payload }: Delivery): string {
  return Buffer.from(payload).toString();
}

async function until(holds: () => boolean | Promise<boolean>, what: string, limit = LIMIT): Promise<void> {
  const end = performance.now() + limit;
  while (!(await holds())) {
    assert.ok(performance.now() < end, `waited ${limit} ms in vain until ${what}`);
    await wait(20);
  }
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
