/**
 * Whole numbers in a row, such as times, or decimals without their point. They are counted from the first one, in units of their
 * greatest common divisor: x(i) = first + unit · m(i), so m(0) = 0. Each m(i) is predicted from those before it, and what it is more than predicted,
 * its residual, is coded (residuals.ts).
 *
 * | bytes | what |
 * |---|---|
 * | 1 | bits 0 to 3: the form; bit 4: the first is negative; bit 5: there is a unit other than 1; bit 6: no residual is negative; bit 7: there is a drift |
 * | varint | the first, without its sign |
 *
 * | form | what follows |
 * |---|---|
 * | 0: all alike | nothing |
 * | 1: evenly spaced | signed varint: the distance from one to the next |
 * | 2: linear | varint: the unit, if there is one; residuals |
 * | 3 … 8: smoothed, with the weight w = 0, 1, 1/2, 1/4, 1/8 or 1/16 | varint: the unit, if there is one; signed varint: the start, if w is 0; float32: the drift d, if there is one; residuals |
 *
 * Linear: m(i) is predicted as m(i-1) + (m(i-1) - m(i-2)), with m(-1) = 0. Smoothed (Brown 1956, with a drift): with s(0) = start, or 0, and
 * s(i) = s(i-1) + (m(i-1) - s(i-1)) · w + d, m(i) is predicted as s(i) rounded, halves upwards; so w = 1 predicts the number before, and w = 0 a
 * straight line. All of it is IEEE 754 double precision, in the order written here, and comes to the same on every machine.
 *
 * There is a residual for each m(i) from i = 1 on. Where it may be negative, 0, -1, 1, -2 are coded as 0, 1, 2, 3.
 */
import type { ByteReader } from './byte-reader.ts';
import type { ByteWriter } from './byte-writer.ts';
import { choosePrediction } from './choose-prediction.ts';
import { predict, unpredict, WEIGHTS } from './prediction.ts';
import type { Prediction } from './prediction.ts';
import { readResiduals, writeResiduals } from './residuals.ts';
import { Scratch } from './scratch.ts';

const FORM = { alike: 0, even: 1, linear: 2, smoothed: 3 } as const;
const FORM_BITS = 0x0f;
const NEGATIVE = 0x10;
const UNIT = 0x20;
const UNSIGNED = 0x40;
const DRIFT = 0x80;

const differences = new Scratch();
const residuals = new Scratch();

/** Writes `count` whole numbers, at least one, each from -2^53 to 2^53 and at most 2^51 apart; none is -0. */
export function writeIntegers(writer: ByteWriter, values: Float64Array, count: number): void {
  const first = values[0] ?? 0;
  const sign = first < 0 ? NEGATIVE : 0;
  const m = differences.of(count);
  for (let index = 0; index < count; index += 1) m[index] = (values[index] ?? 0) - first;
  const distance = evenDistance(m, count);
  if (distance !== undefined) {
    writer.uint8(sign | (distance === 0 ? FORM.alike : FORM.even));
    writer.varint(Math.abs(first));
    if (distance !== 0) writer.signedVarint(distance);
    return;
  }
  const unit = commonDivisor(m, count);
  if (unit > 1) for (let index = 0; index < count; index += 1) m[index] = (m[index] ?? 0) / unit;
  const prediction = choosePrediction(m, count);
  writePrediction(writer, sign, Math.abs(first), unit, prediction);
  const coded = residuals.of(count);
  predict(m, count, prediction, coded);
  writeResiduals(writer, coded, count - 1);
}

/** Reads `count` whole numbers into the beginning of `into`. @throws RangeError when they are not what was written. */
export function readIntegers(reader: ByteReader, into: Float64Array, count: number): void {
  const head = reader.uint8();
  const form = head & FORM_BITS;
  const size = reader.varint();
  const first = head & NEGATIVE ? -size : size;
  if (form === FORM.alike) {
    into.fill(first, 0, count);
    return;
  }
  if (form === FORM.even) {
    const distance = reader.signedVarint();
    for (let index = 0; index < count; index += 1) into[index] = first + index * distance;
    return;
  }
  const unit = head & UNIT ? reader.varint() : 1;
  const prediction = readPrediction(reader, head);
  const coded = residuals.of(count);
  readResiduals(reader, coded, count - 1);
  unpredict(into, count, prediction, coded);
  for (let index = 0; index < count; index += 1) into[index] = first + unit * (into[index] ?? 0);
}

function writePrediction(writer: ByteWriter, sign: number, first: number, unit: number, { weight, start, drift, signed }: Prediction): void {
  const form = weight === undefined ? FORM.linear : FORM.smoothed + weight;
  writer.uint8(form | sign | (unit > 1 ? UNIT : 0) | (signed ? 0 : UNSIGNED) | (drift === 0 ? 0 : DRIFT));
  writer.varint(first);
  if (unit > 1) writer.varint(unit);
  if (weight === 0) writer.signedVarint(start);
  if (drift !== 0) writer.float32(drift);
}

function readPrediction(reader: ByteReader, head: number): Prediction {
  const form = head & FORM_BITS;
  const weight = form === FORM.linear ? undefined : form - FORM.smoothed;
  if (weight !== undefined && weight >= WEIGHTS.length) throw new RangeError('whole numbers have a form that is not known');
  const start = weight === 0 ? reader.signedVarint() : 0;
  const drift = head & DRIFT ? reader.float32() : 0;
  return { weight, start, drift, signed: (head & UNSIGNED) === 0 };
}

/** How far each is from the one before, if that is the same for all. */
function evenDistance(m: Float64Array, count: number): number | undefined {
  const distance = count > 1 ? (m[1] ?? 0) : 0;
  for (let index = 2; index < count; index += 1) if (m[index] !== distance * index) return undefined;
  return distance;
}

/** The greatest common divisor (Euclid); not all are 0. */
function commonDivisor(m: Float64Array, count: number): number {
  let divisor = 0;
  for (let index = 1; index < count && divisor !== 1; index += 1) {
    let rest = Math.abs(m[index] ?? 0);
    while (rest !== 0) [divisor, rest] = [rest, divisor % rest];
  }
  return divisor;
}
