import { DecodeError } from '../decode/decode-error.ts';
import { excerpt, LIMITS } from '../decode/limits.ts';
import { remark, unsupported, valueOf, valueOfMetric } from './datatype.ts';
import type { Value } from './datatype.ts';
import { readMetric, readScalar } from './payload.ts';
import type { ItemCount, Metric, WireValue } from './payload.ts';
import { ProtobufReader } from './protobuf-reader.ts';

/** One value of a metric, under the name of its reading. */
export interface NamedValue extends Value {
  name: string;
  /** As the sender wrote it; undefined: the time of the message. */
  timestamp: number | bigint | undefined;
  historical: boolean;
}

/** Cells of a DataSet that become readings; a larger one is kept as it is, in `raw`. */
const CELLS_PER_DATASET = LIMITS.metricsPerSample;

/**
 * The readings of a metric whose name and datatype are known. A DataSet is flattened to `<name>.<row>.<column>`, rows counted from 0,
 * a Template to `<name>.<member>` and `<name>.parameters.<parameter>`; of a Template's definition there is none. A DataSet that contradicts
 * itself, or with more than 1,000 cells, is null, flagged `unsupported-datatype`, kept in `raw`.
 *
 * @throws DecodeError for bytes that are none, Templates nested deeper than 32, and a name that may not be.
 */
export function readingsOfMetric(metric: Metric, name: string, datatype: number | undefined, count: ItemCount): NamedValue[] {
  const readings: NamedValue[] = [];
  addMetric(readings, { metric, name, datatype, timestamp: metric.timestamp, historical: metric.historical, depth: 1 }, count);
  return readings;
}

interface Context {
  metric: Metric;
  name: string;
  datatype: number | undefined;
  timestamp: number | bigint | undefined;
  historical: boolean;
  depth: number;
}

function addMetric(readings: NamedValue[], context: Context, count: ItemCount): void {
  const { metric, name, datatype, timestamp, historical, depth } = context;
  const { value } = metric;
  const first = readings.length;
  if (value === undefined || metric.isNull || (value.kind !== 'dataset' && value.kind !== 'template')) {
    readings.push({ name, timestamp, historical, ...valueOfMetric(metric, datatype) });
  } else if (value.kind === 'dataset') {
    const cells = readDataSet(value.value, count) ?? [['', unsupported(value, datatype ?? 16)]];
    for (const [cell, read] of cells) readings.push({ name: cell === '' ? name : `${name}.${cell}`, timestamp, historical, ...read });
  } else {
    if (depth >= LIMITS.depth) throw new DecodeError('depth', `${excerpt(name)} is a Template nested deeper than ${LIMITS.depth} levels. Send a flatter one.`);
    addTemplate(readings, context, new ProtobufReader(value.value), count);
  }
  if (!metric.transient && metric.quality === undefined) return;
  for (const reading of readings.slice(first)) remark(reading, metric);
}

function addTemplate(readings: NamedValue[], { name, timestamp, historical, depth }: Context, reader: ProtobufReader, count: ItemCount): void {
  const members: NamedValue[] = [];
  let definition = false;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 2) {
      const metric = readMetric(reader, count);
      const inner = `${name}.${checkKey(metric.name, name)}`;
      addMetric(members, { metric, name: inner, datatype: metric.datatype, timestamp: metric.timestamp ?? timestamp, historical: historical || metric.historical, depth: depth + 1 }, count);
    } else if (field === 3) {
      const { key, value } = readParameter(reader, name, count);
      members.push({ name: `${name}.parameters.${key}`, timestamp, historical, ...value });
    } else if (field === 5) {
      definition = reader.bool();
    } else {
      reader.skip();
    }
  }
  if (definition) return;
  readings.push(...(members.length > 0 ? members : [{ name, timestamp, historical, value: null, flags: ['empty'] }]));
}

function readParameter(reader: ProtobufReader, name: string, count: ItemCount): { key: string; value: Value } {
  count.add();
  const outer = reader.open();
  let key: string | undefined;
  let datatype: number | undefined;
  let wire: WireValue | undefined;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 1) key = reader.string();
    else if (field === 2) datatype = reader.uint32();
    else if (field === 9) wire = { kind: 'extension', value: reader.bytes() };
    else {
      const scalar = readScalar(reader, field - 2);
      if (scalar) wire = scalar;
      else reader.skip();
    }
  }
  reader.close(outer);
  return { key: checkKey(key, name), value: wire ? valueOf(wire, datatype) : { value: null } };
}

/** The cells of a DataSet with their places; undefined when its parts do not fit one another, or are too many. */
function readDataSet(bytes: Uint8Array, count: ItemCount): [string, Value][] | undefined {
  const reader = new ProtobufReader(bytes);
  const columns: string[] = [];
  const types: number[] = [];
  const rows: (WireValue | undefined)[][] = [];
  let cells = 0;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === 2) {
      count.add();
      columns.push(reader.string());
    } else if (field === 3) {
      readTypes(reader, types, count);
    } else if (field === 4) {
      const row = readRow(reader, count);
      cells += row.length;
      rows.push(row);
    } else {
      reader.skip();
    }
  }
  if (cells > CELLS_PER_DATASET || types.length !== columns.length || rows.some((row) => row.length !== types.length)) return undefined;
  if (cells === 0) return [['', { value: null, flags: ['empty'] }]];
  return rows.flatMap((row, index) =>
    row.map((wire, column): [string, Value] => [`${index}.${checkKey(columns[column], 'a DataSet')}`, wire ? valueOf(wire, types[column]) : { value: null }]));
}

function readTypes(reader: ProtobufReader, types: number[], count: ItemCount): void {
  if (!reader.isBytes) {
    count.add();
    types.push(reader.uint32());
    return;
  }
  for (const type of reader.packed()) {
    count.add();
    types.push(type);
  }
}

function readRow(reader: ProtobufReader, count: ItemCount): (WireValue | undefined)[] {
  count.add();
  const row: (WireValue | undefined)[] = [];
  const outer = reader.open();
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field !== 1) {
      reader.skip();
      continue;
    }
    count.add();
    row.push(readCell(reader));
  }
  reader.close(outer);
  return row;
}

function readCell(reader: ProtobufReader): WireValue | undefined {
  const outer = reader.open();
  let cell: WireValue | undefined;
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    const scalar = field === 7 ? { kind: 'extension' as const, value: reader.bytes() } : readScalar(reader, field);
    if (scalar) cell = scalar;
    else reader.skip();
  }
  reader.close(outer);
  return cell;
}

/** A part of a name: neither empty nor one that could reach an object's prototype. */
function checkKey(key: string | undefined, within: string): string {
  if (key === undefined || key === '') throw new DecodeError('type', `A part of ${excerpt(within)} has no name. Name every member, parameter and column.`);
  if (key === '__proto__' || key === 'constructor' || key === 'prototype') {
    throw new DecodeError('forbidden-key', `The name "${key}" in ${excerpt(within)} is refused: it could change objects of the server. Rename it.`);
  }
  return key;
}
