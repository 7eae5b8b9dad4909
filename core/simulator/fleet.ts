import type { Clock, Timer } from '../clock/clock.ts';
import { ConfigError } from '../errors/holdfast-error.ts';
import type { DeviceCounts, DeviceIdentity, SimulatedDevice } from './device.ts';
import { createFaultSchedule } from './fault-schedule.ts';
import { type Fault, FaultRequestError, readFaultRequest, strengthsOf, strikes } from './faults.ts';
import { KINDS, kindOf, shown } from './kinds.ts';
import { checkPast, type PastMember, sendPast } from './past.ts';
import { startRandomFaults } from './random-faults.ts';
import { createRandom } from './random.ts';
import { createSampler } from './sampler.ts';

const MOST_DEVICES = 1000;
const SHORTEST_INTERVAL = 10;
const LONGEST_INTERVAL = 3_600_000;
const FLOOD_FACTOR = 50;
/** A battery that is spent so far does not drive the radio any more. */
const SILENT_WHEN_SPENT = 0.9;
const WRONG_CLOCK_OFFSET = 2 * 3_600_000;

/** How many devices of a kind. */
export interface FleetGroup {
  kind: string;
  count: number;
}

export interface FaultEvent {
  phase: 'started' | 'ended';
  fault: Fault;
}

export interface FleetOptions {
  clock: Clock;
  /** The same seed gives the same data again, on the same clock. */
  seed: number | string;
  kinds: readonly FleetGroup[];
  /** How often each device sends, 10 ms to an hour. */
  intervalMilliseconds: number;
  /** Mean time between faults that come by chance; none when left out or 0. */
  randomFaultEveryMinutes?: number;
  /**
   * The devices begin so long ago, ms, and first send what they measured since, as quickly as it is taken, a hundred samples a
   * message, marked `historical`; up to 60 days, and a million samples in all. From now on when left out or 0.
   */
  pastMilliseconds?: number;
  /** Until when a device has sent before, ms since the epoch: its past begins after that. */
  sentUntil?(device: string): number | undefined;
  /** Told of the event time up to which a device has sent. */
  onSent?(device: string, ts: number): void;
  /** Makes the sending half of a device. */
  connect(identity: DeviceIdentity): SimulatedDevice;
  onFault?(event: FaultEvent): void;
}

/** The accounts of all devices in one. */
export interface FleetCounts extends DeviceCounts {
  devices: number;
  connected: number;
  /** Devices that still send their past. */
  inPast: number;
}

/**
 * Devices that send `{"ts":<ms>,"seq":<n>,"values":{...}}` on `devices/<id>/telemetry`. `seq` counts by one a device,
 * from the time of its first sample in ms, so that it keeps rising over restarts.
 */
export interface Fleet {
  readonly devices: readonly DeviceIdentity[];
  /**
   * Makes a fault happen; takes a `FaultRequest`, or whatever came in its place.
   * @throws FaultRequestError naming field, value and cure
   */
  inject(request: unknown): Fault;
  /** The faults at work and those still to come. */
  faults(): Fault[];
  counts(): FleetCounts;
  /** Stops all sending and ends every device; leaves no timer. A second call waits for the first. */
  stop(): Promise<void>;
}

interface Member extends DeviceIdentity, PastMember {
  timer: Timer | undefined;
  isInPast: boolean;
}

/**
 * The identities a fleet of these groups has: `press-1`, `press-2`, ..., so that credentials can be made beforehand.
 * @throws ConfigError (field `kind`, `count` or `kinds`)
 */
export function fleetDevices(groups: readonly FleetGroup[]): DeviceIdentity[] {
  const devices: DeviceIdentity[] = [];
  const numbers = new Map<string, number>();
  for (const group of groups) {
    const kind = kindOf(group.kind).name;
    if (!Number.isInteger(group.count) || group.count < 0 || group.count > MOST_DEVICES) {
      throw new ConfigError('count', `The count ${shown(group.count)} of ${kind} devices must be a whole number from 0 to ${MOST_DEVICES}.`);
    }
    for (let made = 0; made < group.count; made++) {
      const number = (numbers.get(kind) ?? 0) + 1;
      numbers.set(kind, number);
      devices.push({ id: `${kind}-${number}`, kind });
    }
  }
  if (devices.length > MOST_DEVICES) {
    throw new ConfigError('kinds', `The fleet would have ${devices.length} devices, and ${MOST_DEVICES} is the most. Lower the counts.`);
  }
  return devices;
}

/**
 * Makes a fleet of simulated devices and starts it.
 * @throws ConfigError naming the option that cannot work; and whatever `connect` throws
 */
export function createFleet(options: FleetOptions): Fleet {
  const { clock, seed, onFault } = options;
  const interval = checked('intervalMilliseconds', options.intervalMilliseconds, SHORTEST_INTERVAL, LONGEST_INTERVAL);
  const everyMinutes = checked('randomFaultEveryMinutes', options.randomFaultEveryMinutes ?? 0, 0, 10_000);
  const devices = fleetDevices(options.kinds);
  const past = checkPast(options.pastMilliseconds ?? 0, interval, devices.length);
  const ids = new Set(devices.map(({ id }) => id));
  const members: Member[] = [];
  let stopped: Promise<void> | undefined;

  const schedule = createFaultSchedule({
    clock,
    onStart(fault) {
      passTime(fault);
      if (fault.kind === 'flood') sendNow(fault);
      onFault?.({ phase: 'started', fault });
    },
    onEnd(fault) {
      passTime(fault);
      onFault?.({ phase: 'ended', fault });
    },
  });

  /** Brings the devices of a fault up to now, so that it works for its own time and not from sample to sample. */
  function passTime(fault: Fault): void {
    for (const member of members) {
      if (strikes(fault, member.id) && !member.isInPast) member.sampler.advance(clock.now(), strengthsOf(schedule.active, member.id, clock.now()));
    }
  }

  function join({ id, kind }: DeviceIdentity): Member {
    const now = clock.now();
    const start = past > 0 ? Math.min(now, Math.max(now - past, (options.sentUntil?.(id) ?? -Infinity) + 1)) : now;
    const phase = Math.floor(createRandom(seed, id, 'phase').uniform(0, interval));
    return {
      id, kind, device: options.connect({ id, kind }), sampler: createSampler(kindOf(kind), seed, id, start),
      seq: Math.floor(start), due: Math.floor(start) + phase, timer: undefined, isInPast: past > 0,
    };
  }

  function catchUp(member: Member): void {
    const wait = sendPast(member, interval, clock);
    member.isInPast = wait !== undefined;
    if (wait === 0) options.onSent?.(member.id, member.due - interval);
    if (wait === undefined) sendLater(member);
    else member.timer = clock.setTimeout(() => catchUp(member), wait);
  }

  function sendLater(member: Member): void {
    member.timer = clock.setTimeout(() => send(member), Math.max(0, member.due - clock.now()));
  }

  /** A flood does not wait for the end of an interval that may be longer than itself. */
  function sendNow(fault: Fault): void {
    for (const member of members) {
      if (!strikes(fault, member.id) || member.isInPast) continue;
      member.timer?.cancel();
      member.due = clock.now();
      sendLater(member);
    }
  }

  function send(member: Member): void {
    const now = clock.now();
    const strengths = strengthsOf(schedule.active, member.id, now);
    const spent = strengths.get('dead-battery') ?? 0;
    if (!strengths.has('dropout') && spent < SILENT_WHEN_SPENT) {
      const ts = Math.round(now + WRONG_CLOCK_OFFSET * (strengths.get('wrong-clock') ?? 0));
      const payload = { ts, seq: member.seq++, values: member.sampler.sample(now, strengths) };
      member.device.publish(Buffer.from(JSON.stringify(payload)), `devices/${member.id}/telemetry`);
    }
    options.onSent?.(member.id, now);
    const flood = strengths.get('flood');
    const usual = flood ? Math.max(1, Math.round(interval / (1 + (FLOOD_FACTOR - 1) * flood))) : interval;
    const period = Math.round(usual / (1 - Math.min(spent, SILENT_WHEN_SPENT)));
    // Sends that were missed, because the machine slept, are not made up for.
    member.due += period * Math.max(1, Math.floor((now - member.due) / period) + 1);
    sendLater(member);
  }

  try {
    for (const identity of devices) members.push(join(identity));
  } catch (error) {
    for (const member of members) void member.device.end();
    throw error;
  }
  for (const member of members) {
    if (member.isInPast) catchUp(member);
    else sendLater(member);
  }
  const stopRandomFaults = everyMinutes > 0
    ? startRandomFaults({ clock, seed, devices, everyMinutes, busy: () => schedule.all(), plan: (fault) => schedule.plan(fault) })
    : () => {};

  return {
    devices,
    inject(request) {
      if (stopped) throw new FaultRequestError('', 'The simulator has stopped, so no fault can happen in it. Start it again first.');
      const fault = readFaultRequest(request, clock.now(), ids);
      refuseWithoutPart(fault, devices);
      schedule.plan(fault);
      return fault;
    },
    faults: () => schedule.all(),
    counts() {
      const sum: FleetCounts = { devices: members.length, connected: 0, inPast: 0, sent: 0, acknowledged: 0, dropped: 0, waiting: 0 };
      for (const { device, isInPast } of members) {
        if (isInPast) sum.inPast++;
        const counts = device.counts();
        if (device.connected) sum.connected++;
        for (const key of ['sent', 'acknowledged', 'dropped', 'waiting'] as const) sum[key] += counts[key];
      }
      return sum;
    },
    stop() {
      stopped ??= (async () => {
        stopRandomFaults();
        schedule.stop();
        for (const member of members) member.timer?.cancel();
        await Promise.all(members.map(({ device }) => device.end()));
      })();
      return stopped;
    },
  };
}

/** Refuses the fault of a part that none of the devices has. */
function refuseWithoutPart(fault: Fault, devices: readonly DeviceIdentity[]): void {
  const able = KINDS.filter(({ faults }) => faults.includes(fault.kind)).map(({ name }) => name);
  if (able.length === 0 || devices.some(({ id, kind }) => strikes(fault, id) && able.includes(kind))) return;
  throw new FaultRequestError('kind', `The fault ${fault.kind} strikes only devices of these kinds: ${able.join(', ')}. Name another fault, or another device than ${shown(fault.device)}.`);
}

function checked(field: string, value: number, low: number, high: number): number {
  if (typeof value === 'number' && value >= low && value <= high) return value;
  throw new ConfigError(field, `The simulator's ${field} ${shown(value)} must be a number from ${low} to ${high}.`);
}
