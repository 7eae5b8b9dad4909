import { isUnit } from '../book/metric-rules.ts';
import { isFirmware } from '../drift/firmware.ts';
import type { MetricLearner } from './metric-learner.ts';
import type { MetricSchema, Proposal, ProposalNote, ProposedMetric, ReadingType } from './proposed-contract.ts';
import { proposedRange } from './proposed-range.ts';

export interface ProposalOptions {
  /** How much further than what was seen a number may go, as a share of the span. Default 0.1. */
  margin?: number;
}

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';
/** With fewer, what was in all of them may have been so by chance. */
const ENOUGH = 50;
/** A list of texts is one when there are at least two, and each came so often, on average. */
const REPETITIONS = 5;
const SHORTEST_MAXIMUM = 16;

/** A contract that all samples behind these numbers meet. */
export function propose(learned: ReadonlyMap<string, MetricLearner>, samples: number, { margin = 0.1 }: ProposalOptions = {}): Proposal {
  const metrics = [...learned].map(([metric, seen]) => proposedMetric(metric, seen, samples, margin)).toSorted((one, other) => (one.metric < other.metric ? -1 : 1));
  const required = metrics.filter((one) => one.required).map(({ metric }) => metric);
  const properties = Object.fromEntries(metrics.map((one) => [one.metric, schemaOf(one)]));
  return { schema: { $schema: DRAFT, type: 'object', properties, ...(required.length > 0 && { required }) }, metrics };
}

function proposedMetric(metric: string, seen: MetricLearner, samples: number, margin: number): ProposedMetric {
  const types = typesOf(seen);
  const hasNumbers = seen.low <= seen.high;
  const [first] = seen.units;
  // A device may call its unit what no contract can.
  const unit = seen.units.size === 1 && first !== undefined && isUnit(first) ? first : undefined;
  const span = { low: seen.low, high: seen.high };
  const range = hasNumbers ? proposedRange(span, { metric, unit: first, margin, isWhole: types.includes('integer') }) : undefined;
  const enumeration = isFirmware(metric) ? undefined : enumerationOf(seen, types);
  return {
    metric, types, readings: seen.readings, presence: seen.readings / samples, nulls: seen.nulls / seen.readings,
    ...(hasNumbers && { seen: span, decimals: seen.decimals }),
    ...(range && { proposed: range }),
    ...(types.includes('string') && !enumeration && { longest: { seen: seen.longest, proposed: longestAllowed(seen.longest, margin) } }),
    ...(unit !== undefined && { unit }),
    required: seen.readings === samples && samples >= ENOUGH,
    ...(enumeration && { enumeration }),
    notes: notesOf(seen, types, samples, hasNumbers && !range),
  };
}

/** A whole number is a number as well: where both came, the second covers the first. */
function typesOf({ types }: MetricLearner): ReadingType[] {
  return (['integer', 'number', 'string', 'boolean', 'null'] as const).filter((type) => types.has(type) && !(type === 'integer' && types.has('number')));
}

function enumerationOf({ texts, readings, nulls }: MetricLearner, types: readonly ReadingType[]): string[] | undefined {
  if (!texts || types.some((type) => type !== 'string' && type !== 'null')) return undefined;
  const count = readings - nulls;
  return count >= ENOUGH && texts.size > 1 && texts.size * REPETITIONS <= count ? [...texts.keys()].toSorted() : undefined;
}

function longestAllowed(longest: number, margin: number): number {
  return Math.max(SHORTEST_MAXIMUM, Math.ceil(longest * (1 + margin)));
}

function notesOf(seen: MetricLearner, types: readonly ReadingType[], samples: number, isWithoutRange: boolean): ProposalNote[] {
  const notes: ProposalNote[] = [];
  if (seen.readings < ENOUGH) notes.push('few');
  if (seen.low === seen.high) notes.push('constant');
  if (types.filter((type) => type !== 'null').length > 1) notes.push('types');
  if (seen.units.size > 1) notes.push('units');
  else if (seen.units.size === 1 && seen.withoutUnit > 0) notes.push('someWithoutUnit');
  if (seen.readings < samples) notes.push('sometimes');
  if (isWithoutRange) notes.push('noRange');
  return notes;
}

function schemaOf({ types, proposed, longest, unit, enumeration }: ProposedMetric): MetricSchema {
  const [only] = types;
  if (enumeration) return { enum: types.includes('null') ? [...enumeration, null] : enumeration };
  // Only ever null: nothing is known of what it is.
  if (types.length === 1 && only === 'null') return {};
  return {
    ...(only !== undefined && { type: types.length === 1 ? only : types }),
    ...(proposed && { minimum: proposed.low, maximum: proposed.high }),
    ...(longest && { maxLength: longest.proposed }),
    ...(unit !== undefined && { 'x-unit': unit }),
  };
}
