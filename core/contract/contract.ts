import type { RefusalReason, Values } from '../sample/sample.ts';
import { readAuthored } from './authored-schema.ts';
import { ContractError } from './contract-error.ts';
import type { Dialect } from './dialect.ts';
import { Checker } from './json-schema/checker.ts';
import { Compiler, UnknownReference } from './json-schema/compiler.ts';
import { isObject } from './json-schema/json.ts';
import { Library } from './json-schema/library.ts';
import { UNNAMED } from './json-schema/uri.ts';
import { compileJtd } from './jtd/jtd-compiler.ts';
import { readJtd } from './jtd/jtd-schema.ts';
import { knownContract } from './known-contracts.ts';
import type { KnownContracts } from './known-contracts.ts';
import { boundedPatterns } from './pattern/pattern.ts';
import { reasonsOf } from './reasons.ts';

/** A contract ready to check samples. */
export interface Contract {
  readonly id: string;
  readonly version: number;
  /**
   * Why the values break the contract, at most twenty reasons; empty when they meet it. That empty array is always the same
   * frozen one: meeting a contract allocates nothing. Never throws.
   */
  check(values: Values): RefusalReason[];
}

export interface ContractSource {
  id: string;
  version: number;
  /** A schema in one of the dialects, as an object or as JSON text. */
  schema: unknown;
  /** What the schema is written in; without it `$schema` says so, and 2020-12 is taken when that is missing too. */
  dialect?: Dialect | undefined;
  /** The contracts that a `$ref` to `contract:<id>` or `contract:<id>@<version>` may reach. Without it, none. */
  known?: KnownContracts | undefined;
}

/** No reason: the values meet the contract. */
const MET: RefusalReason[] = [];
Object.freeze(MET);

/** Steps for one sample: some milliseconds at most, beyond what a contract for flat readings needs. */
const MOST_STEPS = 200_000;
/** As many metrics as a device may have state for. */
const TRIED_METRICS = 200;

/**
 * Compiles a contract: a JSON Schema (draft-07, 2019-09 or 2020-12, with formats asserted) or a JSON Type Definition over the flat readings of a
 * sample. A keyword or format that does not exist is an error here, since a mistyped rule would never refuse anything. `$ref` reaches only
 * into the schema itself and to known contracts; nothing is fetched.
 *
 * What is protected: every `pattern` runs in time linear to the text, or with its square at most, on texts of up to 1,024 characters (a longer one fails
 * untried; see compilePattern); a schema whose `$ref`s multiply or lead back to themselves is refused here.
 *
 * Throws ContractError that names the place in the schema and the cure.
 */
export function compileContract({ id, version, schema, dialect, known }: ContractSource): Contract {
  const checker = checkerOf(schema, dialect, known);
  return { id, version, check: (values) => (checker.holds(values) ? MET : reasonsOf(checker.findings(values))) };
}

function checkerOf(given: unknown, dialect: Dialect | undefined, known: KnownContracts | undefined): Checker {
  const pattern = boundedPatterns();
  const read = readAuthored(given, dialect, pattern);
  if ('jtd' in read) return new Checker(compileJtd(readJtd(read.jtd)), MOST_STEPS);
  const library = new Library((uri) => knownContract(uri, known, pattern));
  const resource = library.add(UNNAMED, read, read.draft);
  try {
    const root = new Compiler(library, { assertsFormats: true, pattern }).compile(resource.root, resource);
    const checker = new Checker(root, MOST_STEPS);
    tryOut(checker, read.schema);
    return checker;
  } catch (error) {
    throw error instanceof UnknownReference ? error.movedTo(placeOf(read.schema, error.schema) ?? error.place) : error;
  }
}

/** Checks samples that reach all rules for the sample and for its first metrics, so that what cannot be checked in time is refused now. */
function tryOut(checker: Checker, schema: Record<string, unknown>): void {
  const names = isObject(schema['properties']) ? Object.keys(schema['properties']).slice(0, TRIED_METRICS) : [];
  for (const values of [{}, Object.fromEntries(names.map((name) => [name, null]))]) {
    const { kept: [first] } = checker.findings(values);
    if (first?.keyword === '$ref') throw new ContractError('', 'a $ref in it leads back to itself without end. Mend the $ref.');
    if (first?.keyword === 'limit') throw new ContractError('', `it asks for more than ${MOST_STEPS} steps for one sample. Take $refs and alternatives out that multiply.`);
  }
}

/** Where a schema's `$ref` stands in another. */
function placeOf(tree: unknown, schema: Record<string, unknown>): string | undefined {
  if (tree === schema) return '$ref';
  if (typeof tree !== 'object' || tree === null) return undefined;
  for (const [name, inner] of Object.entries(tree)) {
    const place = placeOf(inner, schema);
    if (place !== undefined) return `${name}/${place}`;
  }
  return undefined;
}
