import assert from 'node:assert/strict';
import { meanwhile, REFUSED, Scene, until } from './fixture.ts';
import { message } from './scripted-broker.ts';

const TOPIC = 'plant/press-7/telemetry';

describe('the broker subscriber', () => {
  const scene = Scene.each();

  describe('acknowledges', () => {
    it('a message when it is on disk, and not before', async () => {
      scene.intake.hold = true;
      await scene.subscribed();
      scene.broker.line.send(message(TOPIC, '{"t":1}', { messageId: 7 }));
      await until(() => scene.intake.deliveries.length === 1);
      await meanwhile();
      assert.deepEqual(scene.broker.line.pubacks, []);
      scene.intake.commit();
      await until(() => scene.broker.line.pubacks.length === 1);
      assert.deepEqual(scene.broker.line.pubacks, [7]);
    });

    for (const protocolVersion of ['3.1.1', '5'] as const) {
      it(`hundreds at once that came while none was answered, with MQTT ${protocolVersion}`, async () => {
        scene.intake.hold = true;
        await scene.subscribed({ protocolVersion });
        const { line } = scene.broker;
        const ids = Array.from({ length: 500 }, (_, index) => index + 1);
        for (const messageId of ids) line.send(message(TOPIC, `{"n":${messageId}}`, { messageId }));
        await until(() => scene.intake.deliveries.length === 500);
        const before = line.chunks.length;
        scene.intake.commit();
        await until(() => line.pubacks.length === 500);
        assert.deepEqual(line.pubacks, ids);
        assert.deepEqual(line.chunks.slice(before), [500], 'the PUBACKs of one commit are one write');
      });
    }

    it('each in its own time when they are not committed together', async () => {
      scene.intake.hold = true;
      await scene.subscribed();
      for (const messageId of [1, 2, 3]) scene.broker.line.send(message(TOPIC, '{}', { messageId }));
      await until(() => scene.intake.answers.length === 3);
      scene.intake.answers[1]?.();
      await until(() => scene.broker.line.pubacks.length === 1);
      assert.deepEqual(scene.broker.line.pubacks, [2]);
    });

    it('never over another connection than the one on which the message came', async () => {
      scene.intake.hold = true;
      await scene.subscribed();
      scene.broker.line.send(message(TOPIC, '{"n":1}', { messageId: 1 }));
      await until(() => scene.intake.answers.length === 1);
      const [first] = scene.intake.answers.splice(0);
      scene.broker.line.socket.destroy();
      await meanwhile();
      scene.broker.connack = () => ({ sessionPresent: true });
      await scene.connections(2);
      first?.();
      scene.broker.line.send(message(TOPIC, '{"n":1}', { messageId: 1, dup: true }));
      await until(() => scene.intake.deliveries.length === 2);
      await meanwhile();
      assert.deepEqual(scene.broker.lines.map(({ pubacks }) => pubacks), [[], []]);
      scene.intake.commit();
      await until(() => scene.broker.line.pubacks.length === 1);
      assert.deepEqual(scene.broker.lines.map(({ pubacks }) => pubacks), [[], [1]]);
    });

    it('a QoS 2 message of an older session only when it is on disk, and offers it once', async () => {
      scene.intake.hold = true;
      await scene.subscribed();
      const { line } = scene.broker;
      const heard = (): string[] => line.packets.map(({ cmd }) => cmd).filter((cmd) => cmd.startsWith('pub'));
      line.send(message(TOPIC, '{"n":2}', { qos: 2, messageId: 9 }));
      await until(() => scene.intake.answers.length === 1);
      await meanwhile();
      assert.deepEqual(heard(), []);
      scene.intake.commit();
      await until(() => heard().length === 1);
      line.send({ cmd: 'pubrel', messageId: 9, qos: 1 });
      await until(() => heard().length === 2);
      assert.deepEqual([heard(), scene.intake.texts], [['pubrec', 'pubcomp'], ['press-7: {"n":2}']]);
    });
  });

  describe('offers', () => {
    it('what the intake needs to know, with the device from the topic and no principal', async () => {
      await scene.subscribed();
      scene.broker.line.send(message(TOPIC, '{"t":1}', { messageId: 5, dup: true }));
      await until(() => scene.intake.deliveries.length === 1);
      const { payload, ...rest } = scene.intake.deliveries[0]!;
      assert.equal(Buffer.from(payload).toString(), '{"t":1}');
      assert.deepEqual(rest, { via: 'subscriber', device: 'press-7', principal: '', topic: TOPIC, format: 'auto', patience: 2_000, attempt: { session: 'subscriber:holdfast-1', packet: '5', repeated: true } });
    });

    it('a QoS 0 message without an attempt: nothing makes a repetition recognisable', async () => {
      await scene.subscribed();
      scene.broker.line.send(message(TOPIC, '{}', { qos: 0 }));
      await until(() => scene.intake.deliveries.length === 1);
      assert.equal(scene.intake.deliveries[0]?.attempt, undefined);
    });

    it('no retained message, and acknowledges it', async () => {
      const subscriber = await scene.subscribed();
      scene.broker.line.send(message(TOPIC, '{}', { retain: true, messageId: 3 }));
      await until(() => scene.broker.line.pubacks.length === 1);
      assert.deepEqual([scene.intake.deliveries.length, subscriber.counts.retained], [0, 1]);
    });

    it('retained messages when it is told to', async () => {
      await scene.subscribed({ takeRetained: true });
      scene.broker.line.send(message(TOPIC, '{}', { retain: true }));
      await until(() => scene.intake.deliveries.length === 1);
    });

    const UNUSABLE: Array<{ what: string; topic: string; payload?: string; reason: string; device: string; says: RegExp }> = [
      { what: 'a topic that does not fit', topic: 'plant/press-7/status', reason: 'forbidden', device: '', says: /does not fit the topic template plant\/\{device\}\/telemetry/ },
      { what: 'a device that is no id', topic: 'plant/press 7/telemetry', reason: 'forbidden', device: '', says: /"press 7" cannot be the id of a device/ },
      { what: 'a payload that is too large', topic: TOPIC, payload: 'x'.repeat(1_001), reason: 'too-large', device: 'press-7', says: /it has 1001 bytes, and 1000 are allowed/ },
    ];
    for (const { what, topic, payload = '{}', reason, device, says } of UNUSABLE) {
      it(`nothing of ${what}: refuses it aloud, counts it and acknowledges it, since it will never be better`, async () => {
        const subscriber = await scene.subscribed();
        scene.broker.line.send(message(topic, payload, { messageId: 4 }));
        await until(() => scene.broker.line.pubacks.length === 1);
        assert.deepEqual([scene.intake.deliveries, scene.intake.refusals, subscriber.counts.refused], [[], [{ device, reason }], 1]);
        assert.match(scene.turnedAway.join(), says);
      });
    }
  });

  describe('when the intake refuses', () => {
    it('leaves the message with the broker, says so, and takes it over another connection after a pause', async () => {
      scene.intake.refuse = () => REFUSED;
      const subscriber = await scene.subscribed();
      scene.broker.line.send(message(TOPIC, '{"n":1}', { messageId: 1 }));
      await until(() => subscriber.state.kind === 'refusing');
      assert.deepEqual(subscriber.state, { kind: 'refusing', problem: 'press-7 sends more than it may. The broker sends it again.' });
      assert.match(scene.turnedAway.join(), /press-7 sends more than it may\. It was not acknowledged/);
      scene.intake.refuse = () => undefined;
      scene.broker.line.send(message(TOPIC, '{"n":2}', { messageId: 2 }));
      await until(() => scene.broker.line.pubacks.length === 1);
      assert.deepEqual(scene.broker.line.pubacks, [2]);
      scene.broker.connack = () => ({ sessionPresent: true });
      await scene.connections(2);
      scene.broker.line.send(message(TOPIC, '{"n":1}', { messageId: 1, dup: true }));
      await until(() => scene.broker.line.pubacks.length === 1);
      assert.deepEqual(scene.intake.texts, ['press-7: {"n":1}', 'press-7: {"n":2}', 'press-7: {"n":1}']);
      assert.equal(subscriber.state.kind, 'subscribed');
    });

    it('acknowledges first what is on disk by then', async () => {
      scene.intake.hold = true;
      await scene.subscribed({ protocolVersion: '5', receiveMaximum: 4 });
      const { line } = scene.broker;
      for (const messageId of [1, 2, 3]) line.send(message(TOPIC, `{"n":${messageId}}`, { messageId }));
      await until(() => scene.intake.answers.length === 3);
      for (const answer of scene.intake.answers.splice(0, 2)) answer(REFUSED);
      await meanwhile();
      scene.intake.commit();
      await until(() => line.closed);
      assert.deepEqual(line.pubacks, [3]);
    });

    it('connects again as soon as the refused fill half of what the broker sends without an acknowledgement', async () => {
      scene.intake.refuse = () => REFUSED;
      await scene.subscribed({ protocolVersion: '5', receiveMaximum: 20 });
      const { line } = scene.broker;
      for (let messageId = 1; messageId <= 9; messageId += 1) line.send(message(TOPIC, '{}', { messageId }));
      await until(() => scene.intake.deliveries.length === 9);
      await meanwhile();
      assert.equal(line.closed, false);
      line.send(message(TOPIC, '{}', { messageId: 10 }));
      await until(() => line.closed);
      assert.deepEqual(line.pubacks, []);
    });

    it('for what a message is, acknowledges it: it would stand in the way for ever', async () => {
      scene.intake.refuse = () => ({ reason: 'unsupported-format', message: 'CBOR cannot be read.' });
      const subscriber = await scene.subscribed();
      scene.broker.line.send(message(TOPIC, 'x', { messageId: 6 }));
      await until(() => scene.broker.line.pubacks.length === 1);
      assert.equal(subscriber.counts.withheld, 0);
      assert.match(scene.turnedAway.join(), /It was acknowledged/);
    });

    it('does not count refusals of an earlier connection against the present one', async () => {
      scene.intake.hold = true;
      const subscriber = await scene.subscribed({ protocolVersion: '5', receiveMaximum: 2 });
      scene.broker.line.send(message(TOPIC, '{}', { messageId: 1 }));
      await until(() => scene.intake.answers.length === 1);
      scene.broker.line.socket.destroy();
      await meanwhile();
      await scene.connections(2);
      await until(() => subscriber.state.kind === 'subscribed');
      for (const answer of scene.intake.answers.splice(0)) answer(REFUSED);
      await meanwhile();
      assert.deepEqual([scene.broker.line.closed, subscriber.state.kind], [false, 'subscribed']);
    });
  });

  it('stops reading while too much waits for the disk, and goes on after the commit', async () => {
    scene.intake.hold = true;
    await scene.subscribed({ maximumPayload: 20_000_000 });
    const big = 'x'.repeat(12 * 1024 * 1024);
    for (const messageId of [1, 2, 3, 4]) scene.broker.line.send(message(TOPIC, big, { messageId }));
    await until(() => scene.intake.answers.length === 3);
    await meanwhile();
    assert.equal(scene.intake.answers.length, 3);
    scene.intake.commit();
    await until(() => scene.intake.answers.length === 1);
  });

  it('leaves with everything acknowledged that is on disk, and takes nothing more', async () => {
    scene.intake.hold = true;
    const subscriber = await scene.subscribed();
    const { line } = scene.broker;
    line.send(message(TOPIC, '{"n":1}', { messageId: 1 }));
    await until(() => scene.intake.answers.length === 1);
    const closing = subscriber.close(false);
    line.send(message(TOPIC, '{"n":2}', { messageId: 2 }));
    await meanwhile();
    scene.intake.commit();
    await closing;
    await until(() => line.closed);
    assert.deepEqual([line.pubacks, scene.intake.texts], [[1], ['press-7: {"n":1}']]);
    assert.equal(line.packets.at(-1)?.cmd, 'disconnect');
    assert.ok(!line.packets.some(({ cmd }) => cmd === 'unsubscribe'));
  });

  it('takes its subscription away when it is removed for good', async () => {
    const subscriber = await scene.subscribed({ protocolVersion: '5' });
    await subscriber.close(true);
    const { packets } = scene.broker.line;
    await until(() => scene.broker.line.closed);
    assert.ok(packets.some((packet) => packet.cmd === 'unsubscribe' && packet.unsubscriptions.join() === 'plant/+/telemetry'));
    const last = packets.at(-1);
    assert.equal(last?.cmd === 'disconnect' && last.properties?.sessionExpiryInterval, 0);
  });
});
