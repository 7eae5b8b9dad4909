import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { Aedes } from 'aedes';
import { type Clock, systemClock } from '../../../core/clock/clock.ts';
import { ConfigError } from '../../../core/errors/holdfast-error.ts';
import { type ConnectionChange, createMqttDevice, type MqttDeviceOptions, type SimulatedDevice } from '../../../core/simulator/index.ts';

const SECRET = 'correct horse';

/** The system's clock with all waiting twenty times as short. */
const quick: Clock = { now: () => systemClock.now(), setTimeout: (call, wait) => systemClock.setTimeout(call, wait / 20) };

interface Gateway {
  port: number;
  received: string[];
  clients: { id: string; username: string | undefined }[];
  close(): Promise<void>;
}

/** A broker in this process. `acknowledge` false: it takes publishes and never answers. */
async function startGateway({ port = 0, acknowledge = true } = {}): Promise<Gateway> {
  const received: string[] = [];
  const clients: Gateway['clients'] = [];
  const sockets = new Set<net.Socket>();
  const broker = await Aedes.createBroker({
    authenticate: (client, username, password, done) => {
      clients.push({ id: client.id, username });
      done(null, password?.toString() === SECRET);
    },
    authorizePublish: (_client, packet, done) => {
      received.push(`${packet.topic} ${packet.qos} ${packet.payload.toString()}`);
      if (acknowledge) done();
    },
  });
  const server = net.createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)));
    broker.handle(socket);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as net.AddressInfo).port, received, clients,
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      await new Promise<void>((resolve) => broker.close(() => resolve()));
    },
  };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

describe('a simulated device over MQTT', () => {
  const gateways: Gateway[] = [];
  const devices: SimulatedDevice[] = [];
  const changes: ConnectionChange[] = [];

  async function gateway(options?: { port?: number; acknowledge?: boolean }): Promise<Gateway> {
    const started = await startGateway(options);
    gateways.push(started);
    return started;
  }

  function device(port: number, options: Partial<MqttDeviceOptions> = {}): SimulatedDevice {
    const made = createMqttDevice({
      url: `mqtt://127.0.0.1:${port}`, id: 'press-1', secret: SECRET, clock: quick,
      onConnectionChange: (change) => changes.push(change), ...options,
    });
    devices.push(made);
    return made;
  }

  const publish = (to: SimulatedDevice, from: number, below: number): void => {
    for (let n = from; n < below; n++) to.publish(Buffer.from(`${n}`), 'devices/press-1/telemetry');
  };

  const numbers = (...from: Gateway[]): number[] => from.flatMap(({ received }) => received.map((text) => Number(text.split(' ')[2])));

  afterEach(async () => {
    await Promise.all(devices.splice(0).map((made) => made.end()));
    await Promise.all(gateways.splice(0).map((started) => started.close()));
    changes.length = 0;
  });

  it('logs in with its own name and secret and publishes in order with QoS 1', async () => {
    const home = await gateway();
    const press = device(home.port);
    publish(press, 0, 200);
    await until(() => press.counts().acknowledged === 200);
    assert.deepEqual(home.clients, [{ id: 'press-1', username: 'press-1' }]);
    assert.deepEqual(home.received, Array.from({ length: 200 }, (_, n) => `devices/press-1/telemetry 1 ${n}`));
    assert.deepEqual(press.counts(), { sent: 200, acknowledged: 200, dropped: 0, waiting: 0 });
    assert.equal(press.connected, true);
  });

  it('queues while the gateway is away, comes back by itself and loses nothing', async () => {
    const first = await gateway();
    const press = device(first.port);
    publish(press, 0, 10);
    await until(() => press.counts().acknowledged === 10);
    await first.close();
    gateways.length = 0;
    await until(() => !press.connected);
    publish(press, 10, 500);
    assert.equal(press.counts().waiting, 490);
    const second = await gateway({ port: first.port });
    await until(() => press.counts().acknowledged === 500);
    assert.deepEqual(numbers(first, second), Array.from({ length: 500 }, (_, n) => n));
    assert.deepEqual(changes.map(({ connected }) => connected), [true, false, ...changes.slice(2, -1).map(() => false), true]);
  });

  it('publishes again what was under way when the connection broke', async () => {
    const mute = await gateway({ acknowledge: false });
    const press = device(mute.port);
    publish(press, 0, 50);
    await until(() => mute.received.length > 0);
    assert.equal(press.counts().acknowledged, 0);
    await mute.close();
    gateways.length = 0;
    const talking = await gateway({ port: mute.port });
    await until(() => press.counts().acknowledged === 50);
    assert.deepEqual(numbers(talking), Array.from({ length: 50 }, (_, n) => n));
    assert.deepEqual(press.counts(), { sent: 50, acknowledged: 50, dropped: 0, waiting: 0 });
  });

  it('drops the oldest and counts it when its queue is full', async () => {
    const gone = await gateway();
    await gone.close();
    gateways.length = 0;
    const press = device(gone.port);
    publish(press, 0, 1500);
    assert.deepEqual(press.counts(), { sent: 1500, acknowledged: 0, dropped: 500, waiting: 1000 });
    const back = await gateway({ port: gone.port });
    await until(() => press.counts().waiting === 0);
    assert.deepEqual(numbers(back), Array.from({ length: 1000 }, (_, n) => 500 + n));
  });

  it('says once and not at every try that nothing listens', async () => {
    const gone = await gateway();
    await gone.close();
    gateways.length = 0;
    let tries = 0;
    const counting: Clock = { now: () => quick.now(), setTimeout: (call, wait) => (tries++, quick.setTimeout(call, Math.min(wait, 200))) };
    device(gone.port, { clock: counting });
    await until(() => tries > 5);
    assert.equal(changes.length, 1);
    assert.match(changes[0]?.reason ?? '', /Nothing listens at 127\.0\.0\.1:\d+, where press-1 wants to send\. Start the gateway/);
  });

  it('waits longer from try to try, up to half a minute', async () => {
    const gone = await gateway();
    await gone.close();
    gateways.length = 0;
    const waits: number[] = [];
    const noting: Clock = { now: () => quick.now(), setTimeout: (call, wait) => (waits.push(wait), quick.setTimeout(call, 1)) };
    device(gone.port, { clock: noting });
    await until(() => waits.length >= 10);
    waits.slice(0, 10).forEach((wait, i) => {
      const most = Math.min(30_000, 1000 * 2 ** i);
      assert.ok(wait >= most / 2 && wait <= most, `wait ${i} is ${wait}`);
    });
  });

  it('says that its secret was refused, keeps its samples and never shows the secret', async () => {
    const home = await gateway();
    const press = device(home.port, { secret: 'wrong secret' });
    publish(press, 0, 3);
    await until(() => home.clients.length >= 3);
    assert.equal(changes.length, 1);
    assert.match(changes[0]?.reason ?? '', /refused the name or the secret of press-1\. Give/);
    assert.doesNotMatch(JSON.stringify(changes), /wrong secret/);
    assert.deepEqual(press.counts(), { sent: 3, acknowledged: 0, dropped: 0, waiting: 3 });
  });

  it('ends cleanly: waits for acknowledgements, says goodbye, takes nothing more', async () => {
    const home = await gateway();
    const press = device(home.port);
    await until(() => press.connected);
    publish(press, 0, 100);
    await press.end();
    assert.equal(home.received.length, 100);
    publish(press, 100, 101);
    assert.deepEqual(press.counts(), { sent: 101, acknowledged: 100, dropped: 1, waiting: 0 });
    assert.equal(press.connected, false);
  });

  it('ends in time though the gateway never answers, and accounts for the rest', async () => {
    const mute = await gateway({ acknowledge: false });
    const press = device(mute.port);
    await until(() => press.connected);
    publish(press, 0, 30);
    await press.end();
    assert.deepEqual(press.counts(), { sent: 30, acknowledged: 0, dropped: 30, waiting: 0 });
  });

  it('ends while it is trying to connect', async () => {
    const gone = await gateway();
    await gone.close();
    gateways.length = 0;
    const press = device(gone.port);
    await press.end();
    const other = device(gone.port);
    await until(() => changes.length > 0);
    await other.end();
  });

  for (const url of ['', 'http://127.0.0.1', 'mqtt://', '127.0.0.1:1883']) {
    it(`refuses the address "${url}" by a sentence`, () => {
      assert.throws(() => device(1, { url }), (error) => error instanceof ConfigError && error.field === 'url' && /mqtt:\/\/127/.test(error.message));
    });
  }
});
