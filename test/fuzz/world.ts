import type { ListenerName } from '../../core/gateway/gateway.ts';
import type { Profile } from '../../core/profile/profile.ts';
import type { Issue } from '../../core/registry/registry.ts';
import { BODY_FORMATS, TIME } from './bodies.ts';
import type { PayloadFormat } from '../../core/decode/index.ts';

/** Where the listeners are, and the secrets of everybody who may connect. */
export interface World {
  ports: Readonly<Record<ListenerName, number>>;
  secrets: Readonly<Record<string, string>>;
}

export const MAXIMUM_PACKET_SIZE = 64 * 1024;

/** What the probes are of: its messages are never mutated, and each has to be stored once. */
export const PROBE = 'probe';
export const PROBE_METRIC = 'number';

const ORDINARY = Array.from({ length: 8 }, (_, number) => `plain-${number}`);
const CHILDREN = Array.from({ length: 4 }, (_, number) => `child-${number}`);
export const GATE = 'gate';
export const EDGES = Array.from({ length: 6 }, (_, number) => `edge-${number}`);
/** Its limit makes a message give way to a later one, or wait in quarantine: whether it was kept cannot be told of it alone. */
const LIMITED = { conflating: { messagesPerSecond: 1, over: 'conflate' }, quarantining: { messagesPerSecond: 1, over: 'quarantine' }, refusing: { messagesPerSecond: 2, over: 'refuse' } } as const;

/** Who sends for whom. */
export interface Sender {
  principal: string;
  device: string;
}

/** Those who send readings as they like. */
export const SENDERS: readonly Sender[] = [
  ...ORDINARY.map((id) => ({ principal: id, device: id })),
  ...CHILDREN.map((device) => ({ principal: GATE, device })),
];
export const LIMITED_DEVICES = Object.keys(LIMITED);
/** Whose samples the gateway may forward. */
export const FORWARDED: readonly string[] = [...CHILDREN, 'refusing'];

/** What gave way to a later message, or waits in quarantine with its device, was acknowledged and reaches no flow. */
export function isFindable(device: string): boolean {
  return !LIMITED_DEVICES.includes(device);
}

export function deviceOf(format: PayloadFormat): string {
  return `of-${format}`;
}

export function childOf(edge: string): string {
  return `${edge}-press`;
}

/** Everybody who may connect. */
export function principals(): Issue[] {
  return [
    ...[PROBE, ...ORDINARY].map((id) => ({ id, kind: 'device' }) as const),
    ...BODY_FORMATS.map((format) => ({ id: deviceOf(format), kind: 'device', profile: format }) as const),
    ...LIMITED_DEVICES.map((id) => ({ id, kind: 'device', profile: id }) as const),
    { id: GATE, kind: 'gateway', children: FORWARDED },
    ...EDGES.map((id) => ({ id, kind: 'gateway', children: [childOf(id)] }) as const),
    { id: 'app', kind: 'application' },
  ];
}

export function profiles(): Profile[] {
  return [
    ...BODY_FORMATS.map((format) => ({ name: format, format, maximumAge: 3_600_000, metrics: { temperature: { type: 'number', unit: 'Cel' }, n: { type: 'integer' } } }) as const),
    ...Object.entries(LIMITED).map(([name, limits]) => ({ name, format: 'auto', maximumAge: 0, metrics: {}, limits: { bytesPerSecond: 0, burst: 2, ...limits } }) as const),
  ];
}

/** The event time of the probe of an input, by which it is found again. */
export function probeTime(index: number): number {
  return TIME + index;
}
