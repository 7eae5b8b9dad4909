import assert from 'node:assert/strict';
import type { MqttClient } from 'mqtt';
import mqttPacket from 'mqtt-packet';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { SessionFile } from '../../../core/mqtt/session-file.ts';
import { Sessions, SESSION_EXPIRY } from '../../../core/mqtt/sessions.ts';
import { Door, next, RawClient, received, until } from './door.ts';

const COMMANDS = 'devices/p1/commands';

describe('the session of an MQTT client', () => {
  const door = Door.each();

  async function subscribed(options: { clientId?: string; qos?: 0 | 1 | 2 } = {}): Promise<MqttClient> {
    const { qos = 1, ...rest } = options;
    const p1 = await door.client('p1', { clean: false, ...rest });
    await p1.subscribeAsync(COMMANDS, { qos });
    return p1;
  }

  /** Connects again; resolves to whether the session was there and to what came, a list that grows. */
  async function again(id = 'p1', options: object = {}): Promise<{ present: boolean; seen: string[]; client: MqttClient }> {
    const client = door.connect({ ...door.optionsOf(id), clean: false, ...options });
    const seen = received(client);
    const { sessionPresent } = (await next(client, 'connect')) as { sessionPresent: boolean };
    return { present: sessionPresent, seen, client };
  }

  const ways: Array<[how: string, restart: () => Promise<void>]> = [
    ['while the listener runs', async () => undefined],
    ['over a restart', () => door.reopen()],
    ['over a kill', () => door.kill()],
  ];
  for (const [how, restart] of ways) {
    it(`keeps the commands for a device that is away, in order, ${how}`, async () => {
      await (await subscribed()).endAsync();
      const app = await door.client('app');
      for (const text of ['1', '2', '3']) await app.publishAsync(COMMANDS, text, { qos: text === '2' ? 2 : 1 });
      await restart();
      const { present, seen } = await again();
      await until(() => seen.length >= 3);
      await door.meanwhile();
      assert.deepEqual([present, seen], [true, ['1', '2', '3'].map((text) => `${COMMANDS}: ${text}`)]);
    });

    it(`keeps the subscriptions ${how}, without another SUBSCRIBE`, async () => {
      (await subscribed()).end(true);
      await restart();
      const { seen } = await again();
      await (await door.client('app')).publishAsync(COMMANDS, 'now', { qos: 1 });
      await until(() => seen.length > 0);
      assert.deepEqual(seen, [`${COMMANDS}: now`]);
    });

    it(`gives a command once ${how}, when it has been acknowledged`, async () => {
      const p1 = await subscribed();
      const first = received(p1);
      await (await door.client('app')).publishAsync(COMMANDS, 'once', { qos: 1 });
      await until(() => first.length > 0);
      await p1.endAsync();
      await door.meanwhile();
      await restart();
      const { seen } = await again();
      await door.meanwhile();
      assert.deepEqual(seen, []);
    });
  }

  it('acknowledges a command for a device that is away only once it is on disk', async () => {
    await (await subscribed()).endAsync();
    const app = await door.client('app');
    for (let count = 0; count < 20; count += 1) {
      await app.publishAsync(COMMANDS, String(count), { qos: 1 });
      if (count === 19) await door.kill();
    }
    const { seen } = await again();
    await until(() => seen.length >= 20);
    assert.deepEqual(seen, Array.from({ length: 20 }, (_, count) => `${COMMANDS}: ${count}`));
  });

  it('sends a command again that was not acknowledged, marked as a repetition and with the same packet identifier', async () => {
    const p1 = await door.raw('p1');
    await p1.takes('connack');
    p1.send({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: COMMANDS, qos: 1 }] });
    await p1.takes('suback');
    const app = await door.client('app');
    await app.publishAsync(COMMANDS, 'stop', { qos: 1 });
    const first = await p1.takes('publish');
    p1.socket.destroy();
    const back = await door.raw('p1');
    const second = await back.takes('publish');
    assert.deepEqual([first.dup, second.dup, second.messageId, second.payload.toString()], [false, true, first.messageId, 'stop']);
  });

  it('sends what is published while it is being sent what waited, behind it', async () => {
    await (await subscribed()).endAsync();
    const app = await door.client('app');
    await Promise.all(Array.from({ length: 300 }, (_, count) => app.publishAsync(COMMANDS, String(count), { qos: 1 })));
    const { seen } = await again();
    await Promise.all(Array.from({ length: 100 }, (_, count) => app.publishAsync(COMMANDS, String(300 + count), { qos: 1 })));
    await until(() => seen.length >= 400);
    await door.meanwhile();
    assert.deepEqual(seen, Array.from({ length: 400 }, (_, count) => `${COMMANDS}: ${count}`));
  });

  it('sends what is published while the last of what waited is on its way, behind it', async () => {
    await (await subscribed({ qos: 2 })).endAsync();
    // QoS 2 waits for the disk before each is sent, so that all of them are on their way at once.
    for (let count = 0; count < 10; count += 1) await door.listener.publish(COMMANDS, String(count), 2);
    const { seen } = await again();
    await until(() => seen.length > 0);
    await Promise.all(Array.from({ length: 10 }, (_, count) => door.listener.publish(COMMANDS, String(10 + count), 2)));
    await until(() => seen.length >= 20);
    await door.meanwhile();
    assert.deepEqual(seen, Array.from({ length: 20 }, (_, count) => `${COMMANDS}: ${count}`));
  });

  it('ends when its client connects with a clean session', async () => {
    await (await subscribed()).endAsync();
    await (await door.client('app')).publishAsync(COMMANDS, 'old', { qos: 1 });
    await (await door.client('p1')).endAsync();
    const { present, seen } = await again();
    await door.meanwhile();
    assert.deepEqual([present, seen], [false, []]);
  });

  it('is present for a client that only publishes, so that it may go on where it was', async () => {
    await (await door.client('p1', { clean: false })).endAsync();
    await door.meanwhile();
    await door.kill();
    assert.equal((await again()).present, true);
  });

  it('belongs to its principal: the same client id of another finds nothing, and takes nothing over', async () => {
    await (await subscribed({ clientId: 'x' })).endAsync();
    await (await door.client('app')).publishAsync(COMMANDS, 'for p1', { qos: 1 });
    const other = await again('p2', { clientId: 'x' });
    await door.meanwhile();
    assert.deepEqual([other.present, other.seen], [false, []]);
    const own = await again('p1', { clientId: 'x' });
    await until(() => own.seen.length > 0);
    assert.deepEqual([other.client.connected, own.seen], [true, [`${COMMANDS}: for p1`]]);
  });

  it('needs a client id', async () => {
    const packet = mqttPacket.generate({ ...door.connectPacket('p1'), clientId: '', clean: true });
    const flags = packet.indexOf('MQTT') + 5;
    packet[flags] = (packet[flags] ?? 0) & ~2;
    const raw = new RawClient(await door.socket());
    raw.socket.write(packet);
    assert.equal((await raw.takes('connack')).returnCode, 2);
  });

  it('does not keep readings for an application that is away', async () => {
    const app = await door.client('app', { clean: false });
    await app.subscribeAsync('devices/+/telemetry', { qos: 1 });
    await app.endAsync();
    await (await door.client('p1')).publishAsync('devices/p1/telemetry', '{"t":1}', { qos: 1 });
    const { present, seen } = await again('app');
    await door.meanwhile();
    assert.deepEqual([present, seen], [true, []]);
  });

  it('gives nothing any more to a client whose principal was removed', async () => {
    await (await subscribed()).endAsync();
    door.registry.remove('p1');
    await (await door.client('app')).publishAsync(COMMANDS, 'stop', { qos: 1 });
    door.issue('p1');
    const { seen } = await again();
    await door.meanwhile();
    assert.deepEqual(seen, []);
  });

  it('takes a command of the server itself', async () => {
    await (await subscribed()).endAsync();
    await door.listener.publish(COMMANDS, 'rebirth');
    await door.kill();
    const { seen } = await again();
    await until(() => seen.length > 0);
    assert.deepEqual(seen, [`${COMMANDS}: rebirth`]);
  });

  it('gives up the oldest messages beyond a thousand, counts them and says so', async () => {
    await (await subscribed()).endAsync();
    await Promise.all(Array.from({ length: 1_010 }, (_, count) => door.listener.publish(COMMANDS, String(count))));
    assert.equal(door.listener.counts.dropped, 10);
    assert.match(door.problems.join(), /oldest message that waited for p1\/p1 was dropped: 1000 messages/);
    await door.kill();
    const { seen } = await again();
    await until(() => seen.length >= 1_000);
    assert.deepEqual([seen.length, seen[0]], [1_000, `${COMMANDS}: 10`]);
  });

  it('gives up the oldest messages beyond a megabyte', async () => {
    const p2 = await door.client('p2', { clean: false });
    await p2.subscribeAsync('devices/p2/commands', { qos: 1 });
    await p2.endAsync();
    for (let count = 0; count < 15; count += 1) await door.listener.publish('devices/p2/commands', Buffer.alloc(99_000));
    assert.equal(door.listener.counts.dropped, 5);
  });
});

describe('the sessions of a listener', () => {
  const clock = new ManualClock(1_000_000);
  const known = new Set<string>();
  let dropped: string[];
  let file: SessionFile;
  let sessions: Sessions;

  beforeEach(() => {
    dropped = [];
    known.clear();
    known.add('p1').add('p2');
    file = new SessionFile(':memory:', clock, (error) => assert.fail(String(error)));
    sessions = new Sessions({ file, clock, mayHave: (session) => known.has(session.split('/')[0] ?? ''), dropped: (count, sentence) => void dropped.push(`${count}: ${sentence}`) });
  });

  afterEach(() => {
    sessions.close();
    file.close();
  });

  /** Commits what was written: the group waits two milliseconds for others. */
  const commit = (): void => clock.advance(2);

  function waiting(id: string): void {
    void sessions.subscribe(sessions.open(id), 'devices/p1/commands', 1);
    const queued = sessions.enqueue({ topic: 'devices/p1/commands', payload: Buffer.from('stop') }, 1);
    assert.ok(queued);
    file.write(queued.changes, queued.committed);
    commit();
  }

  it('are forgotten after a week without a connection, and not before', () => {
    waiting('p1/a');
    clock.advance(SESSION_EXPIRY - 60_000);
    assert.ok(sessions.find('p1/a'));
    clock.advance(2 * 60 * 60 * 1000);
    assert.equal(sessions.find('p1/a'), undefined);
    assert.match(dropped.join(), /1: The session of p1\/a was ended with 1 messages that waited for it: it has not been connected for 7 days/);
    commit();
    assert.deepEqual(file.read('SELECT count(*) AS rows FROM queued')[0]?.['rows'], 0);
  });

  it('are kept for as long as the client is connected', () => {
    sessions.open('p1/a').connection = {};
    clock.advance(2 * SESSION_EXPIRY);
    assert.ok(sessions.find('p1/a'));
  });

  it('end with the principal', () => {
    sessions.open('p1/a');
    known.delete('p1');
    sessions.sweep();
    assert.equal(sessions.find('p1/a'), undefined);
  });

  it('are at most fifty a principal: the one that has been away the longest gives way, and nobody else\'s', () => {
    sessions.open('p2/x');
    for (let count = 0; count < 60; count += 1) {
      sessions.open(`p1/${count}`);
      clock.advance(1);
    }
    assert.deepEqual([sessions.find('p1/9'), sessions.find('p1/10') !== undefined, sessions.find('p2/x') !== undefined], [undefined, true, true]);
  });
});
