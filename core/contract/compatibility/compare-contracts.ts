import { beginSlice } from '../../clock/slice.ts';
import type { Clock } from '../../clock/clock.ts';
import { isSameJson } from '../book/definition.ts';
import { compileSampleContract } from '../book/sample-contract.ts';
import type { KnownContract, KnownContracts } from '../index.ts';
import type { ChangeKind, Claim } from './claim.ts';
import type { ContractChange, ContractComparison } from './comparison.ts';
import { flatView, metricSchema } from './flat-view.ts';
import type { FlatView } from './flat-view.ts';
import { metricChanges } from './metric-changes.ts';
import { Prover } from './proof.ts';

export interface CompareOptions {
  clock: Clock;
  /** For a `$ref` to other contracts. */
  known?: KnownContracts;
}

/** In milliseconds; then everything else has its turn. */
const SLICE = 5;
/** In milliseconds; what is not shown by a sample until then stays unclear. */
const LONGEST = 5_000;
const MOST_CHANGES = 200;
const ORDER: Record<ChangeKind, number> = { tighter: 0, unclear: 1, looser: 2 };
/** The name of no metric of either contract stands for all of them that they do not name. */
const UNNAMED = 'another_metric';

/**
 * What a version of a contract would refuse that the one before it takes. Both are compared rule by rule, as what they ask of flat samples; each
 * tightening is then shown by a sample that the one takes and the other refuses. What cannot be compared by its meaning is unclear, unless a
 * sample shows it to be tighter.
 *
 * @throws ContractError when one of them is no contract.
 */
export async function compareContracts(before: KnownContract, after: KnownContract, { clock, known }: CompareOptions): Promise<ContractComparison> {
  const compile = (contract: KnownContract): ReturnType<typeof compileSampleContract> => compileSampleContract({ id: 'compared', ...contract, ...(known && { known }) });
  const [former, latter] = [flatView(before), flatView(after)];
  const isLate = beginSlice(clock, LONGEST);
  const prover = await Prover.of({ before: compile(before), after: compile(after), former, latter }, turns(clock));
  const claims = claimsOf(former, latter);
  if (dialectOf(before) !== dialectOf(after)) claims.push({ place: '$schema', kind: 'unclear', sentence: 'The contract is written in another dialect, in which rules may mean something else.' });
  if (claims.length > 0 && [before, after].some(({ schema }) => refersToItself(schema))) claims.push({ place: '$ref', kind: 'unclear', sentence: 'A $ref points into what has changed, or to where it cannot be followed.' });
  const changes: ContractChange[] = [];
  for (const claim of claims.slice(0, MOST_CHANGES)) changes.push(await proven(claim, isLate() ? undefined : prover));
  if (claims.length > MOST_CHANGES) changes.push({ place: '', kind: 'unclear', sentence: `There are ${claims.length - MOST_CHANGES} more changes, which were not looked at.` });
  return { compatible: changes.every(({ kind }) => kind === 'looser'), changes: changes.toSorted((a, b) => ORDER[a.kind] - ORDER[b.kind]) };
}

/** Ends a slice of work when it is time to. */
function turns(clock: Clock): () => Promise<void> {
  let isOver = beginSlice(clock, SLICE);
  return async () => {
    if (!isOver()) return;
    await new Promise<void>((resolve) => void setImmediate(resolve));
    isOver = beginSlice(clock, SLICE);
  };
}

/** A tightening is one when a sample shows it; without a prover none does. */
async function proven({ place, kind, sentence, shownBy }: Claim, prover: Prover | undefined): Promise<ContractChange> {
  const example = shownBy && kind !== 'looser' ? await prover?.proof(shownBy) : undefined;
  if (example) return { place, kind: 'tighter', sentence, example };
  return { place, kind: kind === 'tighter' ? 'unclear' : kind, sentence };
}

function claimsOf(former: FlatView, latter: FlatView): Claim[] {
  return [...requiredChanges(former, latter), ...countChanges(former, latter), ...readingChanges(former, latter), ...restChanges(former, latter)];
}

function requiredChanges(former: FlatView, latter: FlatView): Claim[] {
  const come = [...latter.required].filter((metric) => !former.required.has(metric));
  const gone = [...former.required].filter((metric) => !latter.required.has(metric));
  return [
    ...come.map((metric): Claim => ({ place: `required/${metric}`, kind: 'tighter', sentence: `${metric} is required now.`, shownBy: { do: 'leave-out', metric } })),
    ...gone.map((metric): Claim => ({ place: `required/${metric}`, kind: 'looser', sentence: `${metric} is not required any more.` })),
  ];
}

function countChanges(former: FlatView, latter: FlatView): Claim[] {
  const claims: Claim[] = [];
  if (latter.minProperties > former.minProperties) claims.push({ place: 'minProperties', kind: 'tighter', sentence: `A sample needs at least ${latter.minProperties} metrics now.`, shownBy: { do: 'at-most', metrics: latter.minProperties - 1 } });
  if (latter.minProperties < former.minProperties) claims.push({ place: 'minProperties', kind: 'looser', sentence: `A sample needs at least ${latter.minProperties} metrics now, and not ${former.minProperties}.` });
  if (latter.maxProperties < former.maxProperties) claims.push({ place: 'maxProperties', kind: 'tighter', sentence: `A sample may have at most ${latter.maxProperties} metrics now.`, shownBy: { do: 'at-least', metrics: latter.maxProperties + 1 } });
  if (latter.maxProperties > former.maxProperties) claims.push({ place: 'maxProperties', kind: 'looser', sentence: `A sample may have more than ${former.maxProperties} metrics now.` });
  return claims;
}

function readingChanges(former: FlatView, latter: FlatView): Claim[] {
  const named = new Set([...former.properties.keys(), ...latter.properties.keys()]);
  let unnamed = UNNAMED;
  while (named.has(unnamed)) unnamed += '_';
  // Rules for names and for what no other rule looked at hold for metrics by whether they are named, which is beyond what is compared here.
  const isTangled = [former, latter].some(({ rest }) => rest.has('patternProperties') || rest.has('unevaluatedProperties'));
  const claims = [...named].flatMap((metric) => {
    const place = `properties/${metric}`;
    if (isTangled && former.properties.has(metric) !== latter.properties.has(metric)) return [{ place, kind: 'unclear' as const, sentence: `${metric} is ${latter.properties.has(metric) ? 'named now' : 'no longer named'}, in a contract with rules for metrics that it does not name.`, shownBy: { do: 'set' as const, metric } }];
    return metricChanges({ metric, name: metric, place }, metricSchema(former, metric), metricSchema(latter, metric));
  });
  return [...claims, ...metricChanges({ metric: unnamed, name: 'A metric that is not named', place: 'additionalProperties' }, former.others, latter.others)];
}

function restChanges({ rest: former }: FlatView, { rest: latter }: FlatView): Claim[] {
  const changed = [...new Set([...former.keys(), ...latter.keys()])].filter((keyword) => !isSameJson(former.get(keyword), latter.get(keyword)));
  return changed.map((keyword) => ({ place: keyword, kind: 'unclear', sentence: `The rule "${keyword}" of the contract ${!former.has(keyword) ? 'is new' : !latter.has(keyword) ? 'is gone' : 'has changed'}.` }));
}

function dialectOf({ dialect, schema }: KnownContract): string {
  const named: unknown = typeof schema === 'object' && schema !== null && '$schema' in schema ? schema.$schema : undefined;
  return dialect ?? (typeof named === 'string' ? (/draft-07|2019-09|2020-12/.exec(named)?.[0] ?? named) : '2020-12');
}

/** Whether a reference points elsewhere than to a definition or to another contract, which are compared by themselves. */
function refersToItself(tree: unknown): boolean {
  if (typeof tree !== 'object' || tree === null) return false;
  return Object.entries(tree).some(([keyword, inner]: [string, unknown]) => {
    if (keyword === '$dynamicRef' || keyword === '$recursiveRef') return true;
    if (keyword === '$ref' && typeof inner === 'string') return !/^(?:#\/(?:\$defs|definitions)\/|contract:)/.test(inner);
    return refersToItself(inner);
  });
}
