import type { JsonSchema } from '../book/schema-walk.ts';
import type { Claim } from './claim.ts';
import type { MetricPlace } from './metric-changes.ts';

/** How far values may go in one direction. */
interface Bound {
  /** Infinite when there is none. */
  limit: number;
  /** The limit itself is not allowed. */
  isExclusive: boolean;
}

interface Direction {
  inclusive: string;
  exclusive: string;
  /** 1: the bound is a least value; -1: a greatest. */
  sign: 1 | -1;
  is: string;
}

const DIRECTIONS: readonly Direction[] = [
  { inclusive: 'minimum', exclusive: 'exclusiveMinimum', sign: 1, is: 'now has to be at least' },
  { inclusive: 'maximum', exclusive: 'exclusiveMaximum', sign: -1, is: 'may now be at most' },
  { inclusive: 'minLength', exclusive: '', sign: 1, is: 'now has to have at least so many characters:' },
  { inclusive: 'maxLength', exclusive: '', sign: -1, is: 'may now have at most so many characters:' },
];

/** What changed in the bounds of a metric's value and of its length as a text. */
export function boundChanges(at: MetricPlace, before: JsonSchema, after: JsonSchema): Claim[] {
  return DIRECTIONS.flatMap((direction) => {
    const [former, latter] = [boundOf(before, direction), boundOf(after, direction)];
    const order = compare(former, latter, direction.sign);
    return order === 0 ? [] : [claimOf(at, direction, former, latter, order < 0)];
  });
}

function claimOf({ metric, name, place }: MetricPlace, { inclusive, exclusive, is }: Direction, former: Bound, latter: Bound, isTighter: boolean): Claim {
  const rule = latter.isExclusive || (!Number.isFinite(latter.limit) && former.isExclusive) ? exclusive : inclusive;
  const was = Number.isFinite(former.limit) ? `, and not ${said(former)}` : '';
  const sentence = Number.isFinite(latter.limit) ? `${name} ${is} ${said(latter)}${was}.` : `${name} has no ${rule} any more.`;
  const claim = { place: `${place}/${rule}`, sentence };
  return isTighter ? { ...claim, kind: 'tighter', shownBy: { do: 'set', metric, rules: [inclusive, exclusive] } } : { ...claim, kind: 'looser' };
}

function said({ limit, isExclusive }: Bound): string {
  return isExclusive ? `${limit} without ${limit} itself` : String(limit);
}

/** The stricter of the bound that is allowed itself and the one that is not. */
function boundOf(schema: JsonSchema, { inclusive, exclusive, sign }: Direction): Bound {
  const with_ = { limit: numberOr(schema[inclusive], -sign * Infinity), isExclusive: false };
  const without = { limit: numberOr(schema[exclusive], -sign * Infinity), isExclusive: true };
  return compare(with_, without, sign) < 0 ? without : with_;
}

/** Below 0 when the second allows less than the first. */
function compare(first: Bound, second: Bound, sign: 1 | -1): number {
  if (first.limit === second.limit) return Number.isFinite(first.limit) ? Number(first.isExclusive) - Number(second.isExclusive) : 0;
  return sign * first.limit < sign * second.limit ? -1 : 1;
}

function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}
