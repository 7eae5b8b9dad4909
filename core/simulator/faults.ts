import { HoldfastError } from '../errors/holdfast-error.ts';
import { shown } from './kinds.ts';

/** What can go wrong on demand. */
export const FAULT_KINDS = ['dropout', 'stuck', 'spike', 'drift', 'noise', 'flood', 'wrong-clock', 'interference', 'loose-wire', 'dead-battery', 'scrapped', 'door-open', 'cooling-failure', 'bearing-wear', 'alternator-failure'] as const;

export type FaultKind = (typeof FAULT_KINDS)[number];

/** What one sees of each fault, for dialogs and documents. */
export const FAULT_MEANINGS: Readonly<Record<FaultKind, string>> = {
  dropout: 'The device sends nothing.',
  stuck: 'Its numbers repeat the last value.',
  spike: 'Now and then a single number is wild.',
  drift: 'Its temperature creeps up, as in a machine that overheats, and falls back slowly afterwards.',
  noise: 'The variance of its sensors is a hundred times what it was.',
  flood: 'It sends fifty times as often.',
  'wrong-clock': 'Its time stamps are two hours ahead.',
  interference: 'A motor or a radio nearby disturbs it: in bursts, all its numbers are far off at once.',
  'loose-wire': 'The wire of its temperature sensor comes and goes: while it is off, the sensor says -127.',
  'dead-battery': 'Its battery runs down: its numbers sag, it sends ever more rarely, and at last falls silent.',
  scrapped: 'The machine has been scrapped, and its sensors still send from the yard: cold, still and without pressure.',
  'door-open': 'The door of a cold room or a freezer stays open, and the air in it warms.',
  'cooling-failure': 'The cooling of a cold room, a freezer or a van stops.',
  'bearing-wear': 'A bearing of a press wears out: its vibration grows and gets uneven, more and more until the end.',
  'alternator-failure': 'The alternator of a van stops charging, and the voltage of its battery falls.',
};

/** The `device` of a fault that strikes the whole fleet. */
export const ALL_DEVICES = 'all';

/** A fault, planned or at work. */
export interface Fault {
  /** A device id, or `all`. */
  device: string;
  kind: FaultKind;
  /** When it begins, ms since the epoch. */
  start: number;
  /** How long it lasts, seconds. */
  duration: number;
  /** 1 is the usual strength; 2 is twice as bad. Without meaning for dropout, stuck, loose-wire, scrapped, and the cooling-failure of a room or a freezer. */
  strength: number;
}

/** What a person or a flow asks for. `start` is now when left out, `strength` 1, `device` all. */
export interface FaultRequest {
  device?: string;
  kind: FaultKind;
  start?: number;
  duration: number;
  strength?: number;
}

/** A fault request that cannot be met. Code `HOLDFAST_FAULT_REQUEST`; `field` names the part that is wrong. */
export class FaultRequestError extends HoldfastError {
  readonly field: string;

  constructor(field: string, message: string) {
    super('HOLDFAST_FAULT_REQUEST', message);
    this.field = field;
  }
}

const LONGEST_SECONDS = 86_400;
const GREATEST_STRENGTH = 10;

/**
 * Checks a fault request from anywhere and fills in what it leaves out.
 * @param request a `FaultRequest`, or anything else that arrived in its place
 * @param now ms since the epoch
 * @param devices the ids there are
 * @throws FaultRequestError naming the field, its value and the cure
 */
export function readFaultRequest(request: unknown, now: number, devices: ReadonlySet<string>): Fault {
  if (typeof request !== 'object' || request === null || Array.isArray(request)) {
    const example = '{ "device": "press-1", "kind": "drift", "duration": 30 }';
    throw new FaultRequestError('', `A fault request must be an object such as ${example}, not ${Array.isArray(request) ? 'a list' : shown(request)}.`);
  }
  const fields: Partial<Record<keyof FaultRequest, unknown>> = request;
  return {
    device: readDevice(fields.device ?? ALL_DEVICES, devices),
    kind: readKind(fields.kind),
    start: readStart(fields.start ?? now, now),
    duration: readPositive('duration', fields.duration, LONGEST_SECONDS, 'a number of seconds'),
    strength: readPositive('strength', fields.strength ?? 1, GREATEST_STRENGTH, 'a number'),
  };
}

function readDevice(value: unknown, devices: ReadonlySet<string>): string {
  if (value === ALL_DEVICES || (typeof value === 'string' && devices.has(value))) return value;
  const some = [...devices].slice(0, 3).join(', ');
  throw new FaultRequestError('device', `The simulator has no device ${shown(value)}. Name one of its devices (${some}, ...), or "${ALL_DEVICES}".`);
}

function readKind(value: unknown): FaultKind {
  for (const kind of FAULT_KINDS) if (kind === value) return kind;
  throw new FaultRequestError('kind', `There is no fault of kind ${shown(value)}. Choose one of: ${FAULT_KINDS.join(', ')}.`);
}

function readStart(value: unknown, now: number): number {
  const latest = now + LONGEST_SECONDS * 1000;
  if (typeof value === 'number' && value >= now && value <= latest) return value;
  throw new FaultRequestError('start', `The start ${shown(value)} of the fault is not a time within the next 24 hours, in milliseconds since 1970. Leave it out to begin now.`);
}

function readPositive(field: string, value: unknown, greatest: number, what: string): number {
  if (typeof value === 'number' && value > 0 && value <= greatest) return value;
  throw new FaultRequestError(field, `The ${field} ${shown(value)} of the fault must be ${what} above 0 and not above ${greatest}. Set such a value.`);
}

/** How strong each fault is that strikes a device now. */
export type Strengths = ReadonlyMap<FaultKind, number>;

/** What begins unseen and gets worse until it ends. */
const GROWING: ReadonlySet<FaultKind> = new Set(['dead-battery', 'bearing-wear']);

/**
 * How strong each fault is that strikes a device: the strongest of its kind counts. That of a dead battery is how far it has run down,
 * from 0 to 1, that of a bearing how far it is worn.
 *
 * @param now ms since the epoch
 */
export function strengthsOf(faults: Iterable<Fault>, device: string, now: number): Strengths {
  const strengths = new Map<FaultKind, number>();
  for (const fault of faults) {
    if (!strikes(fault, device)) continue;
    const strength = GROWING.has(fault.kind) ? growth(fault, now) : fault.strength;
    strengths.set(fault.kind, Math.max(strength, strengths.get(fault.kind) ?? 0));
  }
  return strengths;
}

/** From 0 where the fault begins to its strength where it ends; a battery is at its end before when the strength is above 1. */
function growth({ kind, start, duration, strength }: Fault, now: number): number {
  const most = kind === 'dead-battery' ? 1 : strength;
  return Math.min(most, Math.max(0, (strength * (now - start)) / (duration * 1000)));
}

/** Whether a fault is meant for a device. */
export function strikes(fault: Fault, device: string): boolean {
  return fault.device === ALL_DEVICES || fault.device === device;
}
