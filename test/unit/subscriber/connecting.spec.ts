import assert from 'node:assert/strict';
import type { Packet } from 'mqtt';
import { readBrokerAddress } from '../../../core/subscriber/broker-address.ts';
import { SPARKPLUG_TEMPLATE, readTopicTemplate } from '../../../core/subscriber/topic-template.ts';
import { meanwhile, Scene, until } from './fixture.ts';
import { message } from './scripted-broker.ts';
import type { Line } from './scripted-broker.ts';

/** What was subscribed to over a connection, as `filter qos`. */
function subscriptions({ packets }: Line): string[] {
  return packets.flatMap((packet) => (packet.cmd === 'subscribe' ? packet.subscriptions.map(({ topic, qos }) => `${topic} ${qos}`) : []));
}

function unsubscriptions({ packets }: Line): string[] {
  return packets.flatMap((packet) => (packet.cmd === 'unsubscribe' ? packet.unsubscriptions : []));
}

describe('the connection of the broker subscriber', () => {
  const scene = Scene.each();

  it('asks for a session that stays, under its own name and password', async () => {
    await scene.subscribed({ username: 'holdfast', password: 's3cret', protocolVersion: '5', receiveMaximum: 50, sessionExpiry: 7_200 });
    const { connect } = scene.broker.line;
    assert.deepEqual([connect?.clientId, connect?.clean, connect?.username, String(connect?.password), connect?.protocolVersion], ['holdfast-1', false, 'holdfast', 's3cret', 5]);
    assert.deepEqual([connect?.properties?.receiveMaximum, connect?.properties?.sessionExpiryInterval], [50, 7_200]);
    assert.deepEqual(subscriptions(scene.broker.line), ['plant/+/telemetry 1']);
  });

  it('subscribes within a group when it is given one, and says what that means for the order', async () => {
    await scene.subscribed({ group: 'hall-3' });
    assert.deepEqual(subscriptions(scene.broker.line), ['$share/hall-3/plant/+/telemetry 1']);
    assert.match(scene.sentences.join(), /shared with the group "hall-3": .* order is not certain/);
  });

  it('asks for the data of Sparkplug B, and reads it as such', async () => {
    await scene.subscribed({ template: readTopicTemplate(SPARKPLUG_TEMPLATE) });
    assert.deepEqual(subscriptions(scene.broker.line), ['NBIRTH', 'NDATA', 'NDEATH'].map((type) => `spBv1.0/+/${type}/+ 1`).concat(['DBIRTH', 'DDATA', 'DDEATH'].map((type) => `spBv1.0/+/${type}/+/+ 1`)));
    scene.broker.line.send(message('spBv1.0/plant/NDATA/edge-1', '..', { messageId: 1 }));
    scene.broker.line.send(message('spBv1.0/plant/DDATA/edge-1/pump-4', '..', { messageId: 2 }));
    await until(() => scene.intake.deliveries.length === 2);
    assert.deepEqual(scene.intake.deliveries.map(({ device, format }) => [device, format]), [['edge-1', 'sparkplug-b'], ['pump-4', 'sparkplug-b']]);
  });

  it('comes back whenever it breaks, after pauses that double up to a minute', async () => {
    scene.broker.connack = () => ({ returnCode: 3 });
    const subscriber = scene.subscriber();
    const pauses: number[] = [];
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      await until(() => scene.broker.lines.length === attempt && scene.broker.line.closed);
      await meanwhile();
      const before = scene.clock.now();
      while (scene.broker.lines.length === attempt) {
        scene.clock.advance(250);
        await new Promise((resolve) => setTimeout(resolve, 2));
      }
      pauses.push(Math.round((scene.clock.now() - before) / 1_000));
    }
    // Chance, which is one half here, makes three quarters of 1, 2, 4 … 60 seconds of it.
    for (const [index, expected] of [0.75, 1.5, 3, 6, 12, 24, 45, 45, 45].entries()) assert.ok(Math.abs((pauses[index] ?? 0) - expected) <= 1.5, pauses.join());
    assert.deepEqual(subscriber.state.kind, 'waiting');
    assert.deepEqual(scene.sentences, [`The broker mqtt://127.0.0.1:${scene.broker.port} refuses the connection. It is not available at the moment.`], 'the same is said once');
  });

  it('says what to do when nothing listens', async () => {
    const subscriber = scene.subscriber({ address: readBrokerAddress('mqtt://127.0.0.1:1') });
    await until(() => subscriber.state.kind === 'waiting');
    assert.deepEqual(subscriber.state, { kind: 'waiting', problem: 'The broker mqtt://127.0.0.1:1 cannot be reached. Nothing listens there. Start the broker, or mend the address.' });
  });

  it('goes on where it was when the broker keeps the session', async () => {
    const subscriber = await scene.subscribed();
    scene.broker.connack = () => ({ sessionPresent: true });
    scene.broker.line.socket.destroy();
    await scene.connections(2);
    await until(() => subscriber.state.kind === 'subscribed');
    assert.deepEqual(scene.sentences.length, 1, 'only that it broke');
  });

  it('takes messages that come before the answer to its subscription', async () => {
    scene.broker.connack = () => ({ sessionPresent: true });
    scene.broker.grant = () => {
      scene.broker.line.send(message('plant/press-7/telemetry', '{}', { messageId: 11 }));
      return 1;
    };
    await scene.subscribed();
    await until(() => scene.broker.line.pubacks.length === 1);
  });

  it('says that messages may be lost when the broker has forgotten the session', async () => {
    const subscriber = await scene.subscribed();
    scene.broker.line.socket.destroy();
    await scene.connections(2);
    await until(() => subscriber.state.kind === 'subscribed');
    assert.match(scene.sentences.at(-1) ?? '', /no longer has the session of the client "holdfast-1": what was published while this node was away did not reach it/);
    assert.deepEqual(subscriber.state.kind === 'subscribed' && subscriber.state.shortfalls.map(({ short }) => short), ['session lost']);
  });

  it('ends a subscription that it no longer has, when the session does', async () => {
    scene.session = { broker: `mqtt://127.0.0.1:${scene.broker.port}`, clientId: 'holdfast-1', filters: ['old/+/x', 'plant/+/telemetry'], qos: 1 };
    scene.broker.connack = () => ({ sessionPresent: true });
    await scene.subscribed();
    assert.deepEqual(unsubscriptions(scene.broker.line), ['old/+/x']);
    assert.deepEqual(scene.session?.filters, ['plant/+/telemetry']);
  });

  it('does not ask for retained messages again with each connection', async () => {
    const subscriber = await scene.subscribed({ takeRetained: true });
    scene.broker.connack = () => ({ sessionPresent: true });
    scene.broker.line.socket.destroy();
    await scene.connections(2);
    await until(() => subscriber.state.kind === 'subscribed');
    assert.deepEqual(scene.broker.lines.map((line) => subscriptions(line).length), [1, 0]);
  });

  const GRANTS: Array<{ what: string; connack?: object; grant?: number; takeRetained?: boolean; short: string; says: RegExp }> = [
    { what: 'QoS 0 in place of 1', grant: 0, short: 'QoS 0 only', says: /grants QoS 0 where QoS 1 was asked for/ },
    { what: 'QoS 0 at most', connack: { properties: { maximumQoS: 0 } }, short: 'QoS 0 only', says: /a message is lost when the connection breaks/ },
    { what: 'a session for a shorter time', connack: { properties: { sessionExpiryInterval: 600 } }, short: 'session kept 10 minutes', says: /for 10 minutes in place of 60 minutes/ },
    { what: 'no retained messages', connack: { properties: { retainAvailable: false } }, takeRetained: true, short: 'no retained messages', says: /keeps no retained messages/ },
  ];
  for (const { what, connack = {}, grant, takeRetained = false, short, says } of GRANTS) {
    it(`says in words what is lost when the broker grants ${what}`, async () => {
      scene.broker.connack = () => connack;
      if (grant !== undefined) scene.broker.grant = () => grant;
      const subscriber = await scene.subscribed({ protocolVersion: '5', takeRetained });
      assert.deepEqual(subscriber.state.kind === 'subscribed' && subscriber.state.shortfalls.map((one) => one.short), [short]);
      assert.match(scene.sentences.join(), says);
    });
  }

  it('tells in the log all that was granted', async () => {
    scene.broker.connack = () => ({ properties: { receiveMaximum: 20, maximumPacketSize: 1_000_000, sessionExpiryInterval: 3_600, sharedSubscriptionAvailable: false } });
    await scene.subscribed({ protocolVersion: '5' });
    assert.match(scene.infos.join(), /MQTT 5; client id holdfast-1; plant\/\+\/telemetry with QoS 1; new session; session kept 60 minutes; receive maximum 20; packets of at most 1000000 bytes; no shared subscriptions/);
    assert.deepEqual(scene.sentences, []);
  });

  it('says so when it may not have the messages, and tries again', async () => {
    scene.broker.grant = () => 0x87;
    const subscriber = scene.subscriber({ protocolVersion: '5' });
    await until(() => subscriber.state.kind === 'waiting');
    assert.match(scene.sentences.join(), /refuses the subscription to plant\/\+\/telemetry\. This user may not read these topics/);
    scene.broker.grant = (qos) => qos;
    await scene.connections(2);
    await until(() => subscriber.state.kind === 'subscribed');
  });

  const REFUSALS: Array<{ protocolVersion: '3.1.1' | '5'; code: object; says: RegExp }> = [
    { protocolVersion: '3.1.1', code: { returnCode: 4 }, says: /user name or the password is wrong/ },
    { protocolVersion: '3.1.1', code: { returnCode: 5 }, says: /This user may not connect/ },
    { protocolVersion: '3.1.1', code: { returnCode: 2 }, says: /does not take the client id "holdfast-1"/ },
    { protocolVersion: '5', code: { reasonCode: 134 }, says: /user name or the password is wrong/ },
    { protocolVersion: '5', code: { reasonCode: 132 }, says: /does not speak this version of MQTT/ },
  ];
  for (const { protocolVersion, code, says } of REFUSALS) {
    it(`says why the broker refuses it with ${JSON.stringify(code)}`, async () => {
      scene.broker.connack = () => code;
      const subscriber = scene.subscriber({ protocolVersion });
      await until(() => subscriber.state.kind === 'waiting');
      assert.match(scene.sentences.join(), says);
    });
  }

  it('says that another client took its name', async () => {
    const subscriber = await scene.subscribed({ protocolVersion: '5' });
    const { line } = scene.broker;
    line.send({ cmd: 'disconnect', reasonCode: 142 });
    line.socket.end();
    await until(() => subscriber.state.kind === 'waiting');
    assert.match(scene.sentences.join(), /Another client has connected with the client id "holdfast-1"/);
  });

  describe('with a version to be found out', () => {
    for (const [what, answer] of [['says so', { returnCode: 1 }], ['closes the connection', undefined]] as const) {
      it(`takes MQTT 3.1.1 when a broker that does not speak 5 ${what}`, async () => {
        scene.broker.connack = ({ protocolVersion }) => {
          if (protocolVersion === 4) return {};
          // A broker that does not know MQTT 5 answers in its own.
          if (answer) scene.broker.line.socket.end(Buffer.from([0x20, 2, 0, 1]));
          else scene.broker.line.socket.end();
          return undefined;
        };
        const subscriber = scene.subscriber({ protocolVersion: 'auto' });
        await scene.connections(2);
        await until(() => subscriber.state.kind === 'subscribed');
        assert.deepEqual(scene.broker.lines.map(({ connect }) => connect?.protocolVersion), [5, 4]);
      });
    }

    it('keeps the version that worked', async () => {
      const subscriber = await scene.subscribed({ protocolVersion: 'auto' });
      scene.broker.line.socket.destroy();
      await scene.connections(2);
      await until(() => subscriber.state.kind === 'subscribed');
      assert.deepEqual(scene.broker.lines.map(({ connect }) => connect?.protocolVersion), [5, 5]);
    });
  });

  it('is cut when a packet announces more than anybody would send, before it is gathered', async () => {
    const subscriber = await scene.subscribed();
    const { socket } = scene.broker.line;
    // PUBLISH with a remaining length of 200 MB.
    socket.write(Buffer.from([0x32, 0x80, 0x90, 0xaf, 0x5f]));
    const part = Buffer.alloc(1024 * 1024);
    const pour = (): void => {
      if (!socket.destroyed && socket.write(part)) setImmediate(pour);
    };
    socket.on('drain', pour);
    pour();
    await until(() => subscriber.state.kind === 'waiting');
    assert.match(scene.sentences.join(), /a packet of more than \d+ bytes/);
  });

  for (const garbage of [[0xff, 0xff, 0xff, 0xff, 0xff], [0x30, 0x02, 0xff, 0xff], [0x90, 0x01, 0x00], [0x20, 0x02, 0x00, 0x00]]) {
    it(`survives ${Buffer.from(garbage).toString('hex')} from a broker that has gone mad`, async () => {
      const subscriber = await scene.subscribed();
      scene.broker.line.socket.write(Buffer.from(garbage));
      await meanwhile();
      scene.broker.line.socket.destroy();
      await scene.connections(2);
      await until(() => subscriber.state.kind === 'subscribed');
      const last: Packet | undefined = scene.broker.line.packets.at(-1);
      assert.equal(last?.cmd, 'subscribe');
    });
  }

  it('can be ended while it is still connecting, or waiting', async () => {
    scene.broker.connack = () => undefined;
    const connecting = scene.subscriber();
    await until(() => scene.broker.lines.length === 1);
    await connecting.close(false);
    const waiting = scene.subscriber({ address: readBrokerAddress('mqtt://127.0.0.1:1') });
    await until(() => waiting.state.kind === 'waiting');
    await waiting.close(true);
    scene.clock.advance(600_000);
    await meanwhile();
    assert.equal(scene.broker.lines.length, 1);
  });
});
