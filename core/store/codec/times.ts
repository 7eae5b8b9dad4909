/** A column of times, whole milliseconds since the epoch, ascending, of which the last is at most MAXIMUM_SPAN after the first; written as in integers.ts. */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { readIntegers, writeIntegers } from './integers.ts';
import { Scratch } from './scratch.ts';

/** The most time that one column may span, in milliseconds. */
export const MAXIMUM_SPAN = 2 ** 51;

const column = new Scratch();

/** Writes the times `from` … `to - 1`, of which there is at least one. */
export function writeTimes(writer: ByteWriter, times: Float64Array, from: number, to: number): void {
  const count = to - from;
  const values = column.of(count);
  for (let index = 0; index < count; index += 1) values[index] = times[from + index] ?? 0;
  writeIntegers(writer, values, count);
}

/** Reads times into `into[from]` … `into[to - 1]`. @throws RangeError when they are not what was written. */
export function readTimes(reader: ByteReader, into: Float64Array, from: number, to: number): void {
  const times = into.subarray(from, to);
  readIntegers(reader, times, to - from);
  for (let index = 1; index < times.length; index += 1) if (!((times[index] ?? 0) > (times[index - 1] ?? 0))) throw new RangeError('the times are not in order');
}
