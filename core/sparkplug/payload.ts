import { DecodeError } from '../decode/decode-error.ts';
import { ProtobufReader } from './protobuf-reader.ts';

/** Metrics, cells, members and parameters that one payload may hold, all together. */
export const ITEMS_PER_PAYLOAD = 10_000;

/** Properties of one metric. */
const PROPERTIES = 1_000;

/** A number that names a metric: decimal text where a number would not be exact. */
export type Alias = number | string;

/** A value as it is written, before its datatype says what it means. Unread: the bytes of a DataSet, a Template, or an extension. */
export type WireValue =
  | { kind: 'int'; value: number }
  | { kind: 'long'; value: number | bigint }
  | { kind: 'float' | 'double'; value: number }
  | { kind: 'bool'; value: boolean }
  | { kind: 'string'; value: string }
  | { kind: 'bytes' | 'dataset' | 'template' | 'extension'; value: Uint8Array };

export interface Metric {
  name?: string;
  alias?: Alias;
  /** Ms since the epoch, if the sender keeps to the specification. */
  timestamp?: number | bigint;
  /** A number of `DATATYPES`; a message that is no birth may leave it out. */
  datatype?: number;
  historical: boolean;
  transient: boolean;
  isNull: boolean;
  /** The property `Quality`: 0 bad, 192 good, 500 stale. */
  quality?: number | bigint;
  value?: WireValue;
}

export interface Payload {
  timestamp?: number | bigint;
  seq?: number | bigint;
  metrics: Metric[];
}

/** Counts what a payload holds, nested things included, so that few bytes cannot become many objects. */
export class ItemCount {
  #items = 0;

  add(): void {
    if (++this.#items > ITEMS_PER_PAYLOAD) {
      throw new DecodeError('too-many', `The payload holds more than ${ITEMS_PER_PAYLOAD} metrics, cells and members. Split it.`);
    }
  }
}

/**
 * Reads org.eclipse.tahu.protobuf.Payload (Sparkplug 3.0, section 6.4; sparkplug_b.proto). DataSets and Templates are read later, by
 * `readDataSet` and `readTemplate`; `uuid`, `body`, metadata and all properties but the quality are left out.
 *
 * @throws DecodeError
 */
export function readPayload(bytes: Uint8Array, count: ItemCount): Payload {
  const reader = new ProtobufReader(bytes);
  const payload: Payload = { metrics: [] };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) payload.timestamp = reader.uint64();
    else if (field === 2) payload.metrics.push(readMetric(reader, count));
    else if (field === 3) payload.seq = reader.uint64();
    else reader.skip();
  }
  return payload;
}

/** Reads the metric that begins here, of a payload or of a Template. */
export function readMetric(reader: ProtobufReader, count: ItemCount): Metric {
  count.add();
  const outer = reader.open();
  const metric: Metric = { historical: false, transient: false, isNull: false };
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    switch (field) {
      case 1: metric.name = reader.string(); break;
      case 2: metric.alias = aliasOf(reader.uint64()); break;
      case 3: metric.timestamp = reader.uint64(); break;
      case 4: metric.datatype = reader.uint32(); break;
      case 5: metric.historical = reader.bool(); break;
      case 6: metric.transient = reader.bool(); break;
      case 7: metric.isNull = reader.bool(); break;
      case 9: readQuality(reader, metric); break;
      case 16: metric.value = { kind: 'bytes', value: reader.bytes() }; break;
      case 17: metric.value = { kind: 'dataset', value: reader.bytes() }; break;
      case 18: metric.value = { kind: 'template', value: reader.bytes() }; break;
      case 19: metric.value = { kind: 'extension', value: reader.bytes() }; break;
      default: {
        const value = readScalar(reader, field - 9);
        if (value) metric.value = value;
        else reader.skip();
      }
    }
  }
  reader.close(outer);
  return metric;
}

/**
 * Reads one of the six plain values, which have the same order in every message that has them: int, long, float, double, bool, string.
 *
 * @param place from 1 to 6; for any other nothing is read.
 */
export function readScalar(reader: ProtobufReader, place: number): WireValue | undefined {
  switch (place) {
    case 1: return { kind: 'int', value: reader.uint32() };
    case 2: return { kind: 'long', value: reader.uint64() };
    case 3: return { kind: 'float', value: reader.float() };
    case 4: return { kind: 'double', value: reader.double() };
    case 5: return { kind: 'bool', value: reader.bool() };
    case 6: return { kind: 'string', value: reader.string() };
    default: return undefined;
  }
}

/** A PropertySet is two lists, of keys and of values. */
function readQuality(reader: ProtobufReader, metric: Metric): void {
  const outer = reader.open();
  let keys = 0;
  let place = -1;
  const numbers: (number | bigint | undefined)[] = [];
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) {
      if (reader.string() === 'Quality') place = keys;
      keys += 1;
    } else if (field === 2) {
      numbers.push(readPropertyNumber(reader));
    } else {
      reader.skip();
    }
    if (numbers.length > PROPERTIES) throw new DecodeError('too-many', `A metric has more than ${PROPERTIES} properties. Send fewer.`);
  }
  const quality = numbers[place];
  if (quality !== undefined) metric.quality = quality;
  reader.close(outer);
}

function readPropertyNumber(reader: ProtobufReader): number | bigint | undefined {
  const outer = reader.open();
  let value: number | bigint | undefined;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 3) value = reader.uint32();
    else if (field === 4) value = reader.uint64();
    else reader.skip();
  }
  reader.close(outer);
  return value;
}

function aliasOf(value: number | bigint): Alias {
  return typeof value === 'bigint' ? String(value) : value;
}
