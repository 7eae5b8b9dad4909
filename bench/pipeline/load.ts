/**
 * The load that every system under test is given: 1,000 devices with three metrics, spread over 50 connections,
 * sent as 100-byte JSON at QoS 1. One place, so that publisher, peers, floor and ours cannot drift apart.
 */
export const CONNECTIONS = 50;
export const DEVICES_PER_CONNECTION = 20;
export const DEVICES = CONNECTIONS * DEVICES_PER_CONNECTION;
export const METRICS = ['temperature', 'vibration', 'pressure'] as const;
export const PAYLOAD_BYTES = 100;

/** The contract of a payload, as JSON Schema; written in words that draft-06 (core json node) and 2020-12 share. */
export const PAYLOAD_SCHEMA = {
  type: 'object',
  properties: {
    ts: { type: 'integer' },
    values: {
      type: 'object',
      properties: {
        temperature: { type: 'number', minimum: -40, maximum: 125 },
        vibration: { type: 'number', minimum: 0, maximum: 50 },
        pressure: { type: 'number', minimum: 300, maximum: 1100 },
      },
      required: [...METRICS],
    },
  },
  required: ['ts', 'values'],
} as const;

/** The login of one connection. */
export interface Login {
  username: string;
  password: string;
}

/** Id of a device, counted from 0: `d0000` to `d0999`. */
export function deviceId(index: number): string {
  return `d${String(index).padStart(4, '0')}`;
}

/** The ids of the devices that one connection sends for. */
export function devicesOf(connection: number): string[] {
  return Array.from({ length: DEVICES_PER_CONNECTION }, (_, index) => deviceId(connection * DEVICES_PER_CONNECTION + index));
}

/** The topic on which a device's payload is sent; its second level is the device. */
export function topicOf(device: string): string {
  return `devices/${device}/telemetry`;
}

/** A seeded generator of uniform numbers in [0, 1): mulberry32, Tommy Ettinger, public domain. */
export function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
