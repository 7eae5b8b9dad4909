import mqttPacket from 'mqtt-packet';
import { Door, next, until } from './door.ts';

const TIMES = 40;

describe('a client of the MQTT listener that leaves', () => {
  const door = Door.each();

  async function quiet(): Promise<void> {
    await door.meanwhile();
    await until(() => door.listener.counts.connected === 0);
  }

  for (const clean of [true, false]) {
    it(`while it is being logged in, with a session that is ${clean ? 'new' : 'kept'}, is no longer counted`, async () => {
      for (let time = 0; time < TIMES; time += 1) {
        const socket = (await door.socket()).resume();
        const connect = mqttPacket.generate({ ...door.connectPacket('p1'), clientId: `c${time}`, clean, will: { topic: 'devices/p1/status', payload: Buffer.from('gone'), qos: 0, retain: false } });
        // Its second packet is none, which ends the connection; at once, or a moment later.
        if (time % 2 === 0) socket.write(Buffer.concat([connect, Buffer.of(0xff, 0)]));
        else socket.write(connect, () => setImmediate(() => socket.destroy()));
        await next(socket, 'close');
      }
      await quiet();
    });
  }

  it('because others log in with its client id, all at once, is no longer counted', async () => {
    const sockets = await Promise.all(Array.from({ length: TIMES }, () => door.socket()));
    for (const socket of sockets) socket.resume().write(mqttPacket.generate({ ...door.connectPacket('p1'), clientId: 'same', clean: false }));
    await until(() => sockets.filter((socket) => !socket.closed).length <= 1);
    for (const socket of sockets) socket.destroy();
    await quiet();
  });
});
