/** What the publishers send: each device its running numbers, half of the devices with a time of their own, half without. */

export const METRIC = 'number';

/** Many enough that none of them sends more than a thousand messages a second: the times of reception are whole milliseconds. */
const DEVICES = 16;
const START = Date.UTC(2026, 0, 1);
const INTERVAL = 1_000;

export interface FaultDevice {
  id: string;
  /** Whether its messages carry `ts`; without, only the protocol can tell a repetition from a second message. */
  timed: boolean;
  /** It sends the numbers from 0 on, this many. */
  rows: number;
}

export function devicesFor(messages: number): FaultDevice[] {
  return Array.from({ length: DEVICES }, (_, index) => ({
    id: `${index % 2 === 0 ? 'timed' : 'numbered'}-${index + 1}`,
    timed: index % 2 === 0,
    rows: Math.floor(messages / DEVICES) + (index < messages % DEVICES ? 1 : 0),
  }));
}

/** The event time of a row of a device that sends one, milliseconds since the epoch. */
export function timeOf(row: number): number {
  return START + row * INTERVAL;
}

export function payloadOf(device: FaultDevice, row: number): string {
  return JSON.stringify(device.timed ? { ts: timeOf(row), [METRIC]: row } : { [METRIC]: row });
}
