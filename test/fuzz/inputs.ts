import { BODY_FORMATS } from './bodies.ts';
import { coapBody, coapInput, coapProbe } from './coap-inputs.ts';
import type { CoapInput } from './coap-inputs.ts';
import { httpBody, httpForward, httpInput, httpProbe } from './http-inputs.ts';
import type { HttpInput } from './http-inputs.ts';
import { mqttBody, mqttForward, mqttInput, mqttProbe, sparkplugInput } from './mqtt-inputs.ts';
import type { MqttInput } from './mqtt-inputs.ts';
import { Random } from './random.ts';
import type { Protocol } from './options.ts';
import type { World } from './world.ts';

export type Input = (MqttInput | HttpInput | CoapInput) & { index: number; protocol: Protocol; isProbe: boolean };

/** How many inputs are under way at a time. */
export const LANES = 96;
/** Every such input is a probe. */
export const PROBE_EVERY = 1_000;

const SHARES: Readonly<Record<Protocol, number>> = { mqtt: 28, http: 22, coap: 22, sparkplug: 8, payload: 20, forward: 8 };
/** So many inputs of a lane come from one login, one after the other. */
const SESSION_INPUTS = 12;

/** The input of a number: the same for the same seed, but for secrets and the time of day in it. */
export function inputAt(seed: number, index: number, world: World, only: Protocol | undefined): Input {
  const random = new Random(seed, index);
  const drawn = random.weighted(SHARES);
  const protocol = only ?? drawn;
  const isProbe = index % PROBE_EVERY === 0;
  const lane = index % LANES;
  const session = { lane, random: new Random(~seed, Math.floor(index / LANES / SESSION_INPUTS) * LANES + lane) };
  const input = isProbe ? probe(random, protocol, world, lane, index) : ordinary(random, protocol, world, session, index);
  return { ...input, index, protocol, isProbe };
}

function ordinary(random: Random, protocol: Protocol, world: World, session: { lane: number; random: Random }, index: number): MqttInput | HttpInput | CoapInput {
  switch (protocol) {
    case 'mqtt':
      return mqttInput(random, world, session, index);
    case 'http':
      return httpInput(random, world, index);
    case 'coap':
      return coapInput(random, world, index);
    case 'sparkplug':
      return sparkplugInput(random, world, session, index);
    case 'forward':
      return random.chance(0.5) ? mqttForward(random, world, session, index) : httpForward(random, world, index);
    case 'payload': {
      const format = random.pick(BODY_FORMATS);
      const by = random.weighted({ mqtt: 2, http: 1, coap: 1 });
      return by === 'mqtt' ? mqttBody(random, world, session, index, format) : by === 'http' ? httpBody(random, world, index, format) : coapBody(random, world, index, format);
    }
  }
}

function probe(random: Random, protocol: Protocol, world: World, lane: number, index: number): MqttInput | HttpInput | CoapInput {
  switch (protocol === 'payload' ? random.pick(['mqtt', 'http', 'coap'] as const) : protocol === 'forward' ? random.pick(['mqtt', 'http'] as const) : protocol) {
    case 'http':
      return httpProbe(random, world, index);
    case 'coap':
      return coapProbe(world, index);
    case 'sparkplug':
      return mqttProbe(world, lane, index, random.pick(['mqtt', 'ws']), true, random);
    default:
      return mqttProbe(world, lane, index, random.weighted({ mqtt: 4, mqtts: 1, ws: 4, wss: 1 }), false, random);
  }
}

/** The bytes that an input puts on the wire, for a report. */
export function hexOf(input: Input): string[] {
  const login = input.kind === 'mqtt' && input.login ? [input.login.connect] : [];
  return [...login, ...(input.kind === 'coap' ? input.datagrams : [input.bytes])].map((bytes) => bytes.toString('hex'));
}
