import { decodeValue, DecodeError } from '../decode/index.ts';
import type { Decoded, PayloadFormat, ValueOptions } from '../decode/index.ts';
import { judge } from '../decode/judge.ts';
import { parseTime } from '../decode/time.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import { checkId, PrincipalError } from '../registry/principal.ts';
import type { Profile } from '../profile/profile.ts';
import type { Sample } from '../sample/sample.ts';
import type { Delivery } from './delivery.ts';
import type { RefusalReason } from './refusal.ts';

/** A message of a flow that cannot become a sample. Code `HOLDFAST_FLOW_SAMPLE`. */
export class FlowSampleError extends HoldfastError {
  /** For the ledger. */
  readonly reason: RefusalReason;

  constructor(message: string, options?: ErrorOptions & { reason?: RefusalReason }) {
    super('HOLDFAST_FLOW_SAMPLE', message, options);
    this.reason = options?.reason ?? 'type';
  }
}

/** What a flow tells of a sample, as it found it in a message. */
export interface FlowSample {
  device: unknown;
  values: unknown;
  /** Event time; undefined when the message names none. */
  ts: unknown;
  topic: string;
}

/** What is made of it. */
export interface FlowContext {
  /** Milliseconds since the epoch. */
  now: number;
  /** How text and bytes are written; undefined: as JSON, or as a plain text. */
  format?: PayloadFormat;
  profileOf?: (device: string) => Profile | undefined;
}

/**
 * The deliveries of what a flow hands over: one per sample, with what was understood of it as JSON; `readFlowRecord` is
 * the reverse.
 *
 * @throws FlowSampleError for a device that is no id, a time that is none, or values that are no readings.
 */
export function flowDeliveries({ device, values, ts, topic }: FlowSample, { now, format, profileOf }: FlowContext): Delivery[] {
  const id = deviceId(device);
  const time = ts === undefined || ts === null || ts === '' ? undefined : eventTime(ts);
  const profile = profileOf?.(id);
  return decode(values, now, { ...(format !== undefined && { format }), ...(profile !== undefined && { profile }) }).map((decoded) => {
    const understood = time === undefined ? decoded : withTime(decoded, time, now, profile);
    const payload = Buffer.from(JSON.stringify(understood));
    return { via: 'flow', device: id, principal: '', topic, payload, format: 'auto', patience: 0 };
  });
}

/** A time from elsewhere in the message is judged as one in the payload is. */
function withTime(decoded: Decoded, ts: number, now: number, profile: Profile | undefined): Decoded {
  const context = profile === undefined ? { received: now } : { received: now, profile: { ...profile, metrics: {} } };
  return judge([{ ...decoded, ts }], context)[0] ?? decoded;
}

/** What `readFlowRecord` reads of a sample that a flow made itself: it keeps its id and its times. */
export function flowRecord({ id, ts, tsSource, seq, historical, values, metrics }: Sample): Buffer {
  const decoded: Decoded = { id, ts, values };
  if (tsSource === 'server') decoded.tsSource = 'server';
  if (seq !== undefined) decoded.seq = seq;
  if (metrics !== undefined) decoded.metrics = metrics;
  if (historical === true) decoded.historical = true;
  return Buffer.from(JSON.stringify(decoded));
}

/** What `flowDeliveries` understood, with its remarks: nothing is decoded twice. */
export function readFlowRecord(payload: Uint8Array): Decoded {
  return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString()) as Decoded;
}

function deviceId(device: unknown): string {
  try {
    return checkId(typeof device === 'number' ? String(device) : device);
  } catch (error) {
    if (!(error instanceof PrincipalError)) throw error;
    throw new FlowSampleError(`The message names no device that can be: ${error.message}`, { cause: error });
  }
}

function eventTime(ts: unknown): number {
  const time = parseTime(ts);
  if (time === undefined) throw new FlowSampleError(`The time of the message, ${JSON.stringify(ts)?.slice(0, 60)}, is not understood. Use seconds or milliseconds since 1970, or a text such as 2026-11-22T10:00:00Z.`);
  return time;
}

function decode(values: unknown, now: number, options: ValueOptions): Decoded[] {
  try {
    return decodeValue(values, now, options);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new FlowSampleError(error.message, { cause: error, reason: error.reason });
  }
}
