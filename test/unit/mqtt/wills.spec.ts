import assert from 'node:assert/strict';
import type { IClientOptions } from 'mqtt';
import { Door, granted, next, received, until } from './door.ts';

function will(topic: string, text: string, { qos = 1, retain = false }: { qos?: 0 | 1 | 2; retain?: boolean } = {}): IClientOptions {
  return { will: { topic, payload: Buffer.from(text), qos, retain } };
}

describe('a will', () => {
  const door = Door.each();

  /** What an application is sent of the devices from now on, a list that grows. */
  async function watched(): Promise<string[]> {
    const app = await door.client('app');
    const seen = received(app);
    await granted(app, 'devices/#');
    return seen;
  }

  it('on the status of a device is relayed and retained when its connection breaks, and is no sample', async () => {
    const seen = await watched();
    const p1 = await door.client('p1', will('devices/p1/status', 'gone', { retain: true }));
    p1.stream.destroy();
    await until(() => seen.length > 0);
    await door.kill();
    const later = await watched();
    await until(() => later.length > 0);
    assert.deepEqual([seen, later, door.intake.deliveries], [['devices/p1/status: gone'], ['devices/p1/status: gone (retained)'], []]);
  });

  it('with readings is a delivery like any other of the device', async () => {
    const p1 = await door.client('p1', will('devices/p1/telemetry', '{"up":false}'));
    p1.stream.destroy();
    await until(() => door.intake.deliveries.length > 0);
    assert.deepEqual([door.intake.texts, door.intake.deliveries[0]?.principal, door.listener.counts.acknowledged], [['p1: {"up":false}'], 'p1', 1]);
  });

  it('of a Sparkplug edge node is its death certificate', async () => {
    const gate = await door.client('gate', will('spBv1.0/plant/NDEATH/gate', 'death'));
    gate.stream.destroy();
    await until(() => door.intake.deliveries.length > 0);
    const [death] = door.intake.deliveries;
    assert.deepEqual([death?.device, death?.format, death?.topic], ['gate', 'sparkplug-b', 'spBv1.0/plant/NDEATH/gate']);
  });

  it('is not published when the client says goodbye, nor by the next process', async () => {
    const seen = await watched();
    const p1 = await door.client('p1', will('devices/p1/status', 'gone'));
    await p1.endAsync();
    await until(() => door.listener.counts.connected === 1);
    await door.meanwhile();
    await door.kill();
    assert.deepEqual([seen, await retained()], [[], []]);
  });

  it('is published by the next process when the one that held the connection was killed, once', async () => {
    await door.client('p1', will('devices/p1/status', 'gone', { retain: true }));
    await door.client('p2', will('devices/p2/telemetry', '{"up":false}'));
    await door.kill();
    await until(() => door.intake.deliveries.length > 0);
    const [first] = door.intake.deliveries;
    assert.deepEqual([await retained(), door.intake.texts, first?.attempt?.repeated], [['devices/p1/status: gone (retained)'], ['p2: {"up":false}'], true]);
    await door.reopen();
    await door.meanwhile();
    assert.equal(door.intake.texts.length, 1);
  });

  it('is recognised by the intake when a kill interrupted its publication', async () => {
    await door.client('p1', will('devices/p1/telemetry', '{"up":false}'));
    await door.kill();
    const [first] = door.intake.deliveries;
    await door.kill();
    const [second] = door.intake.deliveries;
    assert.ok(first?.attempt);
    assert.deepEqual(second?.attempt, first.attempt);
  });

  it('waits for the next start when the listener closes', async () => {
    await door.client('p1', will('devices/p1/status', 'gone', { retain: true }));
    await door.reopen();
    assert.deepEqual(await retained(), ['devices/p1/status: gone (retained)']);
  });

  it('of a connection that is taken over is published, and that of its successor kept', async () => {
    const seen = await watched();
    const older = await door.client('p1', will('devices/p1/status', 'older gone'));
    const closed = next(older, 'close');
    await door.client('p1', will('devices/p1/status', 'newer gone', { retain: true }));
    await closed;
    await until(() => seen.length > 0);
    await door.meanwhile();
    await door.kill();
    assert.deepEqual([seen, await retained()], [['devices/p1/status: older gone'], ['devices/p1/status: newer gone (retained)']]);
  });

  it('waits for a subscriber that is away', async () => {
    const app = await door.client('app', { clean: false });
    await app.subscribeAsync('devices/+/status', { qos: 1 });
    await app.endAsync();
    const p1 = await door.client('p1', will('devices/p1/status', 'gone'));
    p1.stream.destroy();
    await until(() => door.listener.counts.connected === 0);
    await door.meanwhile();
    await door.kill();
    const back = await door.client('app', { clean: false });
    const seen = received(back);
    await until(() => seen.length > 0);
    assert.deepEqual(seen, ['devices/p1/status: gone']);
  });

  it('in the name of another device, with a wildcard, or of one that was removed is not published, and the log says so', async () => {
    const seen = await watched();
    const clients = [
      await door.client('p1', will('devices/p2/status', 'gone')),
      await door.client('p2', will('devices/p1/telemetry', '{}')),
      await door.client('gate', will('devices/c1/status/#', 'gone')),
      await door.client('bystander', will('devices/bystander/status', 'gone')),
    ];
    door.registry.remove('bystander');
    for (const one of clients) one.stream.destroy();
    await until(() => door.listener.counts.connected === 1);
    await until(() => door.listener.counts.refused === 4);
    assert.deepEqual([seen, door.intake.deliveries, door.intake.refusals.toSorted()], [[], [], ['mqtt  login', 'mqtt gate forbidden', 'mqtt p1 forbidden', 'mqtt p2 forbidden']]);
    assert.match(door.problems.join(' '), /The will of p1 was not published: p1 may not send for the device p2\./);
  });

  /** What is retained of devices. */
  async function retained(): Promise<string[]> {
    const seen = await watched();
    await door.meanwhile();
    return seen;
  }
});

describe('a retained message', () => {
  const door = Door.each();

  it('survives a restart and a kill, until it is taken away', async () => {
    const p1 = await door.client('p1');
    await p1.publishAsync('devices/p1/status', 'online', { qos: 1, retain: true });
    await door.kill();
    const app = await door.client('app');
    const seen = received(app);
    await granted(app, 'devices/p1/status');
    await until(() => seen.length > 0);
    assert.deepEqual(seen, ['devices/p1/status: online (retained)']);
    await (await door.client('p1')).publishAsync('devices/p1/status', '', { qos: 1, retain: true });
    await door.kill();
    const later = await door.client('app');
    const empty = received(later);
    await granted(later, '+/p1/status');
    await granted(later, 'devices/#');
    await door.meanwhile();
    assert.deepEqual(empty, []);
  });

  it('never comes as a reading, whoever subscribes and whatever restarts', async () => {
    const p1 = await door.client('p1');
    await p1.publishAsync('devices/p1/telemetry', '{"t":1}', { qos: 1, retain: true });
    await p1.publishAsync('devices/p1/status', 'online', { qos: 1, retain: true });
    await door.kill();
    const app = await door.client('app');
    const seen = received(app);
    await granted(app, 'devices/#');
    await until(() => seen.length > 0);
    await door.meanwhile();
    assert.deepEqual([door.intake.deliveries, seen], [[], ['devices/p1/status: online (retained)']]);
  });
});
