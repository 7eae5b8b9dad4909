import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
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

  it('and goes on failing is cut off without an answer and counted, while a right secret from the same address is taken', async () => {
    await door.reopen({ failedLogins: 3 });
    for (const username of ['a', 'b', 'p1']) assert.equal(await door.refusal('p1', { username, password: 'wrong' }), 4);
    assert.match(door.problems.join('\n'), /calls itself "p1" at 127\.0\.0\.1 was refused: unknown, or a wrong secret\.$/m);
    const silent = await door.raw('p1', { password: Buffer.from('wrong') });
    assert.equal(await everything(silent.socket), '');
    assert.match(door.problems.at(-1) ?? '', /was refused: unknown, or a wrong secret\. Too many logins from there have failed, so it was cut off without an answer\.$/);
    assert.deepEqual([door.listener.counts.refused, door.intake.refusals], [4, Array.from({ length: 4 }, () => 'mqtt  login')]);
    const [p1, p2] = [await door.client('p1'), await door.client('p2')];
    assert.deepEqual([p1.connected, p2.connected], [true, true]);
  });

  it('and fails is cut off over a WebSocket, too', async () => {
    await door.reopen({ failedLogins: 1, endpoints: [{ transport: 'ws', host: '127.0.0.1', port: 0 }] });
    const reach = { protocol: 'ws', path: '/mqtt' } as const;
    assert.equal(await door.refusal('p1', { ...reach, password: 'wrong' }), 4);
    await next(door.connect({ ...door.optionsOf('p1'), ...reach, password: 'wrong' }), 'close');
    assert.match(door.problems.at(-1) ?? '', /cut off without an answer/);
    assert.equal((await door.client('p1', reach)).connected, true);
  });

  it('while the registry cannot be read is told that the server is not available, and may come back', async () => {
    const { registry } = door;
    const broken = { authenticate: (): never => { throw new Error('It broke.'); }, find: () => undefined, isChild: () => false };
    await door.reopen({ registry: broken as unknown as typeof registry, failedLogins: 1 });
    for (let count = 0; count < 3; count += 1) assert.equal(await door.refusal('p1'), 3);
    assert.match(door.problems.join(), /It broke\./);
    assert.deepEqual(door.intake.refusals, ['mqtt  disk', 'mqtt  disk', 'mqtt  disk']);
    await door.reopen();
    assert.equal((await door.client('p1')).connected, true);
  });
});
