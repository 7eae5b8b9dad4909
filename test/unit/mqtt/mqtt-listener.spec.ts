import assert from 'node:assert/strict';
import { ListenError } from '../../../core/mqtt/mqtt-listener.ts';
import { Door, acks, next, until } from './door.ts';

describe('the MQTT listener', () => {
  const door = Door.each();

  describe('acknowledging', () => {
    it('sends PUBACK only once the record is committed', async () => {
      const p1 = await door.client('p1');
      const seen = acks(p1);
      door.inbox.hold = true;
      p1.publish('devices/p1/telemetry', '{"t":1}', { qos: 1 });
      await until(() => door.inbox.waiting.length === 1);
      await door.meanwhile();
      assert.deepEqual([seen, door.listener.counts.acknowledged], [[], 0]);
      door.inbox.answer();
      await until(() => seen.length > 0);
      assert.deepEqual([seen, door.listener.counts.acknowledged], [['puback'], 1]);
    });

    it('sends PUBREC only once the record is committed, so that QoS 2 is no weaker', async () => {
      const p1 = await door.client('p1');
      const seen = acks(p1);
      door.inbox.hold = true;
      p1.publish('devices/p1/telemetry', '{"t":1}', { qos: 2 });
      await until(() => door.inbox.waiting.length === 1);
      await door.meanwhile();
      assert.deepEqual(seen, []);
      door.inbox.answer();
      await until(() => seen.length === 2);
      assert.deepEqual([seen, door.inbox.texts], [['pubrec', 'pubcomp'], ['p1: {"t":1}']]);
    });

    it('sends none when the commit fails, and closes the connection so that the device sends again', async () => {
      const p1 = await door.client('p1');
      const seen = acks(p1);
      door.inbox.hold = true;
      p1.publish('devices/p1/telemetry', '{"t":1}', { qos: 1 });
      await until(() => door.inbox.waiting.length === 1);
      door.inbox.answer(new Error('The disk is full.'));
      await next(p1, 'close');
      assert.deepEqual([seen, door.listener.counts.acknowledged, door.listener.counts.refused], [[], 0, 1]);
      assert.match(door.problems.join(), /connection of p1 was closed: The disk is full/);
    });

    it('takes publishes of every QoS into the inbox, many at a time, in order', async () => {
      const p1 = await door.client('p1');
      const texts = Array.from({ length: 600 }, (_, index) => `{"n":${index}}`);
      const sent = texts.map((text, index) => p1.publishAsync('devices/p1/telemetry', text, { qos: index % 3 as 0 | 1 | 2 }));
      await Promise.all(sent);
      await until(() => door.inbox.records.length >= texts.length);
      assert.deepEqual(door.inbox.texts, texts.map((text) => `p1: ${text}`));
      const times = door.inbox.records.map(({ received: time }) => time);
      assert.equal(new Set(times).size, times.length);
    });

    it('keeps what, from whom and on which topic, byte by byte', async () => {
      const p1 = await door.client('p1');
      const payload = Buffer.from([0, 255, 128, 10, 0]);
      await p1.publishAsync('factory/hall 2/é', payload, { qos: 1 });
      await p1.publishAsync('devices/p1/telemetry', '', { qos: 1 });
      const [first, second] = door.inbox.records;
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
    });

    it('is cut after login, and what is just small enough is not', async () => {
      const p1 = await door.client('p1');
      await p1.publishAsync('devices/p1/telemetry', Buffer.alloc(99_900), { qos: 1 });
      assert.equal(door.inbox.records[0]?.payload.length, 99_900);
      p1.publish('devices/p1/telemetry', Buffer.alloc(100_001), { qos: 1 });
      await next(p1, 'close');
      assert.equal(door.inbox.records.length, 1);
    });

    it('includes a will that does not fit into what a stranger may send', async () => {
      const refused = door.connect({ ...door.optionsOf('p1'), will: { topic: 'devices/p1/status', payload: Buffer.alloc(20_000) } });
      await next(refused, 'close');
      assert.equal(door.listener.counts.connected, 0);
    });
  });

  describe('opening and closing', () => {
    it('says who has the port when it is taken, and what to do', async () => {
      await assert.rejects(door.open({ port: door.listener.port }), (error: unknown) =>
        error instanceof ListenError && error.code === 'HOLDFAST_LISTEN' && error.message.includes(`127.0.0.1:${door.listener.port}`) && /taken by another program.*choose another port/.test(error.message));
    });

    it('ends all connections when it closes, logged in or not, and frees the port', async () => {
      const { port } = door.listener;
      const one = await door.client('p1');
      const half = await door.socket();
      door.inbox.hold = true;
      one.publish('devices/p1/telemetry', '{}', { qos: 1 });
      await until(() => door.inbox.waiting.length === 1);
      const seen = acks(one);
      const ended = Promise.all([next(one, 'close'), next(half, 'close')]);
      await door.listener.close();
      await ended;
      door.inbox.answer();
      assert.deepEqual(seen, []);
      await door.reopen({ port });
      assert.equal(door.listener.port, port);
    });
  });
});
