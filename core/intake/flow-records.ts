import { decodeValue, DecodeError } from '../decode/index.ts';
import type { Decoded } from '../decode/index.ts';
import { parseTime } from '../decode/time.ts';
import { HoldfastError } from '../errors/holdfast-error.ts';
import type { InboxRecord } from '../inbox/record.ts';
import { checkId, PrincipalError } from '../registry/principal.ts';
import type { ReceptionTimes } from './reception-times.ts';

/** A message of a flow that cannot become a sample. Code `HOLDFAST_FLOW_SAMPLE`. */
export class FlowSampleError extends HoldfastError {
  constructor(message: string, options?: ErrorOptions) {
    super('HOLDFAST_FLOW_SAMPLE', message, options);
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

/**
 * The inbox records of what a flow hands over: one per sample, with what was understood of it as JSON; `readFlowRecord` is
 * the reverse.
 *
 * @throws FlowSampleError for a device that is no id, a time that is none, or values that are no readings.
 */
export function flowRecords({ device, values, ts, topic }: FlowSample, times: ReceptionTimes, now: number): InboxRecord[] {
  const id = deviceId(device);
  const time = ts === undefined || ts === null || ts === '' ? undefined : eventTime(ts);
  return decode(values, now).map((decoded) => {
    const understood: Decoded = time === undefined ? decoded : { ...decoded, ts: time };
    const payload = Buffer.from(JSON.stringify(understood));
    return { via: 'flow', received: times.next(id), device: id, principal: '', topic, payload };
  });
}

/** What `flowRecords` understood, with its remarks: nothing is decoded twice. */
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

function decode(values: unknown, now: number): Decoded[] {
  try {
    return decodeValue(values, now);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw new FlowSampleError(error.message, { cause: error });
  }
}
