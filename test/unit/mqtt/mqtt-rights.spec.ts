import assert from 'node:assert/strict';
import type { IClientOptions } from 'mqtt';
import { Door, acks, granted, next, received, until } from './door.ts';

describe('a client of the MQTT listener', () => {
  const door = Door.each();

  describe('letting in', () => {
    it('refuses a wrong secret, an unknown name and none, with the code that says so', async () => {
      for (const options of [{ password: 'wrong' }, { username: 'nobody' }, { username: 'p2' }, { password: '' }]) assert.ok([4, 5].includes(Number(await door.refusal('p1', options))), JSON.stringify(options));
      const anonymous: IClientOptions = { ...door.optionsOf('p1') };
      delete anonymous.username;
      delete anonymous.password;
      const refused = door.connect(anonymous);
      assert.equal(((await next(refused, 'error')) as { code?: unknown }).code, 4);
      assert.deepEqual([door.listener.counts.refused, door.listener.counts.connected], [5, 0]);
      assert.deepEqual(door.intake.refusals, Array.from({ length: 5 }, () => 'mqtt  login'));
    });

    it('writes what a stranger calls itself on one line', async () => {
      await door.refusal('p1', { username: 'x\n[error] all is lost\u0000' });
      assert.match(door.problems.join(), /calls itself "x\\n\[error\]/);
    });

    it('lets nobody end, take over or keep out a client by its client id', async () => {
      const squatter = await door.client('p2', { clientId: 'p1' });
      const p1 = await door.client('p1', { clientId: 'p1' });
      const [forSquatter, forP1] = [received(squatter), received(p1)];
      assert.deepEqual([await granted(p1, 'devices/p1/commands'), await granted(squatter, 'devices/p2/commands')], [true, true]);
      const app = await door.client('app');
      await app.publishAsync('devices/p1/commands', 'stop', { qos: 1 });
      await until(() => forP1.length > 0);
      await door.meanwhile();
      assert.deepEqual([squatter.connected, p1.connected, forSquatter, forP1], [true, true, [], ['devices/p1/commands: stop']]);
    });

    it('ends the older of two connections of one principal with one client id', async () => {
      const older = await door.client('p1');
      const closed = next(older, 'close');
      const newer = await door.client('p1');
      await closed;
      await newer.publishAsync('devices/p1/telemetry', '{}', { qos: 1 });
      await until(() => door.listener.counts.connected === 1);
    });

    it('turns away more connections than the limit, with a sentence, and takes them when others have gone', async () => {
      await door.reopen({ maximumConnections: 2 });
      const first = await door.client('p1');
      await door.client('p2');
      const third = await door.socket();
      await next(third, 'close');
      assert.match(door.problems.join(), /turned away: 2 are open, which is the limit/);
      await first.endAsync();
      await until(() => door.listener.counts.connected === 1);
      assert.equal((await door.client('app')).connected, true);
    });

    it('shuts out who is removed while it is connected', async () => {
      const p1 = await door.client('p1');
      const app = await door.client('app');
      const seen = received(app);
      assert.ok(await granted(app, 'devices/#'));
      door.registry.remove('p1');
      door.registry.remove('app');
      p1.publish('devices/p1/telemetry', '{}', { qos: 1 });
      await next(p1, 'close');
      const p2 = await door.client('p2');
      await p2.publishAsync('devices/p2/telemetry', '{}', { qos: 1 });
      await door.meanwhile();
      assert.deepEqual([door.intake.texts, seen], [['p2: {}'], []]);
    });

    it('counts who is connected, whatever way they go', async () => {
      const going = [await door.client('p1'), await door.client('p2'), await door.client('gate')];
      await until(() => door.listener.counts.connected === 3);
      going[0]?.stream.destroy();
      await going[1]?.endAsync();
      going[2]?.publish('devices/p1/telemetry', '{}');
      await until(() => door.listener.counts.connected === 0);
      const half = await door.socket();
      half.end();
      await next(half, 'close');
      assert.equal(door.listener.counts.connected, 0);
    });
  });

  describe('who may do what', () => {
    const forbidden: Array<[who: string, topic: string]> = [
      ['p1', 'devices/p2/telemetry'], ['p1', 'alarms/p1'], ['p1', 'devices'], ['gate', 'devices/p1/telemetry'], ['gate', 'readings'], ['app', 'devices/p1/telemetry'], ['p1', '$SYS/x'],
    ];
    for (const [who, topic] of forbidden) {
      it(`cuts ${who} off when it publishes on ${topic}, without an acknowledgement`, async () => {
        const one = await door.client(who);
        const seen = acks(one);
        one.publish(topic, '{"t":1}', { qos: 1 });
        await next(one, 'close');
        assert.deepEqual([seen, door.intake.texts, door.listener.counts.refused, door.intake.refusals], [[], [], 1, [`mqtt ${who} forbidden`]]);
        assert.match(door.problems.join(), new RegExp(`connection of ${who} was closed: .+`));
      });
    }

    it('lets a gateway send for its children, in their name', async () => {
      const gate = await door.client('gate');
      await gate.publishAsync('devices/c1/telemetry', '{"t":1}', { qos: 1 });
      await gate.publishAsync('devices/c2/telemetry', '{"t":2}', { qos: 1 });
      assert.deepEqual([door.intake.texts, door.intake.deliveries.map(({ principal }) => principal)], [['c1: {"t":1}', 'c2: {"t":2}'], ['gate', 'gate']]);
    });

    it('goes by the children a gateway has now, not by those it had when it logged in', async () => {
      const gate = await door.client('gate');
      door.registry.issue({ id: 'gate', kind: 'gateway', children: ['c2'] });
      await gate.publishAsync('devices/c2/telemetry', '{}', { qos: 1 });
      gate.publish('devices/c1/telemetry', '{}', { qos: 1 });
      await next(gate, 'close');
      assert.deepEqual(door.intake.texts, ['c2: {}']);
    });

    it('lets a device hear its own commands and nothing else', async () => {
      const p1 = await door.client('p1');
      const seen = received(p1);
      const topics = ['devices/p1/commands', 'devices/p2/commands', 'devices/p2/telemetry', 'devices/p1/telemetry', 'devices/+/commands', '#', '+/#', '$SYS/#', 'alarms/#', 'factory/#'];
      const answers: boolean[] = [];
      for (const topic of topics) answers.push(await granted(p1, topic));
      assert.deepEqual(answers, topics.map((_, index) => index === 0));
      const [p2, app] = [await door.client('p2'), await door.client('app')];
      await p2.publishAsync('devices/p2/telemetry', 'secret', { qos: 1 });
      await app.publishAsync('alarms/p2', 'secret', { qos: 1 });
      await app.publishAsync('devices/p1/commands', 'stop', { qos: 1 });
      await until(() => seen.length > 0);
      await door.meanwhile();
      assert.deepEqual(seen, ['devices/p1/commands: stop']);
    });

    it('lets an application hear devices and alarms, but not everything', async () => {
      const app = await door.client('app');
      const seen = received(app);
      assert.deepEqual([await granted(app, '#'), await granted(app, '+/p1/telemetry'), await granted(app, '$SYS/#'), await granted(app, 'devices/#')], [false, false, false, true]);
      const p1 = await door.client('p1');
      await p1.publishAsync('devices/p1/telemetry', '{"t":1}', { qos: 1 });
      await until(() => seen.length > 0);
      assert.deepEqual(seen, ['devices/p1/telemetry: {"t":1}']);
    });
  });

  describe('what is retained', () => {
    it('is the status of a device, and never its telemetry or another topic of its choice', async () => {
      const p1 = await door.client('p1');
      await p1.publishAsync('devices/p1/telemetry', '{"t":1}', { qos: 1, retain: true });
      await p1.publishAsync('devices/p1/status/1', 'no', { qos: 1, retain: true });
      await p1.publishAsync('factory/1', '{"t":1}', { qos: 1, retain: true });
      await p1.publishAsync('devices/p1/status', 'x'.repeat(5_000), { qos: 1, retain: true });
      await p1.publishAsync('devices/p1/status', 'online', { qos: 1, retain: true });
      const app = await door.client('app');
      const seen = received(app);
      await granted(app, 'devices/#');
      await granted(app, 'factory/#');
      await until(() => seen.length > 0);
      await door.meanwhile();
      assert.deepEqual(seen, ['devices/p1/status: online (retained)']);
      assert.equal(door.intake.deliveries.length, 2);
      assert.match(door.problems.join(), /passed on but not retained/);
    });
  });
});
