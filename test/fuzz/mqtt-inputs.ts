import type { PayloadFormat } from '../../core/decode/index.ts';
import { body, BODY_FORMATS } from './bodies.ts';
import { anyPacket, connect, packet, publish, strangeConnect } from './mqtt-packets.ts';
import { cuts, mutate } from './mutate.ts';
import type { Tracked } from './outcome.ts';
import type { Random } from './random.ts';
import { forwardedBody, packed, takenOverMqtt } from './forwarded-bodies.ts';
import { birthOf, sparkplugMessages } from './sparkplug-bodies.ts';
import { frame } from './web-socket-frames.ts';
import { childOf, deviceOf, EDGES, GATE, isFindable, LIMITED_DEVICES, PROBE, PROBE_METRIC, probeTime, SENDERS } from './world.ts';
import type { World } from './world.ts';

export type MqttTransport = 'mqtt' | 'mqtts' | 'ws' | 'wss';

/** A publish with a message identifier whose acknowledgement is owed. */
export interface OwedPublish {
  messageId: number;
  /** What can be looked for among what was kept. */
  messages: readonly Tracked[];
}

export interface MqttInput {
  kind: 'mqtt';
  transport: MqttTransport;
  /** A right login; the next input with the same name goes on with its connection. Absent: a connection of its own, on which nothing is sent before. */
  login?: { name: string; connect: Buffer };
  bytes: Buffer;
  cuts: number[];
  /** Only where no byte is mutated outside of payloads. */
  owed: OwedPublish[] | undefined;
  end: 'stay' | 'destroy' | 'reset';
  /** The bytes go below MQTT: behind the upgrade to WebSocket, as frames that are made already; or before TLS and everything else. */
  below?: 'frames' | 'all';
}

/** Who uses the connection of a lane for some inputs, one after the other. */
export interface Session {
  lane: number;
  /** Draws the same for every input of the session. */
  random: Random;
}

const TRANSPORTS = { mqtt: 12, ws: 4, mqtts: 1, wss: 1 } as const;

/** One input on an MQTT connection: bodies, packets, logins, frames, or bytes that are none of these. */
export function mqttInput(random: Random, world: World, session: Session, index: number): MqttInput {
  const transport = session.random.weighted(TRANSPORTS);
  const sender = session.random.chance(0.05) ? limited(session.random) : session.random.pick(SENDERS);
  const { principal } = sender;
  const login = loginOf(session, world, principal, transport);
  const fresh = { kind: 'mqtt', transport, cuts: random.chance(0.2) ? cuts(random, 200) : [], owed: undefined } as const;
  const payload = body(random, random.pick(BODY_FORMATS), index);
  const packets = (): Buffer => Buffer.concat(Array.from({ length: random.between(1, 5) }, () => anyPacket(random, world, principal, payload)));
  switch (random.weighted({ bodies: 45, repeated: 8, packets: 28, login: 8, frames: 4, garbage: 2, broken: 5 })) {
    case 'bodies': {
      const bodies = Array.from({ length: random.between(1, 3) }, () => body(random, random.pick(BODY_FORMATS), index));
      return publishes(random, { transport, login }, bodies.map((one) => ({ topic: topicOf(random, sender.device, principal), device: sender.device, body: one })), index);
    }
    case 'repeated': {
      const qos = random.pick([1, 2] as const);
      const messageId = messageIdOf(index, 0);
      const topic = `devices/${sender.device}/telemetry`;
      const bytes = Buffer.concat([publish(topic, payload, qos, messageId), publish(topic, payload, qos, messageId, true)]);
      return { kind: 'mqtt', transport, login, bytes, cuts: [], owed: [{ messageId, messages: findable({ device: sender.device, body: payload }) }], end: 'stay' };
    }
    case 'packets':
      return { ...fresh, login, bytes: mutate(random, packets(), payload), end: 'stay' };
    case 'login':
      return { ...fresh, bytes: Buffer.concat([strangeConnect(random, world, principal), packets()]), end: 'stay' };
    case 'frames':
      return { ...fresh, transport: random.pick(['ws', 'ws', 'wss']), bytes: mutate(random, Buffer.concat([connect(random, world, principal, 'f'), packets()].map(frame))), below: 'frames', end: 'stay' };
    case 'garbage':
      return { ...fresh, transport: random.pick(['mqtt', 'mqtts', 'ws', 'wss']), bytes: random.bytes(random.between(1, 300)), below: 'all', end: 'stay' };
    case 'broken': {
      const bytes = packets();
      return { ...fresh, login, bytes: bytes.subarray(0, random.below(bytes.length)), end: random.pick(['destroy', 'reset']) };
    }
  }
}

/** Bodies in a format, from the device whose profile says so. */
export function mqttBody(random: Random, world: World, session: Session, index: number, format: PayloadFormat): MqttInput {
  const device = session.random.chance(0.5) ? deviceOf(format) : session.random.pick(SENDERS).device;
  const principal = SENDERS.find((one) => one.device === device)?.principal ?? device;
  const transport = session.random.weighted(TRANSPORTS);
  const bodies = Array.from({ length: random.between(1, 3) }, () => ({ topic: `devices/${device}/telemetry`, device, body: body(random, format, index) }));
  return publishes(random, { transport, login: loginOf(session, world, principal, transport) }, bodies, index);
}

/** What an edge node sends, from its birth to its death, or some of it. */
export function sparkplugInput(random: Random, world: World, session: Session, index: number): MqttInput {
  const edge = session.random.pick(EDGES);
  const transport = session.random.weighted(TRANSPORTS);
  const messages = sparkplugMessages(random, index).map(({ type, payload }) => {
    const ofDevice = type.startsWith('D');
    return { topic: `spBv1.0/plant/${type}/${edge}${ofDevice ? `/${childOf(edge)}` : ''}`, device: ofDevice ? childOf(edge) : edge, body: payload };
  });
  const input = publishes(random, { transport, login: loginOf(session, world, edge, transport) }, messages, index);
  if (random.chance(0.1)) input.bytes = Buffer.concat([packet({ cmd: 'subscribe', messageId: messageIdOf(index, 9), subscriptions: [{ topic: `spBv1.0/plant/NCMD/${edge}/#`, qos: 1 }] }), input.bytes]);
  return input;
}

/** Forwarded samples of a gateway, once or sent again with DUP. */
export function mqttForward(random: Random, world: World, session: Session, index: number): MqttInput {
  const transport = session.random.weighted(TRANSPORTS);
  const login = loginOf(session, world, GATE, transport);
  const messageId = messageIdOf(index, 0);
  const qos = random.pick([0, 1, 1, 1, 2] as const);
  const payload = packed(random, forwardedBody(random, index));
  const once = publish('forward', payload, qos, messageId);
  const bytes = qos > 0 && random.chance(0.2) ? Buffer.concat([once, publish('forward', payload, qos, messageId, true)]) : once;
  return { kind: 'mqtt', transport, login, bytes, cuts: random.chance(0.2) ? cuts(random, bytes.length) : [], owed: qos === 0 ? [] : [{ messageId, messages: takenOverMqtt(payload) }], end: 'stay' };
}

/** A reading that has to be acknowledged and stored once; as JSON, or as the birth of an edge node. */
export function mqttProbe(world: World, lane: number, index: number, transport: MqttTransport, sparkplug: boolean, random: Random): MqttInput {
  const payload = sparkplug ? birthOf(PROBE_METRIC, index, probeTime(index)) : validProbe(index);
  const topic = sparkplug ? `spBv1.0/plant/NBIRTH/${PROBE}` : `devices/${PROBE}/telemetry`;
  const messageId = messageIdOf(index, 0);
  const name = `probe-${lane}-${transport}`;
  const login = { name, connect: packet({ cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId: name, clean: true, keepalive: 0, username: PROBE, password: Buffer.from(world.secrets[PROBE] ?? '') }) };
  return { kind: 'mqtt', transport, login, bytes: publish(topic, payload, random.pick([1, 2]), messageId), cuts: [], owed: [{ messageId, messages: [{ device: PROBE, body: payload }] }], end: 'stay' };
}

export function validProbe(index: number): Buffer {
  return Buffer.from(JSON.stringify({ ts: probeTime(index), [PROBE_METRIC]: index }));
}

function publishes(random: Random, to: Pick<MqttInput, 'transport'> & { login: NonNullable<MqttInput['login']> }, messages: ReadonlyArray<Tracked & { topic: string }>, index: number): MqttInput {
  const owed: OwedPublish[] = [];
  const packets = messages.map(({ topic, device, body: payload }, place) => {
    const qos = random.pick([0, 1, 1, 1, 2] as const);
    const messageId = messageIdOf(index, place);
    if (qos > 0) owed.push({ messageId, messages: findable({ device, body: payload }) });
    return publish(topic, payload, qos, messageId);
  });
  if (random.chance(0.2)) packets.splice(random.below(packets.length + 1), 0, packet({ cmd: 'pingreq' }));
  const bytes = Buffer.concat(packets);
  return { kind: 'mqtt', ...to, bytes, cuts: random.chance(0.2) ? cuts(random, bytes.length) : [], owed, end: 'stay' };
}

function loginOf({ lane, random }: Session, world: World, principal: string, transport: MqttTransport): NonNullable<MqttInput['login']> {
  // A few share a client identifier, and take each other's sessions over.
  const clientId = random.chance(0.1) ? `shared-${random.below(4)}` : `lane-${lane}`;
  return { name: `${principal} ${clientId} ${transport}`, connect: connect(random, world, principal, clientId) };
}

function findable(message: Tracked): Tracked[] {
  return isFindable(message.device) ? [message] : [];
}

function topicOf(random: Random, device: string, principal: string): string {
  return device === principal && random.chance(0.3) ? random.pick(['t', 'own/topic', 'ünï/x']) : `devices/${device}/telemetry`;
}

function limited(random: Random): { principal: string; device: string } {
  const device = random.pick(LIMITED_DEVICES);
  return { principal: device, device };
}

/** Not the same for two publishes that are under way on one connection. */
function messageIdOf(index: number, place: number): number {
  return 1 + ((index * 10 + place) % 65_535);
}

