import type { Clock } from '../clock/clock.ts';
import { ConfigError } from '../errors/holdfast-error.ts';
import type { Values } from '../sample/sample.ts';
import type { SimulatedDevice } from './device.ts';
import type { Strengths } from './faults.ts';
import { LONGEST_PAST_DAYS, MOST_PAST_SAMPLES, pastSamples } from './past-limits.ts';
import type { Sampler } from './sampler.ts';

const MILLISECONDS_A_DAY = 86_400_000;
const SAMPLES_A_MESSAGE = 100;
/** A message is made at once: the physics of a longer time would hold up everything else. */
const LONGEST_MESSAGE = 20_000_000;
/** Messages of a device under way at a time. */
const MOST_WAITING = 4;
const LOOK_AGAIN = 20;
const NO_FAULTS: Strengths = new Map();

/** A device that sends what it measured before it sends what it measures. */
export interface PastMember {
  id: string;
  device: SimulatedDevice;
  sampler: Sampler;
  seq: number;
  /** The time of its next sample, ms since the epoch. */
  due: number;
}

/** One sample as it stands in a payload. */
interface PastSample {
  ts: number;
  seq: number;
  historical: true;
  values: Values;
}

/**
 * How long the past is that devices send first.
 *
 * @param past ms; 0 for none.
 * @throws ConfigError (field `pastMilliseconds`)
 */
export function checkPast(past: number, intervalMilliseconds: number, devices: number): number {
  const days = past / MILLISECONDS_A_DAY;
  if (!(days >= 0 && days <= LONGEST_PAST_DAYS)) {
    throw new ConfigError('pastMilliseconds', `The simulator's past of ${days} days must be from 0 to ${LONGEST_PAST_DAYS} days.`);
  }
  const samples = pastSamples(days, intervalMilliseconds / 1000, devices);
  if (samples <= MOST_PAST_SAMPLES) return past;
  throw new ConfigError('pastMilliseconds', `The past would be ${samples.toLocaleString('en')} samples of ${devices} devices, and ${MOST_PAST_SAMPLES.toLocaleString('en')} is the most. Shorten it, take fewer devices, or let them send more rarely.`);
}

/**
 * Sends what is due of a device's past, a message with many samples, marked historical, unless it has enough under way. No fault strikes
 * the past.
 *
 * @returns in how many ms there is more to do; undefined when nothing of the past is left.
 */
export function sendPast(member: PastMember, interval: number, clock: Clock): number | undefined {
  const now = clock.now();
  if (member.due > now) return undefined;
  if (member.device.counts().waiting >= MOST_WAITING) return LOOK_AGAIN;
  const most = Math.max(1, Math.min(SAMPLES_A_MESSAGE, Math.floor(LONGEST_MESSAGE / interval)));
  const samples: PastSample[] = [];
  for (; samples.length < most && member.due <= now; member.due += interval) {
    samples.push({ ts: member.due, seq: member.seq++, historical: true, values: member.sampler.sample(member.due, NO_FAULTS) });
  }
  member.device.publish(Buffer.from(JSON.stringify(samples)), `devices/${member.id}/telemetry`);
  return 0;
}
