import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { ManualClock } from '../../../core/clock/manual-clock.ts';
import { Logins } from '../../../core/mqtt/logins.ts';
import { Door, next } from './door.ts';

async function everything(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk));
  await next(socket, 'end');
  return Buffer.concat(chunks).toString('hex');
}

describe('a client that connects', () => {
  const door = Door.each();

  it('with MQTT 5 is told in MQTT 5 that this version is not supported, byte by byte, and the log says what to set', async () => {
    const raw = await door.raw('p1', { protocolVersion: 5 });
    assert.equal(await everything(raw.socket), '2003008400');
    assert.match(door.problems.join(), /A client at 127\.0\.0\.1 speaks MQTT 5 and was refused\. Set it to MQTT 3\.1\.1/);
    assert.deepEqual([door.listener.counts.refused, door.listener.counts.connected], [1, 0]);
  });

  it('with MQTT 5 through MQTT.js learns the reason code', async () => {
    assert.equal(await door.refusal('p1', { protocolVersion: 5 }), 0x84);
  });

  it('with MQTT 3.1 is let in', async () => {
    const p1 = await door.client('p1', { protocolVersion: 3, protocolId: 'MQIsdp' });
    await p1.publishAsync('devices/p1/telemetry', '{"t":1}', { qos: 1 });
    assert.deepEqual(door.intake.texts, ['p1: {"t":1}']);
  });

  it('from an address where too many logins failed is closed before it has said anything, until somebody from there is logged in', async () => {
    await door.reopen({ failedLogins: 3 });
    for (const name of ['a', 'b', 'c']) await door.refusal('p1', { username: name });
    const shut = await door.socket();
    await next(shut, 'close');
    assert.match(door.problems.join(), /3 logins from 127\.0\.0\.1 have failed within a minute: connections from there are closed/);
    await door.reopen({ failedLogins: 3 });
    const p1 = await door.client('p1');
    for (const name of ['a', 'b', 'c', 'd']) await door.refusal('p1', { username: name });
    const p2 = await door.client('p2');
    assert.deepEqual([p1.connected, p2.connected], [true, true]);
  });
});

describe('the logins of a listener', () => {
  const clock = new ManualClock(1_000_000);
  let tried: string[];
  let logins: Logins;

  beforeEach(() => {
    tried = [];
    logins = new Logins({
      clock,
      failedLogins: 30,
      problem: () => undefined,
      registry: { authenticate: (id, secret) => { tried.push(id); return Buffer.from(secret).toString() === 'right' ? { id, kind: 'device', profile: '', children: [] } : undefined; } },
    });
  });

  const login = (name: string, secret: string, address = '10.0.0.1'): boolean => logins.login(address, name, Buffer.from(secret)) !== undefined;

  it('stop looking at a name that failed ten times within a minute at an address, and go on after that', () => {
    for (let count = 0; count < 20; count += 1) login('p1', 'wrong');
    assert.deepEqual([tried.length, login('p1', 'right'), login('p2', 'right'), login('p1', 'right', '10.0.0.2')], [10, false, true, true]);
    clock.advance(60_000);
    assert.equal(login('p1', 'right'), true);
  });

  it('do not close an address for one device with a wrong secret, however often it tries', () => {
    for (let count = 0; count < 600; count += 1) {
      login('p1', 'wrong');
      clock.advance(1_000);
    }
    assert.equal(logins.isClosed('10.0.0.1'), false);
  });

  it('close an address from which many names fail, for a minute, and all of an IPv6 network', () => {
    for (let count = 0; count < 30; count += 1) login(`n${count}`, 'wrong', `2001:db8::${count}`);
    assert.deepEqual([logins.isClosed('2001:db8::ffff'), logins.isClosed('2001:db8:0:1::1')], [true, false]);
    clock.advance(60_000);
    assert.equal(logins.isClosed('2001:db8::ffff'), false);
  });
});
