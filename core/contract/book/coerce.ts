import type { MetricInfo, ReadingValue, RefusalReason, Sample, Values } from '../../sample/sample.ts';
import { convertUnit } from '../units/convert.ts';
import type { Coercion, MetricRule } from './metric-rules.ts';
import { MOST_REASONS } from './sample-contract.ts';
import type { SampleContract } from './sample-contract.ts';

/** What became of a sample that broke its contract. */
export interface CoercedSample {
  /** Copies, in which the readings named in `coerced` are altered: flagged `coerced`, with what came in `raw`. */
  values: Values;
  metrics: Record<string, MetricInfo> | undefined;
  /** The metrics that were altered; none: it could not be helped. */
  coerced: readonly string[];
  /** What the contract still says against it; empty: nothing. */
  reasons: RefusalReason[];
}

/** The flag of a reading that a contract altered. */
const COERCED = 'coerced';

interface Reading {
  value: ReadingValue;
  unit: string | undefined;
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const TRUE: readonly ReadingValue[] = [1, '1'];
const FALSE: readonly ReadingValue[] = [0, '0'];

/**
 * Alters those readings of a sample that break the contract, and may be altered by it (`x-coerce`), so that they meet it. A reading that meets it
 * is left alone, and so is one that no permitted alteration helps.
 *
 * @returns undefined when the sample meets the contract as it is.
 */
export function coerceSample(contract: SampleContract, { values, metrics }: Pick<Sample, 'values' | 'metrics'>): CoercedSample | undefined {
  const reasons = contract.check(values, metrics);
  if (reasons.length === 0) return undefined;
  const altered: CoercedSample = { values: { ...values }, metrics, coerced: [], reasons };
  // Reading by reading, what takes too long for one check would take that time again and again.
  if (reasons[0]?.rule === 'limit') return altered;
  const coerced: string[] = [];
  const blamed = blamedBy(reasons);
  for (const [metric, rule] of contract.rules) {
    const value = Object.hasOwn(values, metric) ? values[metric] : undefined;
    const info = metrics?.[metric];
    if (value === undefined || rule.coerce.size === 0 || blamed?.has(metric) === false || contract.admits(metric, value, info?.unit)) continue;
    const better = alternatives({ value, unit: info?.unit }, rule).find((one) => contract.admits(metric, one.value, one.unit));
    if (better === undefined) continue;
    altered.values[metric] = better.value;
    altered.metrics = { ...altered.metrics, [metric]: infoOf(info, value, better) };
    coerced.push(metric);
  }
  return coerced.length === 0 ? altered : { ...altered, coerced, reasons: contract.check(altered.values, altered.metrics) };
}

/** The metrics that reasons name; undefined when there may be others at fault. */
function blamedBy(reasons: readonly RefusalReason[]): ReadonlySet<string> | undefined {
  const isWhole = reasons.length < MOST_REASONS && reasons.every(({ field }) => field !== '');
  return isWhole ? new Set(reasons.map(({ field }) => field)) : undefined;
}

function infoOf(info: MetricInfo | undefined, value: ReadingValue, { unit }: Reading): MetricInfo {
  const flags = info?.flags?.includes(COERCED) === true ? info.flags : [...(info?.flags ?? []), COERCED];
  return { ...info, ...(unit !== undefined && { unit }), flags, raw: info?.raw ?? value };
}

/** What a reading may be made into, what changes it least first. */
function alternatives({ value, unit }: Reading, { coerce, unit: asked }: MetricRule): Reading[] {
  const may = (coercion: Coercion): boolean => coerce.has(coercion);
  const found: Reading[] = [];
  const number = typeof value === 'number' ? value : may('number') ? numberOf(value) : undefined;
  const measured = number === undefined ? undefined : inUnit({ value: number, unit }, may('unit') ? asked : undefined);
  if (measured) found.push(measured);
  if (measured && may('integer')) found.push({ ...measured, value: Math.round(measured.value) + 0 });
  if (may('boolean')) found.push(...[booleanOf(value)].filter((one) => one !== undefined).map((one) => ({ value: one, unit })));
  if (may('string') && value !== null && typeof value !== 'string') found.push({ value: String(value), unit });
  // Nothing is in no unit, so that it is in the one that is asked for.
  if (may('null')) found.push({ value: null, unit: asked ?? unit });
  return found;
}

/** Undefined when it cannot be converted to the unit that is asked for; as it is when none is, or it comes without one. */
function inUnit({ value, unit }: { value: number; unit: string | undefined }, asked: string | undefined): { value: number; unit: string | undefined } | undefined {
  if (asked === undefined || unit === undefined || unit === '' || unit === asked) return { value, unit };
  const converted = convertUnit(value, unit, asked);
  return converted === undefined ? undefined : { value: converted, unit: asked };
}

function numberOf(value: ReadingValue): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  const text = typeof value === 'string' ? value.trim() : '';
  const number = NUMBER.test(text) ? Number(text) : Number.NaN;
  // A whole number beyond 2^53 came as a text to be kept exact.
  return Number.isFinite(number) && (!Number.isInteger(number) || Number.isSafeInteger(number) || /[.eE]/.test(text)) ? number : undefined;
}

function booleanOf(value: ReadingValue): boolean | undefined {
  const word = typeof value === 'string' ? value.trim().toLowerCase() : value;
  if (word === 'true' || word === 'on' || TRUE.includes(word)) return true;
  return word === 'false' || word === 'off' || FALSE.includes(word) ? false : undefined;
}
