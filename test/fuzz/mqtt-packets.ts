import mqttPacket from 'mqtt-packet';
import type { IConnectPacket, Packet, QoS } from 'mqtt-packet';
import { TIME } from './bodies.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const TOPICS = ['a', 'a/b', 'devices/plain-1/status', 'devices/plain-1/commands/x', 'devices/probe/telemetry', 'alarms/x', '$SYS/x', 'spBv1.0/plant/NDATA/edge-0', 'spBv1.0/STATE/x', 'x/'.repeat(120), 'ünï'] as const;
const FILTERS = ['#', '+/+', 'devices/plain-1/commands/#', 'devices/+/commands', 'spBv1.0/plant/NCMD/edge-0/#', '$share/g/a', 'a/#', '+', 'x/'.repeat(60)] as const;

export function packet(of: Packet): Buffer {
  return mqttPacket.generate(of);
}

export function publish(topic: string, payload: Uint8Array, qos: QoS, messageId: number, dup = false): Buffer {
  return packet({ cmd: 'publish', topic, payload: Buffer.from(payload), qos, retain: false, dup: dup && qos > 0, ...(qos > 0 && { messageId }) });
}

/** A CONNECT with a right secret. */
export function connect(random: Random, { secrets }: World, principal: string, clientId: string): Buffer {
  const options: IConnectPacket = {
    cmd: 'connect', protocolId: 'MQTT', protocolVersion: 4, clientId, clean: random.chance(0.8), keepalive: random.pick([0, 60, 65_535]),
    username: principal, password: Buffer.from(secrets[principal] ?? ''),
  };
  if (random.chance(0.2)) options.will = { topic: random.pick([`devices/${principal}/telemetry`, `devices/${principal}/status`, 'a/#']), payload: Buffer.from(`{"gone":${TIME + random.below(1e9)}}`), qos: random.pick([0, 1, 2]), retain: random.chance(0.5) };
  return packet(options);
}

/** A CONNECT that should not get far: of a stranger, of another version, or mutated. */
export function strangeConnect(random: Random, world: World, principal: string): Buffer {
  const base = { cmd: 'connect', protocolId: 'MQTT', clientId: `c${random.below(50)}`, clean: true, keepalive: 60 } as const;
  switch (random.below(5)) {
    case 0:
      return packet({ ...base, protocolVersion: 4, username: `stranger-${random.below(1_000)}`, password: random.bytes(20) });
    case 1:
      return packet({ ...base, protocolVersion: 5, username: principal, password: Buffer.from(world.secrets[principal] ?? ''), properties: { receiveMaximum: 5 } });
    case 2:
      return packet({ ...base, protocolId: 'MQIsdp', protocolVersion: 3 });
    default:
      return mutate(random, connect(random, world, principal, `m${random.below(20)}`));
  }
}

/** A packet of any kind, in its right form; whether it is allowed is another matter. */
export function anyPacket(random: Random, world: World, principal: string, payload: Uint8Array): Buffer {
  const messageId = random.between(1, 65_535);
  const qos = random.pick([0, 1, 2] as const);
  switch (random.below(10)) {
    case 0:
      return packet({ cmd: 'subscribe', messageId, subscriptions: Array.from({ length: random.between(1, 4) }, () => ({ topic: random.pick(FILTERS), qos })) });
    case 1:
      return packet({ cmd: 'unsubscribe', messageId, unsubscriptions: [random.pick(FILTERS)] });
    case 2:
      return packet({ cmd: random.pick(['puback', 'pubrec', 'pubcomp', 'pubrel'] as const), messageId });
    case 3:
      return packet({ cmd: random.pick(['pingreq', 'pingreq', 'disconnect', 'pingresp'] as const) });
    case 4:
      return connect(random, world, principal, `c${random.below(50)}`);
    case 5:
      return packet({ cmd: 'publish', topic: random.pick(TOPICS), payload: Buffer.from(payload), qos, retain: random.chance(0.3), dup: random.chance(0.3) && qos > 0, ...(qos > 0 && { messageId }) });
    default:
      return publish(`devices/${principal}/telemetry`, payload, qos, messageId, random.chance(0.2));
  }
}

/** How many bytes are missing until the last packet is whole; undefined when its length is none (MQTT 3.1.1, section 2.2.3). */
export function missingBytes(bytes: Uint8Array): number | undefined {
  let at = 0;
  while (at < bytes.length) {
    let length = 0;
    let place = 1;
    for (at += 1; ; at += 1) {
      if (place > 128 ** 3) return undefined;
      const digit = bytes[at];
      if (digit === undefined) return 1;
      length += (digit & 0x7f) * place;
      place *= 128;
      if ((digit & 0x80) === 0) break;
    }
    at += 1 + length;
  }
  return at - bytes.length;
}
