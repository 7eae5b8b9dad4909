import { isSameJson } from '../book/definition.ts';
import type { JsonSchema } from '../book/schema-walk.ts';
import { boundChanges } from './bound-changes.ts';
import type { ChangeKind, Claim } from './claim.ts';
import { SILENT } from './flat-view.ts';
import type { MetricSchema } from './flat-view.ts';

/** A metric, how sentences call it, and where its schema stands. */
export interface MetricPlace {
  metric: string;
  name: string;
  place: string;
}

/** Readings are of these kinds; a number is whole or it is not. */
const KINDS = ['integer', 'fraction', 'string', 'boolean', 'null'] as const;
const CALLED: Record<(typeof KINDS)[number], string> = { integer: 'whole numbers', fraction: 'numbers that are not whole', string: 'texts', boolean: 'true and false', null: 'null' };
/** Compared by what they mean. All others are compared by how they are written. */
const MEANT: ReadonlySet<string> = new Set([
  'type', 'const', 'enum', 'minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'minLength', 'maxLength', 'multipleOf', 'x-unit', 'x-coerce',
]);

/** What changed in what is asked of one metric. */
export function metricChanges(at: MetricPlace, before: MetricSchema, after: MetricSchema): Claim[] {
  if (isSameJson(before, after)) return [];
  const { metric, name, place } = at;
  if (before === false) return [{ place, kind: 'looser', sentence: `${name} was not allowed, and is now.` }];
  if (after === false) return [{ place, kind: 'tighter', sentence: `${name} is not allowed any more.`, shownBy: { do: 'set', metric } }];
  return [...typeChanges(at, before, after), ...valueChanges(at, before, after), ...boundChanges(at, before, after), ...stepChanges(at, before, after), ...unitChanges(at, before, after), ...otherChanges(at, before, after)];
}

function typeChanges({ metric, name, place }: MetricPlace, before: JsonSchema, after: JsonSchema): Claim[] {
  const [former, latter] = [kindsOf(before['type']), kindsOf(after['type'])];
  const gone = KINDS.filter((kind) => former.has(kind) && !latter.has(kind));
  const come = KINDS.filter((kind) => !former.has(kind) && latter.has(kind));
  const say = (kinds: ReadonlyArray<(typeof KINDS)[number]>): string => kinds.map((kind) => CALLED[kind]).join(', ');
  const claims: Claim[] = [];
  if (gone.length > 0) claims.push({ place: `${place}/type`, kind: 'tighter', sentence: `${name} may no longer be of these: ${say(gone)}.`, shownBy: { do: 'set', metric, rules: ['type'] } });
  if (come.length > 0) claims.push({ place: `${place}/type`, kind: 'looser', sentence: `${name} may now be of these too: ${say(come)}.` });
  return claims;
}

function kindsOf(type: unknown): ReadonlySet<string> {
  if (type === undefined) return new Set(KINDS);
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  return new Set(types.flatMap((one) => (one === 'number' ? ['integer', 'fraction'] : [String(one)])));
}

function valueChanges({ metric, name, place }: MetricPlace, before: JsonSchema, after: JsonSchema): Claim[] {
  const [former, latter] = [namedValues(before), namedValues(after)];
  const shownBy = { do: 'set', metric, rules: ['enum', 'const'] } as const;
  const at = `${place}/${'const' in after || ('const' in before && !('enum' in after)) ? 'const' : 'enum'}`;
  if (latter === undefined) return former === undefined ? [] : [{ place: at, kind: 'looser', sentence: `${name} is no longer limited to certain values.` }];
  if (former === undefined) return [{ place: at, kind: 'tighter', sentence: `${name} is now limited to certain values: ${shown(latter)}.`, shownBy }];
  const gone = former.filter((value) => !latter.some((other) => isSameJson(value, other)));
  const come = latter.filter((value) => !former.some((other) => isSameJson(value, other)));
  const claims: Claim[] = [];
  if (gone.length > 0) claims.push({ place: at, kind: 'tighter', sentence: `${name} may no longer be ${shown(gone)}.`, shownBy });
  if (come.length > 0) claims.push({ place: at, kind: 'looser', sentence: `${name} may now be ${shown(come)} too.` });
  return claims;
}

/** The values that are allowed by name; undefined when there is no such list. */
function namedValues(schema: JsonSchema): unknown[] | undefined {
  const listed = schema['enum'];
  const list: unknown[] | undefined = Array.isArray(listed) ? listed : undefined;
  if (!Object.hasOwn(schema, 'const')) return list;
  const value = schema['const'];
  return list === undefined || list.some((one) => isSameJson(one, value)) ? [value] : [];
}

function stepChanges({ metric, name, place }: MetricPlace, before: JsonSchema, after: JsonSchema): Claim[] {
  const [former, latter] = [before['multipleOf'], after['multipleOf']];
  const at = `${place}/multipleOf`;
  if (former === latter) return [];
  if (latter === undefined) return [{ place: at, kind: 'looser', sentence: `${name} no longer has to be a multiple of ${shown([former])}.` }];
  // Only whole numbers divide exactly in the arithmetic of the check.
  const isFiner = typeof former === 'number' && typeof latter === 'number' && Number.isSafeInteger(former) && Number.isSafeInteger(latter) && former % latter === 0;
  const sentence = `${name} now has to be a multiple of ${shown([latter])}${former === undefined ? '' : `, and not of ${shown([former])}`}.`;
  return [isFiner ? { place: at, kind: 'looser', sentence } : { place: at, kind: 'tighter', sentence, shownBy: { do: 'set', metric, rules: ['multipleOf'] } }];
}

function unitChanges({ metric, name, place }: MetricPlace, before: JsonSchema, after: JsonSchema): Claim[] {
  const claims: Claim[] = [];
  const [former, latter] = [before['x-unit'], after['x-unit']];
  if (former !== latter) {
    const at = `${place}/x-unit`;
    if (latter === undefined) claims.push({ place: at, kind: 'looser', sentence: `${name} may now be in other units than ${shown([former])}.` });
    else claims.push({ place: at, kind: 'tighter', sentence: `${name} now has to be in ${shown([latter])}${former === undefined ? '' : `, and not in ${shown([former])}`}.`, shownBy: { do: 'set', metric, rules: ['x-unit'], unit: typeof former === 'string' ? former : 'another unit' } });
  }
  if (!isSameJson(before['x-coerce'], after['x-coerce'])) {
    claims.push({ place: `${place}/x-coerce`, kind: coercionChange(before['x-coerce'], after['x-coerce']), sentence: `How ${name} may be altered to meet the contract has changed, and so has what is left to refuse where a node coerces.` });
  }
  return claims;
}

function coercionChange(before: unknown, after: unknown): ChangeKind {
  const [former, latter] = [before, after].map((one): readonly unknown[] => (Array.isArray(one) ? one : []));
  const mayMore = before === undefined || before === false || (Array.isArray(before) && former?.every((one) => latter?.includes(one)));
  return mayMore === true ? 'looser' : 'unclear';
}

/** What cannot be compared by its meaning. That a rule fell away asks for less, unless others rest on it. */
function otherChanges({ metric, name, place }: MetricPlace, before: JsonSchema, after: JsonSchema): Claim[] {
  const keywords = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((keyword) => !MEANT.has(keyword) && !SILENT.has(keyword) && !isSameJson(before[keyword], after[keyword]));
  return keywords.map((keyword) => {
    const at = `${place}/${keyword}`;
    const isDropped = !Object.hasOwn(after, keyword) && (keyword === 'pattern' || keyword === 'format');
    if (isDropped) return { place: at, kind: 'looser', sentence: `${name} no longer has to meet the ${keyword} ${shown([before[keyword]])}.` };
    const what = !Object.hasOwn(before, keyword) ? 'is new' : !Object.hasOwn(after, keyword) ? 'is gone' : 'has changed';
    return { place: at, kind: 'unclear', sentence: `The rule "${keyword}" of ${name} ${what}.`, shownBy: { do: 'set', metric, rules: [keyword] } };
  });
}

function shown(values: readonly unknown[]): string {
  const first = values.slice(0, 5).map((value) => JSON.stringify(value)?.slice(0, 60) ?? 'nothing').join(', ');
  return values.length > 5 ? `${first} and ${values.length - 5} more` : first;
}
