import { HoldfastError } from '../errors/holdfast-error.ts';
import { copyHeader, copyUnknown, countKeys, updateHeader } from './header.ts';
import type { Sample, SampleHeader, Values } from './sample.ts';

/** The version of the message contract that this code writes and reads. */
const VERSION = 1;

export interface SampleEnvelope extends SampleHeader {
  v: 1;
  kind: 'sample';
}

/** One sample as it travels between nodes; a real message may have more properties, which pass through untouched. */
export interface SampleMessage {
  /** The device's id. */
  topic: string;
  payload: Values;
  iot: SampleEnvelope;
}

/** Many samples in one message, each with its values and header in one object. */
export interface BatchMessage {
  payload: Sample[];
  iot: { v: 1; kind: 'batch'; count: number };
}

/** The samples of a message, and the form they came in, which is the form to send them on in. */
export interface Received {
  form: 'single' | 'batch';
  samples: Sample[];
}

/** A message that is not made of samples, or is damaged. Code `HOLDFAST_MESSAGE`. */
export class MessageError extends HoldfastError {
  constructor(problem: string) {
    super('HOLDFAST_MESSAGE', `This node takes samples: put a holdfast-gateway or holdfast-ingest node before it. ${problem}`);
  }
}

/** A new message for one sample. `payload` is the sample's own `values`, not a copy. */
export function toMessage(sample: Sample): SampleMessage {
  const iot: SampleEnvelope = {
    v: VERSION, kind: 'sample',
    id: sample.id, device: sample.device, ts: sample.ts, received: sample.received, tsSource: sample.tsSource, src: sample.src,
  };
  const known = copyHeader(sample, iot);
  if (countKeys(sample) > known + 1) copyUnknown(sample, iot);
  return { topic: sample.device, payload: sample.values, iot };
}

/** A new message for many samples, which it holds as they are, not copied. */
export function toBatchMessage(samples: Sample[]): BatchMessage {
  return { payload: samples, iot: { v: VERSION, kind: 'batch', count: samples.length } };
}

/**
 * The samples of a message of either form. For a single message the sample is a new object whose `values` are the message's
 * payload itself; of a batch they are the batch's own items. Unknown header properties are kept on them. What a node needs
 * to rely on is checked (the envelope, the required header fields, an object of values); single readings are not.
 * Throws MessageError for anything else.
 */
export function samplesOf(msg: unknown): Received {
  if (!isObject(msg)) throw new MessageError('What arrived is not a message.');
  const { iot, payload } = msg;
  if (!isObject(iot)) throw new MessageError('The message has no msg.iot; a node on the way may have removed it.');
  if (iot['v'] !== VERSION) throw new MessageError(`msg.iot.v is ${shown(iot['v'])}, and this version of Holdfast reads ${VERSION}. Update Holdfast, or mend what sets msg.iot.`);
  if (iot['kind'] === 'sample') return { form: 'single', samples: [readSingle(iot, payload)] };
  if (iot['kind'] !== 'batch') throw new MessageError(`msg.iot.kind is ${shown(iot['kind'])}, neither "sample" nor "batch".`);
  if (!Array.isArray(payload)) throw new MessageError('msg.iot.kind is "batch", but msg.payload is not an array; a node on the way may have changed it.');
  return { form: 'batch', samples: readBatch(payload) };
}

/**
 * Puts a sample that may have changed back on the message of single form that it came from: `msg.payload` becomes its values, header
 * fields that differ are set, and those it lost are removed. All other properties of `msg` and `msg.iot` stay as they are. The
 * sample may be another object than the one that `samplesOf` gave. Throws MessageError when `msg` has no msg.iot.
 */
export function writeBack(msg: object, sample: Sample): void {
  const message: { payload?: unknown; iot?: unknown } = msg;
  const { iot } = message;
  if (!isObject(iot)) throw new MessageError('The message lost its msg.iot while the node worked on it.');
  message.payload = sample.values;
  updateHeader(iot, sample);
}

/** Puts samples back on the message of batch form that they came from; a node may have left some out. */
export function writeBackBatch(msg: object, samples: Sample[]): void {
  const message: { payload?: unknown; iot?: unknown } = msg;
  const { iot } = message;
  if (!isObject(iot)) throw new MessageError('The message lost its msg.iot while the node worked on it.');
  message.payload = samples;
  if (iot['count'] !== samples.length) iot['count'] = samples.length;
}

function readSingle(iot: Record<string, unknown>, payload: unknown): Sample {
  if (!isHeader(iot)) throw headerError(iot, 'msg.iot');
  if (!isValues(payload)) throw new MessageError('msg.payload is not an object of readings such as {"temperature":21.4}; a node on the way may have changed it.');
  const sample: Sample = {
    id: iot.id, device: iot.device, ts: iot.ts, received: iot.received, tsSource: iot.tsSource, src: iot.src, values: payload,
  };
  const known = copyHeader(iot, sample);
  // Beyond the header there are `v` and `kind`.
  if (countKeys(iot) > known + 2) copyUnknown(iot, sample);
  return sample;
}

function readBatch(items: unknown[]): Sample[] {
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (!isObject(item)) throw new MessageError(`Element ${index} of msg.payload is not a sample.`);
    if (!isHeader(item)) throw headerError(item, `Element ${index} of msg.payload`);
    if (!isValues(item['values'])) throw new MessageError(`Element ${index} of msg.payload has no object \`values\` such as {"temperature":21.4}.`);
  }
  return items as Sample[];
}

/** The fields that every node relies on, each with what it must be. */
const REQUIRED: ReadonlyArray<readonly [field: string, must: string, is: (value: unknown) => boolean]> = [
  ['id', 'a text', (value) => typeof value === 'string' && value !== ''],
  ['device', 'a text', (value) => typeof value === 'string' && value !== ''],
  ['ts', 'a time in milliseconds', Number.isFinite],
  ['received', 'a time in milliseconds', Number.isFinite],
  ['tsSource', '"device" or "server"', (value) => value === 'device' || value === 'server'],
  ['src', 'an object', isObject],
  ['metrics', 'an object where it is there', (value) => value === undefined || isObject(value)],
];

/** The checks of `REQUIRED`, written out for speed. */
function isHeader(header: Record<string, unknown>): header is Record<string, unknown> & SampleHeader {
  const { id, device, tsSource, metrics } = header;
  return typeof id === 'string' && id !== '' && typeof device === 'string' && device !== ''
    && Number.isFinite(header['ts']) && Number.isFinite(header['received'])
    && (tsSource === 'device' || tsSource === 'server')
    && isObject(header['src']) && (metrics === undefined || isObject(metrics));
}

function headerError(header: Record<string, unknown>, where: string): MessageError {
  const wrong = REQUIRED.find(([field, , is]) => !is(header[field]));
  if (!wrong) return new MessageError(`${where} is damaged.`);
  const [field, must] = wrong;
  return new MessageError(`${where}.${field} is ${shown(header[field])} and must be ${must}; a node on the way may have changed it.`);
}

/** Nodes may hand over objects of another realm (function nodes run in one), so no prototype is compared. */
function isValues(value: unknown): value is Values {
  return isObject(value) && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown): string {
  if (typeof value === 'string') return `"${value.length > 40 ? `${value.slice(0, 40)}…` : value}"`;
  if (value === undefined) return 'missing';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : (value === null ? 'null' : `a ${typeof value}`);
}
