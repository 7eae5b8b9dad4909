import { givenRecord, refuseUnknown, shownGiven } from '../../errors/given.ts';
import { ConfigError } from '../../errors/holdfast-error.ts';
import { readTime } from '../../history/time/time-expression.ts';
import { serverTimeZone, timeZone } from '../../history/time/time-zone.ts';
import { isId } from '../../registry/principal.ts';

const MINUTE = 60_000;
/** A year: whoever wants longer retires the device. */
const LONGEST = 366 * 24 * 60 * MINUTE;
const EXAMPLE = 'an object such as { "device": "press-7", "minutes": 60 }';

/** Stands for all devices in a command. */
export const ALL_DEVICES = '*';

/** Maintenance of one device, or of all, from now on; `until` is now where it is to end. */
export interface MaintenanceCommand {
  /** An id, or `*` for all devices. */
  device: string;
  /** Ms since the epoch. */
  until: number;
}

/**
 * Reads a command out of a message: `{ device, minutes }`, `{ device, until }` with a time as people write it or in ms since the epoch, or
 * `{ device, end: true }`; `device` is an id or `*`.
 *
 * @param now ms since the epoch.
 * @throws ConfigError naming the field, the value and the cure.
 */
export function readMaintenanceCommand(value: unknown, now: number): MaintenanceCommand {
  const given = givenRecord(value, 'maintenance', EXAMPLE);
  refuseUnknown(given, ['device', 'minutes', 'until', 'end'], 'maintenance');
  const { device, minutes, until, end } = given;
  if (typeof device !== 'string' || (device !== ALL_DEVICES && !isId(device))) throw new ConfigError('maintenance, device', `maintenance, device, is ${shownGiven(device)}. Give the id of a device, or "*" for all.`);
  const ways = [minutes, until, end].filter((one) => one !== undefined);
  if (ways.length !== 1) throw new ConfigError('maintenance', `maintenance, says ${ways.length === 0 ? 'not' : 'more than once'} when it is over. Give one of minutes, until, and end: true.`);
  if (end !== undefined) {
    if (end === true) return { device, until: now };
    throw new ConfigError('maintenance, end', `maintenance, end, is ${shownGiven(end)}. Give true, or leave it out.`);
  }
  return { device, until: minutes === undefined ? readUntil(until, now) : now + readMinutes(minutes) * MINUTE };
}

function readMinutes(value: unknown): number {
  if (typeof value === 'number' && value > 0 && value * MINUTE <= LONGEST) return value;
  throw new ConfigError('maintenance, minutes', `maintenance, minutes, is ${shownGiven(value)}. Give a number above 0, at most ${LONGEST / MINUTE}.`);
}

function readUntil(value: unknown, now: number): number {
  const time = typeof value === 'string' || typeof value === 'number' ? readTime(value, now, timeZone(serverTimeZone()))?.start : undefined;
  if (time !== undefined && time > now && time - now <= LONGEST) return time;
  throw new ConfigError('maintenance, until', `maintenance, until, is ${shownGiven(value)}. Give a time to come, within a year, such as "2026-12-24T18:00", "now+2h" or milliseconds since the epoch.`);
}
