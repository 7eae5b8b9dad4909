import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import type { RefusalReason, Values } from '../sample/sample.ts';
import { ContractError } from './contract-error.ts';
import { guardedPattern, guardFormats } from './guard.ts';
import { reasonsOf } from './reasons.ts';
import { compileError, readSchema } from './schema.ts';

export { ContractError } from './contract-error.ts';

/** A contract ready to check samples. */
export interface Contract {
  readonly id: string;
  readonly version: number;
  /**
   * Why the values break the contract, at most twenty reasons; empty when they meet it. That empty array is always the same
   * frozen one: meeting a contract allocates nothing.
   */
  check(values: Values): RefusalReason[];
}

/** The language that a schema is written in: a draft of JSON Schema, or JSON Type Definition (RFC 8927). */
export type Dialect = 'draft-07' | '2019-09' | '2020-12' | 'jtd';

/** A version of a contract, as those that know contracts by name give it. */
export interface KnownContract {
  version: number;
  /** As in ContractSource. */
  schema: unknown;
  dialect?: Dialect;
}

/** Finds a contract by its id: that version of it, or the newest when none is asked for; undefined when there is none. */
export type KnownContracts = (id: string, version?: number) => KnownContract | undefined;

export interface ContractSource {
  id: string;
  version: number;
  /** A schema in one of the dialects, as an object or as JSON text. */
  schema: unknown;
  /** What the schema is written in; without it `$schema` says so, and 2020-12 is taken when that is missing too. */
  dialect?: Dialect;
  /** The contracts that a `$ref` to `contract:<id>` or `contract:<id>@<version>` may reach. Without it, none. */
  known?: KnownContracts;
}

/** No reason: the values meet the contract. */
const MET: RefusalReason[] = [];
Object.freeze(MET);

const ENDLESS: RefusalReason = {
  field: '', rule: '$ref', message: 'The contract cannot be checked: a $ref in it leads back to itself without end. Mend the $ref in the contract.',
};

/**
 * Compiles a contract: a JSON Schema (draft 2020-12, with the formats of ajv-formats) over the flat readings of a sample. A keyword
 * or format that does not exist is an error here, since a mistyped rule would never refuse anything. `$ref` reaches only
 * into the schema itself; nothing is fetched. ajv's `$data` extension is off.
 *
 * What is protected: a `pattern` and a `format` are tried on texts of up to 1,024 characters, a longer text fails them untried, and names of
 * metrics are short already. What is not: a pattern whose time grows exponentially, such as `^(a+)+$`, blocks on thirty characters; write
 * patterns without a repetition inside a repetition. Compile schemas of people you trust only.
 *
 * Throws ContractError that names the place in the schema and the cure.
 */
export function compileContract({ id, version, schema: given }: ContractSource): Contract {
  const schema = readSchema(given);
  const text = JSON.stringify(schema);
  // An instance for each contract: `$id`s of one must not be seen by another.
  const ajv = new Ajv2020({
    allErrors: true, verbose: true, messages: false, logger: false, meta: false, validateSchema: false,
    strict: true, strictTypes: false, strictTuples: false, strictRequired: false, allowUnionTypes: true,
    // Else a metric called like a method of every object ("toString") would count as present; it costs time, so only where named.
    ownProperties: Object.getOwnPropertyNames(Object.prototype).some((name) => text.includes(`"${name}"`)),
    code: { regExp: guardedPattern },
  });
  ajvFormats.default(ajv, { keywords: false });
  guardFormats(ajv);
  try {
    const meets = ajv.compile(schema);
    return {
      id,
      version,
      check(values) {
        try {
          return meets(values) ? MET : reasonsOf(meets.errors ?? []);
        } catch (error) {
          if (error instanceof RangeError) return [ENDLESS];
          throw error;
        }
      },
    };
  } catch (error) {
    throw error instanceof ContractError ? error : compileError(error, schema);
  }
}
