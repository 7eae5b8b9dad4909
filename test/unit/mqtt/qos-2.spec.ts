import assert from 'node:assert/strict';
import { Door, type RawClient, received, until } from './door.ts';

const TELEMETRY = 'devices/p1/telemetry';
const COMMANDS = 'devices/p1/commands';

describe('a QoS 2 message', () => {
  const door = Door.each();

  /** A raw client whose session is kept. */
  async function connected(id = 'p1'): Promise<RawClient> {
    const raw = await door.raw(id);
    await raw.takes('connack');
    return raw;
  }

  /** What was offered: whether as a repetition, and what it said. */
  const offered = (): string[] => door.intake.deliveries.map(({ attempt, payload }) => `${attempt?.packet}${attempt?.repeated ? ' repeated' : ''}: ${Buffer.from(payload).toString()}`);

  describe('of a device', () => {
    it('whose process of the server was killed before it was committed is offered again as a repetition, with or without DUP', async () => {
      for (const dup of [true, false]) {
        const p1 = await connected();
        door.intake.hold = true;
        p1.publish(TELEMETRY, `{"dup":${dup}}`, 2, 7);
        await until(() => door.intake.waiting.length === 1);
        await door.kill();
        const back = await connected();
        back.publish(TELEMETRY, `{"dup":${dup}}`, 2, 7, dup);
        await back.takes('pubrec');
        assert.deepEqual(offered(), [`7 repeated: {"dup":${dup}}`]);
        back.send({ cmd: 'pubrel', messageId: 7 });
        await back.takes('pubcomp');
        back.socket.destroy();
      }
    });

    it('is not offered again when only the PUBREC was lost with its connection', async () => {
      const p1 = await connected();
      p1.publish(TELEMETRY, '1', 2, 7);
      await p1.takes('pubrec');
      p1.socket.destroy();
      const back = await connected();
      back.publish(TELEMETRY, '1', 2, 7, true);
      await back.takes('pubrec');
      back.send({ cmd: 'pubrel', messageId: 7 });
      await back.takes('pubcomp');
      assert.deepEqual(offered(), ['7: 1']);
    });

    it('waits for the first attempt when its connection broke while that was being committed', async () => {
      const p1 = await connected();
      door.intake.hold = true;
      p1.publish(TELEMETRY, '1', 2, 7);
      await until(() => door.intake.waiting.length === 1);
      p1.socket.destroy();
      const back = await connected();
      back.publish(TELEMETRY, '1', 2, 7, true);
      await door.meanwhile();
      assert.deepEqual([offered(), back.packets], [['7: 1'], []]);
      door.intake.answer();
      await back.takes('pubrec');
      assert.deepEqual(offered(), ['7: 1']);
    });

    it('is completed by PUBREL when the process was killed after PUBREC, and its packet identifier is free for an equal one', async () => {
      const p1 = await connected();
      p1.publish(TELEMETRY, '1', 2, 7);
      await p1.takes('pubrec');
      await door.kill();
      const back = await connected();
      back.send({ cmd: 'pubrel', messageId: 7 });
      await back.takes('pubcomp');
      back.publish(TELEMETRY, '1', 2, 7);
      await back.takes('pubrec');
      assert.deepEqual(offered(), ['7: 1']);
    });

    it('is completed again when the process was killed before PUBCOMP arrived', async () => {
      const p1 = await connected();
      p1.publish(TELEMETRY, '1', 2, 7);
      await p1.takes('pubrec');
      p1.send({ cmd: 'pubrel', messageId: 7 });
      await p1.takes('pubcomp');
      await door.kill();
      const back = await connected();
      back.send({ cmd: 'pubrel', messageId: 7 });
      await back.takes('pubcomp');
      back.publish(TELEMETRY, '1', 2, 7);
      await back.takes('pubrec');
      assert.deepEqual(offered(), ['7: 1']);
    });

    it('that is completed leaves its packet identifier to an equal one, also over a kill', async () => {
      const p1 = await connected();
      p1.publish(TELEMETRY, '1', 2, 7);
      await p1.takes('pubrec');
      p1.send({ cmd: 'pubrel', messageId: 7 });
      await p1.takes('pubcomp');
      await door.kill();
      const back = await connected();
      back.publish(TELEMETRY, '1', 2, 7);
      await back.takes('pubrec');
      assert.deepEqual(offered(), ['7: 1']);
    });

    it('is another one when a device that forgot its session says something else with the same packet identifier', async () => {
      const p1 = await connected();
      p1.publish(TELEMETRY, '1', 2, 7);
      await p1.takes('pubrec');
      p1.socket.destroy();
      const back = await connected();
      back.publish(TELEMETRY, '2', 2, 7);
      await back.takes('pubrec');
      assert.deepEqual(offered(), ['7: 1', '7: 2']);
    });

    it('that was refused may be sent again as if it had never come', async () => {
      const p1 = await connected();
      door.intake.hold = true;
      p1.publish(TELEMETRY, '1', 2, 7);
      await until(() => door.intake.waiting.length === 1);
      door.intake.answer({ reason: 'disk', message: 'The disk is full.' });
      await until(() => p1.socket.destroyed);
      assert.deepEqual(p1.packets, []);
      door.intake.hold = false;
      const back = await connected();
      back.publish(TELEMETRY, '1', 2, 7, true);
      await back.takes('pubrec');
      assert.deepEqual(offered(), ['7: 1', '7 repeated: 1']);
    });

    it('that is never released costs a bounded memory: the thousand-and-first ends the connection', async () => {
      const p1 = await connected();
      for (let id = 1; id <= 1_000; id += 1) {
        p1.publish(TELEMETRY, String(id), 2, id);
        if (id % 100 === 0) for (let count = 0; count < 100; count += 1) await p1.takes('pubrec');
      }
      p1.socket.destroy();
      const back = await connected();
      back.publish(TELEMETRY, 'more', 2, 1_001);
      await until(() => back.socket.destroyed);
      assert.equal(door.intake.deliveries.length, 1_000);
      assert.match(door.problems.join(), /connection of p1 was closed: it has 1000 messages of QoS 2 that it never released/);
    });
  });

  describe('of an application, for a device that is away', () => {
    beforeEach(async () => {
      const p1 = await door.client('p1', { clean: false });
      await p1.subscribeAsync(COMMANDS, { qos: 2 });
      await p1.endAsync();
    });

    it('waits once, though the process was killed after PUBREC and the application sends it again', async () => {
      const app = await connected('app');
      app.publish(COMMANDS, 'open', 2, 3);
      await app.takes('pubrec');
      await door.kill();
      const back = await connected('app');
      back.publish(COMMANDS, 'open', 2, 3, true);
      await back.takes('pubrec');
      back.send({ cmd: 'pubrel', messageId: 3 });
      await back.takes('pubcomp');
      const p1 = await door.client('p1', { clean: false });
      const seen = received(p1);
      await until(() => seen.length > 0);
      await door.meanwhile();
      assert.deepEqual(seen, [`${COMMANDS}: open`]);
    });

    it('is sent with the same packet identifier over kills, and only released once it was received', async () => {
      await door.listener.publish(COMMANDS, 'open', 2);
      const first = await connected();
      const sent = await first.takes('publish');
      await door.kill();
      const second = await connected();
      const again = await second.takes('publish');
      assert.deepEqual([again.qos, again.dup, again.messageId], [2, true, sent.messageId]);
      second.send({ cmd: 'pubrec', messageId: again.messageId ?? 0 });
      await second.takes('pubrel');
      await door.kill();
      const third = await connected();
      const release = await third.takes('pubrel');
      assert.equal(release.messageId, sent.messageId);
      third.send({ cmd: 'pubcomp', messageId: release.messageId ?? 0 });
      await door.meanwhile();
      await door.kill();
      const fourth = await connected();
      await door.meanwhile();
      assert.deepEqual([third.packets, fourth.packets], [[], []]);
    });
  });
});
