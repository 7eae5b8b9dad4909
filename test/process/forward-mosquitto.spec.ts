import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { systemClock } from '../../core/clock/clock.ts';
import { brokerMessages } from '../../core/forward/target/mqtt-messages.ts';
import { MqttTarget } from '../../core/forward/target/mqtt-target.ts';
import { readPublishTopic } from '../../core/forward/target/publish-topic.ts';
import type { Item } from '../../core/forward/target/target.ts';
import { readBrokerAddress } from '../../core/subscriber/broker-address.ts';
import { Mosquitto, until } from '../support/mosquitto.ts';
import { freePorts } from '../support/node-red-process.ts';
import { requireProgram } from '../support/requirements.ts';

const item = (device: string, number: number): Item => ({ device, id: `${device}/s${number}`, line: Buffer.from(JSON.stringify({ device, id: `${device}/s${number}`, ts: number, values: { number } })) });

describe('forwarding to a Mosquitto', () => {
  let mosquitto: Mosquitto;
  let target: MqttTarget | undefined;
  before(function () {
    requireProgram(this, 'mosquitto', 'mosquitto');
  });
  beforeEach(async () => {
    const [port = 0] = await freePorts(1);
    mosquitto = new Mosquitto('mosquitto', port);
  });
  afterEach(async () => {
    await target?.close();
    target = undefined;
    await mosquitto.remove();
  });

  function open(protocolVersion: 4 | 5 | 'auto', timeout = 5_000): MqttTarget {
    const messagesOf = brokerMessages({ readingTopic: readPublishTopic('plant/{device}/in'), alarmTopic: readPublishTopic('alarms/{device}'), payload: 'telemetry' });
    target = new MqttTarget({ address: readBrokerAddress(`mqtt://127.0.0.1:${mosquitto.port}`), tls: {}, clientId: 'edge', username: '', password: '', protocolVersion, messagesOf, window: 4, timeout, clock: systemClock });
    return target;
  }

  for (const version of [4, 5, 'auto'] as const) {
    it(`delivers in order, a message a sample (version ${version})`, async () => {
      await mosquitto.start();
      const observer = await connectAsync(`mqtt://127.0.0.1:${mosquitto.port}`, { reconnectPeriod: 0 });
      const seen: string[] = [];
      observer.on('message', (topic, payload) => seen.push(`${topic} ${payload.toString()}`));
      await observer.subscribeAsync('#', { qos: 1 });
      const items = Array.from({ length: 100 }, (_, index) => item('press-1', index));
      assert.deepEqual(await open(version).send({ kind: 'reading', items, repeated: false }), { kind: 'delivered', refused: [] });
      await until(() => seen.length === 100, 'all have arrived');
      assert.deepEqual(seen, items.map((_, index) => `plant/press-1/in {"ts":${index},"values":{"number":${index}}}`));
      await observer.endAsync(true);
    });
  }

  it('tells with MQTT 5 which sample the broker refuses, and delivers the others', async () => {
    const rights = join(mosquitto.directory, 'rights');
    writeFileSync(rights, 'topic readwrite plant/press-1/in\n');
    // Mosquitto 2.0.11 breaks the connection behind a refusal when it may queue without a bound.
    await mosquitto.start(`acl_file ${rights}`, 'max_queued_messages 1000');
    const outcome = await open(5).send({ kind: 'reading', items: [item('press-1', 1), item('press-2', 2), item('press-1', 3)], repeated: false });
    assert.deepEqual(outcome, { kind: 'delivered', refused: [{ index: 1, reason: `The broker mqtt://127.0.0.1:${mosquitto.port} refuses the message: the user may not publish on this topic.` }] });
  });

  it('says why it cannot be reached, and delivers when the broker is back', async () => {
    const opened = open('auto');
    const batch = { kind: 'reading', items: [item('press-1', 1)], repeated: false } as const;
    const away = await opened.send(batch);
    assert.equal(away.kind, 'later');
    assert.match(away.kind === 'later' ? away.reason : '', /cannot be reached\. Nothing listens there/);
    await mosquitto.start();
    assert.equal((await opened.send(batch)).kind, 'delivered');
    assert.equal(opened.connected, true);
    await mosquitto.kill();
    await until(() => !opened.connected, 'it has noticed');
    assert.equal((await opened.send(batch)).kind, 'later');
  });

  it('gives a broker up that acknowledges nothing, and says so', async () => {
    await mosquitto.start();
    const opened = open(5, 300);
    assert.equal((await opened.send({ kind: 'reading', items: [item('press-1', 1)], repeated: false })).kind, 'delivered');
    mosquitto.pause();
    const outcome = await opened.send({ kind: 'reading', items: [item('press-1', 2)], repeated: false });
    assert.match(outcome.kind === 'later' ? outcome.reason : '', /it did not acknowledge within 0\.3 seconds/);
    mosquitto.resume();
  });
});
