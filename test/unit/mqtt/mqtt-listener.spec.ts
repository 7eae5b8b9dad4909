import assert from 'node:assert/strict';
import { ListenError } from '../../../core/errors/listen-error.ts';
import { Door, acks, granted, next, received, until } from './door.ts';

describe('the MQTT listener', () => {
  const door = Door.each();

  describe('acknowledging', () => {
    it('sends PUBACK only once the record is committed', async () => {
      const p1 = await door.client('p1');
      const seen = acks(p1);
      door.intake.hold = true;
      p1.publish('devices/p1/telemetry', '{"t":1}', { qos: 1 });
      await until(() => door.intake.waiting.length === 1);
      await door.meanwhile();
      assert.deepEqual([seen, door.listener.counts.acknowledged], [[], 0]);
      door.intake.answer();
      await until(() => seen.length > 0);
      assert.deepEqual([seen, door.listener.counts.acknowledged], [['puback'], 1]);
    });

    it('sends PUBREC only once the record is committed, so that QoS 2 is no weaker', async () => {
      const p1 = await door.client('p1');
      const seen = acks(p1);
      door.intake.hold = true;
      p1.publish('devices/p1/telemetry', '{"t":1}', { qos: 2 });
      await until(() => door.intake.waiting.length === 1);
      await door.meanwhile();
      assert.deepEqual(seen, []);
      door.intake.answer();
      await until(() => seen.length === 2);
      assert.deepEqual([seen, door.intake.texts], [['pubrec', 'pubcomp'], ['p1: {"t":1}']]);
    });

    it('sends none when the commit fails, and closes the connection so that the device sends again', async () => {
      const p1 = await door.client('p1');
      const seen = acks(p1);
      door.intake.hold = true;
      p1.publish('devices/p1/telemetry', '{"t":1}', { qos: 1 });
      await until(() => door.intake.waiting.length === 1);
      door.intake.answer({ reason: 'disk', message: 'The disk is full.' });
      await next(p1, 'close');
      assert.deepEqual([seen, door.listener.counts.acknowledged, door.listener.counts.refused], [[], 0, 1]);
      assert.match(door.problems.join(), /connection of p1 was closed: The disk is full\.$/);
    });

    it('drops a QoS 0 message that is refused, tells no subscriber of it, and keeps the connection', async () => {
      const [p1, app] = [await door.client('p1'), await door.client('app')];
      const seen = received(app);
      await granted(app, 'devices/#');
      door.intake.hold = true;
      p1.publish('devices/p1/telemetry', '{"t":1}');
      await until(() => door.intake.waiting.length === 1);
      door.intake.answer({ reason: 'rate', message: 'It sends too much.' });
      door.intake.hold = false;
      await p1.publishAsync('devices/p1/telemetry', '{"t":2}', { qos: 1 });
      await until(() => seen.length > 0);
      assert.deepEqual([p1.connected, seen, door.listener.counts.refused], [true, ['devices/p1/telemetry: {"t":2}'], 1]);
    });

    it('says what makes a repetition recognisable, and how long the device may wait', async () => {
      const p1 = await door.client('p1', { clientId: 'press' });
      const packet = p1.getLastMessageId() + 1;
      await p1.publishAsync('devices/p1/telemetry', '1', { qos: 0 });
      await p1.publishAsync('devices/p1/telemetry', '2', { qos: 1 });
      await p1.publishAsync('devices/p1/telemetry', '2', { qos: 1, dup: true });
      assert.deepEqual(door.intake.deliveries.map(({ attempt, patience, format }) => ({ attempt, patience, format })), [
        { attempt: undefined, patience: 0, format: 'auto' },
        { attempt: { session: 'mqtt:p1/press', packet: String(packet), repeated: false }, patience: 2_000, format: 'auto' },
        { attempt: { session: 'mqtt:p1/press', packet: String(packet + 1), repeated: true }, patience: 2_000, format: 'auto' },
      ]);
    });

    it('offers publishes of every QoS to the intake, many at a time, in order within each', async () => {
      const p1 = await door.client('p1');
      const texts = Array.from({ length: 600 }, (_, index) => `{"n":${index}}`);
      const sent = texts.map((text, index) => p1.publishAsync('devices/p1/telemetry', text, { qos: index % 3 as 0 | 1 | 2 }));
      await Promise.all(sent);
      await until(() => door.intake.deliveries.length >= texts.length);
      for (const qos of [0, 1, 2]) {
        const expected = texts.filter((_, index) => index % 3 === qos).map((text) => `p1: ${text}`);
        assert.deepEqual(door.intake.texts.filter((text) => expected.includes(text)), expected);
      }
    });

    it('keeps what, from whom and on which topic, byte by byte', async () => {
      const p1 = await door.client('p1');
      const payload = Buffer.from([0, 255, 128, 10, 0]);
      await p1.publishAsync('factory/hall 2/é', payload, { qos: 1 });
      await p1.publishAsync('devices/p1/telemetry', '', { qos: 1 });
      const [first, second] = door.intake.deliveries;
      assert.deepEqual([first?.device, first?.principal, first?.topic, first?.via, Buffer.from(first?.payload ?? [])], ['p1', 'p1', 'factory/hall 2/é', 'mqtt', payload]);
      assert.equal(second?.payload.length, 0);
    });
  });

  describe('what is too large', () => {
    it('is cut before login at the header, so that a claim of 200 MB costs no memory', async () => {
      const socket = await door.socket();
      socket.write(Buffer.from([0x10, 0x80, 0x80, 0x80, 0x64]));
      let written = 0;
      const chunk = Buffer.alloc(64 * 1024);
      const closed = next(socket, 'close');
      while (!socket.destroyed && written < 100 * 1024 * 1024) {
        written += chunk.length;
        if (!socket.write(chunk)) await Promise.race([next(socket, 'drain'), closed]);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await closed;
      assert.ok(written < 16 * 1024 * 1024, `${written} bytes were taken`);
      assert.match(door.problems.join(), /announced a packet of 209715200 bytes, which is more than it may send/);
      assert.equal(door.listener.counts.refused, 1);
      assert.deepEqual(door.intake.refusals, ['mqtt  too-large']);
    });

    it('is cut after login, and what is just small enough is not', async () => {
      const p1 = await door.client('p1');
      await p1.publishAsync('devices/p1/telemetry', Buffer.alloc(99_900), { qos: 1 });
      assert.equal(door.intake.deliveries[0]?.payload.length, 99_900);
      p1.publish('devices/p1/telemetry', Buffer.alloc(100_001), { qos: 1 });
      await next(p1, 'close');
      assert.deepEqual([door.intake.deliveries.length, door.intake.refusals], [1, ['mqtt p1 too-large']]);
    });

    it('includes a will that does not fit into what a stranger may send', async () => {
      const refused = door.connect({ ...door.optionsOf('p1'), will: { topic: 'devices/p1/status', payload: Buffer.alloc(20_000) } });
      await next(refused, 'close');
      assert.equal(door.listener.counts.connected, 0);
    });
  });

  describe('opening and closing', () => {
    it('says who has the port when it is taken, and what to do', async () => {
      await assert.rejects(door.open({ endpoints: [{ transport: 'tcp', host: '127.0.0.1', port: door.port }], path: ':memory:' }), (error: unknown) =>
        error instanceof ListenError && error.code === 'HOLDFAST_LISTEN' && error.message.includes(`127.0.0.1:${door.port}`) && /taken by another program.*choose another port/.test(error.message));
    });

    it('ends all connections when it closes, logged in or not, and frees the port', async () => {
      const { port } = door;
      const one = await door.client('p1');
      const half = await door.socket();
      door.intake.hold = true;
      one.publish('devices/p1/telemetry', '{}', { qos: 1 });
      await until(() => door.intake.waiting.length === 1);
      const seen = acks(one);
      const ended = Promise.all([next(one, 'close'), next(half, 'close')]);
      await door.listener.close();
      await ended;
      door.intake.answer();
      assert.deepEqual(seen, []);
      await door.reopen({ endpoints: [{ transport: 'tcp', host: '127.0.0.1', port }] });
      assert.equal(door.port, port);
    });
  });
});
