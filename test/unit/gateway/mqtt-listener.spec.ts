import assert from 'node:assert/strict';
import type { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect as connectSocket } from 'node:net';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, connectAsync } from 'mqtt';
import type { IClientOptions, MqttClient } from 'mqtt';
import { systemClock } from '../../../core/clock/clock.ts';
import { ListenError, MqttListener } from '../../../core/gateway/mqtt-listener.ts';
import type { InboxRecord } from '../../../core/inbox/record.ts';
import type { PrincipalKind } from '../../../core/registry/principal.ts';
import { openRegistry } from '../../../core/registry/registry.ts';
import type { Registry } from '../../../core/registry/registry.ts';
import type { Committed } from '../../../core/sqlite/group-commit.ts';

/** The next such event, whatever else may come first: a connection that is cut may well report an error before it closes. */
function next(emitter: MqttClient | Socket, event: string): Promise<unknown> {
  return new Promise((resolve) => (emitter as unknown as EventEmitter).once(event, resolve));
}

/** An inbox that commits when it is told to. */
class HeldInbox {
  readonly records: InboxRecord[] = [];
  readonly waiting: Committed[] = [];
  hold = false;
  append(channel: string, record: InboxRecord, committed: Committed): void {
    assert.equal(channel, 'gateway-node');
    this.records.push(record);
    this.waiting.push(committed);
    if (!this.hold) this.answer();
  }
  answer(error?: Error): void {
    for (const committed of this.waiting.splice(0)) committed(error);
  }
  get texts(): string[] {
    return this.records.map(({ device, payload }) => `${device}: ${Buffer.from(payload).toString()}`);
  }
}

describe('the MQTT listener', () => {
  let folder: string;
  let registry: Registry;
  let inbox: HeldInbox;
  let listener: MqttListener;
  let problems: string[];
  const clients: MqttClient[] = [];
  const sockets: Socket[] = [];
  const secrets = new Map<string, string>();

  const open = (options: { maximumPacketSize?: number; maximumConnections?: number; port?: number } = {}): Promise<MqttListener> =>
    MqttListener.open({ host: '127.0.0.1', port: 0, channel: 'gateway-node', inbox, registry, clock: systemClock, maximumPacketSize: 100_000, maximumConnections: 100, problem: (sentence) => void problems.push(sentence), ...options });
  const issue = (id: string, kind: PrincipalKind = 'device', children: string[] = []): void => void secrets.set(id, registry.issue({ id, kind, children }).secret);
  const optionsOf = (id: string): IClientOptions => ({ host: '127.0.0.1', port: listener.port, clientId: id, username: id, password: secrets.get(id) ?? 'none', reconnectPeriod: 0 });
  const client = async (id: string, options: IClientOptions = {}): Promise<MqttClient> => {
    const connected = await connectAsync({ ...optionsOf(id), ...options });
    // A connection that the listener cuts is what some tests are about; without a listener it would end the process.
    connected.on('error', () => undefined);
    clients.push(connected);
    return connected;
  };
  const refusal = async (id: string, options: IClientOptions = {}): Promise<unknown> => {
    const refused = connect({ ...optionsOf(id), ...options });
    clients.push(refused);
    return ((await next(refused, 'error')) as { code?: unknown }).code;
  };
  const acks = (one: MqttClient): string[] => {
    const seen: string[] = [];
    one.on('packetreceive', ({ cmd }) => void (/^pub(ack|rec|comp)$/.test(cmd) && seen.push(cmd)));
    return seen;
  };
  const received = (one: MqttClient): string[] => {
    const seen: string[] = [];
    one.on('message', (topic, payload, { retain }) => void seen.push(`${topic}: ${payload.toString()}${retain ? ' (retained)' : ''}`));
    return seen;
  };
  const granted = async (one: MqttClient, topic: string): Promise<boolean> => {
    try {
      return (await one.subscribeAsync(topic)).every(({ qos }) => qos < 128);
    } catch {
      return false;
    }
  };
  /** The broker has answered others meanwhile: had it something to say, it would have said it. */
  const meanwhile = async (): Promise<void> => {
    const other = await client('bystander');
    for (let count = 0; count < 5; count += 1) await granted(other, 'devices/bystander/commands');
    await other.endAsync();
  };
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
  };
  const raw = async (): Promise<Socket> => {
    const socket = connectSocket(listener.port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    await next(socket, 'connect');
    return socket;
  };

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-listener-'));
    registry = openRegistry(folder, systemClock);
    inbox = new HeldInbox();
    problems = [];
    for (const id of ['p1', 'p2', 'bystander']) issue(id);
    issue('gate', 'gateway', ['c1', 'c2']);
    issue('app', 'application');
    listener = await open();
  });
  afterEach(async () => {
    inbox.answer();
    for (const one of clients.splice(0)) one.end(true);
    for (const socket of sockets.splice(0)) socket.destroy();
    await listener.close();
    registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  describe('acknowledging', () => {
    it('sends PUBACK only once the record is committed', async () => {
      const p1 = await client('p1');
      const seen = acks(p1);
      inbox.hold = true;
      p1.publish('devices/p1/telemetry', '{"t":1}', { qos: 1 });
      await until(() => inbox.waiting.length === 1);
      await meanwhile();
      assert.deepEqual([seen, listener.counts.acknowledged], [[], 0]);
      inbox.answer();
      await until(() => seen.length > 0);
      assert.deepEqual([seen, listener.counts.acknowledged], [['puback'], 1]);
    });

    it('sends PUBREC only once the record is committed, so that QoS 2 is no weaker', async () => {
      const p1 = await client('p1');
      const seen = acks(p1);
      inbox.hold = true;
      p1.publish('devices/p1/telemetry', '{"t":1}', { qos: 2 });
      await until(() => inbox.waiting.length === 1);
      await meanwhile();
      assert.deepEqual(seen, []);
      inbox.answer();
      await until(() => seen.length === 2);
      assert.deepEqual([seen, inbox.texts], [['pubrec', 'pubcomp'], ['p1: {"t":1}']]);
    });

    it('sends none when the commit fails, and closes the connection so that the device sends again', async () => {
      const p1 = await client('p1');
      const seen = acks(p1);
      inbox.hold = true;
      p1.publish('devices/p1/telemetry', '{"t":1}', { qos: 1 });
      await until(() => inbox.waiting.length === 1);
      inbox.answer(new Error('The disk is full.'));
      await next(p1, 'close');
      assert.deepEqual([seen, listener.counts.acknowledged, listener.counts.refused], [[], 0, 1]);
      assert.match(problems.join(), /connection of p1 was closed: The disk is full/);
    });

    it('takes publishes of every QoS into the inbox, many at a time, in order', async () => {
      const p1 = await client('p1');
      const texts = Array.from({ length: 600 }, (_, index) => `{"n":${index}}`);
      const sent = texts.map((text, index) => p1.publishAsync('devices/p1/telemetry', text, { qos: index % 3 as 0 | 1 | 2 }));
      await Promise.all(sent);
      await until(() => inbox.records.length >= texts.length);
      assert.deepEqual(inbox.texts, texts.map((text) => `p1: ${text}`));
      const times = inbox.records.map(({ received: time }) => time);
      assert.equal(new Set(times).size, times.length);
    });

    it('keeps what, from whom and on which topic, byte by byte', async () => {
      const p1 = await client('p1');
      const payload = Buffer.from([0, 255, 128, 10, 0]);
      await p1.publishAsync('factory/hall 2/é', payload, { qos: 1 });
      await p1.publishAsync('devices/p1/telemetry', '', { qos: 1 });
      const [first, second] = inbox.records;
      assert.deepEqual([first?.device, first?.principal, first?.topic, first?.via, Buffer.from(first?.payload ?? [])], ['p1', 'p1', 'factory/hall 2/é', 'mqtt', payload]);
      assert.equal(second?.payload.length, 0);
    });
  });

  describe('letting in', () => {
    it('refuses a wrong secret, an unknown name and none, with the code that says so', async () => {
      for (const options of [{ password: 'wrong' }, { username: 'nobody' }, { username: 'p2' }, { password: '' }]) assert.ok([4, 5].includes(Number(await refusal('p1', options))), JSON.stringify(options));
      const anonymous: IClientOptions = { ...optionsOf('p1') };
      delete anonymous.username;
      delete anonymous.password;
      const refused = connect(anonymous);
      clients.push(refused);
      assert.equal(((await next(refused, 'error')) as { code?: unknown }).code, 4);
      assert.deepEqual([listener.counts.refused, listener.counts.connected], [5, 0]);
    });

    it('writes what a stranger calls itself on one line', async () => {
      await refusal('p1', { username: 'x\n[error] all is lost\u0000' });
      assert.match(problems.join(), /calls itself "x\\n\[error\]/);
    });

    it('lets nobody end, take over or keep out a client by its client id', async () => {
      const squatter = await client('p2', { clientId: 'p1' });
      const p1 = await client('p1', { clientId: 'p1' });
      const [forSquatter, forP1] = [received(squatter), received(p1)];
      assert.deepEqual([await granted(p1, 'devices/p1/commands'), await granted(squatter, 'devices/p2/commands')], [true, true]);
      const app = await client('app');
      await app.publishAsync('devices/p1/commands', 'stop', { qos: 1 });
      await until(() => forP1.length > 0);
      await meanwhile();
      assert.deepEqual([squatter.connected, p1.connected, forSquatter, forP1], [true, true, [], ['devices/p1/commands: stop']]);
    });

    it('ends the older of two connections of one principal with one client id', async () => {
      const older = await client('p1');
      const closed = next(older, 'close');
      const newer = await client('p1');
      await closed;
      await newer.publishAsync('devices/p1/telemetry', '{}', { qos: 1 });
      await until(() => listener.counts.connected === 1);
    });

    it('keeps no session for who is away, and says so', async () => {
      const p1 = await client('p1', { clean: false });
      await granted(p1, 'devices/p1/commands');
      await p1.endAsync();
      const app = await client('app');
      for (let count = 0; count < 10; count += 1) await app.publishAsync('devices/p1/commands', 'stop', { qos: 1 });
      const again = connect({ ...optionsOf('p1'), clean: false });
      clients.push(again);
      const connack = (await next(again, 'connect')) as { sessionPresent: boolean };
      const seen = received(again);
      await meanwhile();
      assert.deepEqual([connack.sessionPresent, seen], [false, []]);
    });

    it('turns away more connections than the limit, with a sentence, and takes them when others have gone', async () => {
      await listener.close();
      listener = await open({ maximumConnections: 2 });
      const first = await client('p1');
      await client('p2');
      const third = connectSocket(listener.port, '127.0.0.1');
      sockets.push(third);
      third.on('error', () => undefined);
      await next(third, 'close');
      assert.match(problems.join(), /turned away: 2 are open, which is the limit/);
      await first.endAsync();
      await until(() => listener.counts.connected === 1);
      assert.equal((await client('app')).connected, true);
    });

    it('shuts out who is removed while it is connected', async () => {
      const p1 = await client('p1');
      const app = await client('app');
      const seen = received(app);
      assert.ok(await granted(app, 'devices/#'));
      registry.remove('p1');
      registry.remove('app');
      p1.publish('devices/p1/telemetry', '{}', { qos: 1 });
      await next(p1, 'close');
      const p2 = await client('p2');
      await p2.publishAsync('devices/p2/telemetry', '{}', { qos: 1 });
      await meanwhile();
      assert.deepEqual([inbox.texts, seen], [['p2: {}'], []]);
    });

    it('counts who is connected, whatever way they go', async () => {
      const going = [await client('p1'), await client('p2'), await client('gate')];
      await until(() => listener.counts.connected === 3);
      going[0]?.stream.destroy();
      await going[1]?.endAsync();
      going[2]?.publish('devices/p1/telemetry', '{}');
      await until(() => listener.counts.connected === 0);
      const half = await raw();
      half.end();
      await next(half, 'close');
      assert.equal(listener.counts.connected, 0);
    });
  });

  describe('what is too large', () => {
    it('is cut before login at the header, so that a claim of 200 MB costs no memory', async () => {
      const socket = await raw();
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
      assert.match(problems.join(), /announced a packet of 209715200 bytes, which is more than it may send/);
      assert.equal(listener.counts.refused, 1);
    });

    it('is cut after login, and what is just small enough is not', async () => {
      const p1 = await client('p1');
      await p1.publishAsync('devices/p1/telemetry', Buffer.alloc(99_900), { qos: 1 });
      assert.equal(inbox.records[0]?.payload.length, 99_900);
      p1.publish('devices/p1/telemetry', Buffer.alloc(100_001), { qos: 1 });
      await next(p1, 'close');
      assert.equal(inbox.records.length, 1);
    });

    it('includes a will that does not fit into what a stranger may send', async () => {
      const refused = connect({ ...optionsOf('p1'), will: { topic: 'devices/p1/status', payload: Buffer.alloc(20_000) } });
      clients.push(refused);
      refused.on('error', () => undefined);
      await next(refused, 'close');
      assert.equal(listener.counts.connected, 0);
    });
  });

  describe('who may do what', () => {
    const forbidden: Array<[who: string, topic: string]> = [
      ['p1', 'devices/p2/telemetry'], ['p1', 'alarms/p1'], ['p1', 'devices'], ['gate', 'devices/p1/telemetry'], ['gate', 'readings'], ['app', 'devices/p1/telemetry'], ['p1', '$SYS/x'],
    ];
    for (const [who, topic] of forbidden) {
      it(`cuts ${who} off when it publishes on ${topic}, without an acknowledgement`, async () => {
        const one = await client(who);
        const seen = acks(one);
        one.publish(topic, '{"t":1}', { qos: 1 });
        await next(one, 'close');
        assert.deepEqual([seen, inbox.texts, listener.counts.refused], [[], [], 1]);
        assert.match(problems.join(), new RegExp(`connection of ${who} was closed: .+`));
      });
    }

    it('lets a gateway send for its children, in their name', async () => {
      const gate = await client('gate');
      await gate.publishAsync('devices/c1/telemetry', '{"t":1}', { qos: 1 });
      await gate.publishAsync('devices/c2/telemetry', '{"t":2}', { qos: 1 });
      assert.deepEqual([inbox.texts, inbox.records.map(({ principal }) => principal)], [['c1: {"t":1}', 'c2: {"t":2}'], ['gate', 'gate']]);
    });

    it('goes by the children a gateway has now, not by those it had when it logged in', async () => {
      const gate = await client('gate');
      registry.issue({ id: 'gate', kind: 'gateway', children: ['c2'] });
      await gate.publishAsync('devices/c2/telemetry', '{}', { qos: 1 });
      gate.publish('devices/c1/telemetry', '{}', { qos: 1 });
      await next(gate, 'close');
      assert.deepEqual(inbox.texts, ['c2: {}']);
    });

    it('lets a device hear its own commands and nothing else', async () => {
      const p1 = await client('p1');
      const seen = received(p1);
      const topics = ['devices/p1/commands', 'devices/p2/commands', 'devices/p2/telemetry', 'devices/p1/telemetry', 'devices/+/commands', '#', '+/#', '$SYS/#', 'alarms/#', 'factory/#'];
      const answers: boolean[] = [];
      for (const topic of topics) answers.push(await granted(p1, topic));
      assert.deepEqual(answers, topics.map((_, index) => index === 0));
      const [p2, app] = [await client('p2'), await client('app')];
      await p2.publishAsync('devices/p2/telemetry', 'secret', { qos: 1 });
      await app.publishAsync('alarms/p2', 'secret', { qos: 1 });
      await app.publishAsync('devices/p1/commands', 'stop', { qos: 1 });
      await until(() => seen.length > 0);
      await meanwhile();
      assert.deepEqual(seen, ['devices/p1/commands: stop']);
    });

    it('lets an application hear devices and alarms, but not everything', async () => {
      const app = await client('app');
      const seen = received(app);
      assert.deepEqual([await granted(app, '#'), await granted(app, '+/p1/telemetry'), await granted(app, '$SYS/#'), await granted(app, 'devices/#')], [false, false, false, true]);
      const p1 = await client('p1');
      await p1.publishAsync('devices/p1/telemetry', '{"t":1}', { qos: 1 });
      await until(() => seen.length > 0);
      assert.deepEqual(seen, ['devices/p1/telemetry: {"t":1}']);
    });
  });

  describe('what is retained', () => {
    it('is the status of a device, and never its telemetry or another topic of its choice', async () => {
      const p1 = await client('p1');
      await p1.publishAsync('devices/p1/telemetry', '{"t":1}', { qos: 1, retain: true });
      await p1.publishAsync('devices/p1/status/1', 'no', { qos: 1, retain: true });
      await p1.publishAsync('factory/1', '{"t":1}', { qos: 1, retain: true });
      await p1.publishAsync('devices/p1/status', 'x'.repeat(5_000), { qos: 1, retain: true });
      await p1.publishAsync('devices/p1/status', 'online', { qos: 1, retain: true });
      const app = await client('app');
      const seen = received(app);
      await granted(app, 'devices/#');
      await granted(app, 'factory/#');
      await until(() => seen.length > 0);
      await meanwhile();
      assert.deepEqual(seen, ['devices/p1/status: online (retained)']);
      assert.equal(inbox.records.length, 2);
      assert.match(problems.join(), /passed on but not retained/);
    });
  });

  describe('a will', () => {
    it('on the status of a device is relayed when it is gone, and is no sample', async () => {
      const app = await client('app');
      const seen = received(app);
      await granted(app, 'devices/#');
      const p1 = await client('p1', { will: { topic: 'devices/p1/status', payload: Buffer.from('gone'), qos: 1, retain: true } });
      p1.stream.destroy();
      await until(() => seen.length > 0);
      assert.deepEqual([seen, inbox.records], [['devices/p1/status: gone'], []]);
    });

    it('in the name of another device is not', async () => {
      const app = await client('app');
      const seen = received(app);
      await granted(app, 'devices/#');
      const p1 = await client('p1', { will: { topic: 'devices/p2/status', payload: Buffer.from('gone'), qos: 1 } });
      const p2 = await client('p2', { will: { topic: 'devices/p1/telemetry', payload: Buffer.from('{}'), qos: 1 } });
      p1.stream.destroy();
      p2.stream.destroy();
      await until(() => listener.counts.connected === 1);
      await meanwhile();
      assert.deepEqual([seen, inbox.records, listener.counts.refused], [[], [], 2]);
    });
  });

  describe('opening and closing', () => {
    it('says who has the port when it is taken, and what to do', async () => {
      await assert.rejects(open({ port: listener.port }), (error: unknown) =>
        error instanceof ListenError && error.code === 'HOLDFAST_LISTEN' && error.message.includes(`127.0.0.1:${listener.port}`) && /taken by another program.*choose another port/.test(error.message));
    });

    it('ends all connections when it closes, logged in or not, and frees the port', async () => {
      const { port } = listener;
      const one = await client('p1');
      const half = await raw();
      inbox.hold = true;
      one.publish('devices/p1/telemetry', '{}', { qos: 1 });
      await until(() => inbox.waiting.length === 1);
      const seen = acks(one);
      const ended = Promise.all([next(one, 'close'), next(half, 'close')]);
      await listener.close();
      await ended;
      inbox.answer();
      assert.deepEqual(seen, []);
      listener = await open({ port });
      assert.equal(listener.port, port);
    });
  });
});
