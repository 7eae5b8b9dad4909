import type { RefusalReason } from '../sample/sample.ts';
import { draftOf } from './dialect.ts';
import type { Dialect, Draft } from './dialect.ts';
import { Checker } from './json-schema/checker.ts';
import { Compiler } from './json-schema/compiler.ts';
import { isObject } from './json-schema/json.ts';
import { Library } from './json-schema/library.ts';
import type { Document } from './json-schema/library.ts';
import { metaschema } from './json-schema/metaschemas.ts';
import { UNNAMED, withoutFragment } from './json-schema/uri.ts';
import { judgeSchema } from './judge.ts';
import { compileJtd } from './jtd/jtd-compiler.ts';
import { readJtd } from './jtd/jtd-schema.ts';
import { compilePattern } from './pattern/pattern.ts';
import { reasonsOf } from './reasons.ts';
import { copyOfSchema } from './schema-text.ts';

const MOST_STEPS = 1_000_000;
/** Patterns of linear time do a million characters in a tenth of a second. */
const LONGEST_TEXT = 1_000_000;

export interface SchemaOptions {
  /** What the schema is written in where its `$schema` does not say so; 2020-12 without it. */
  dialect?: Dialect;
  /** Schemas that a `$ref` may reach, by their URI. The metaschemas of all drafts are known. Nothing is fetched. */
  schemas?: Readonly<Record<string, unknown>>;
  /** Whether `format` is asserted, and in draft-07 what a text holds (`contentEncoding`, `contentMediaType`); else they are notes, as the drafts say. */
  formats?: boolean;
}

/** A schema ready to check values. Both methods take any JSON value, and never throw. */
export interface CompiledSchema {
  isValid(value: unknown): boolean;
  /** At most twenty reasons why the value does not hold, as those of a contract; empty when it does. */
  check(value: unknown): RefusalReason[];
}

/**
 * Compiles a schema as the drafts of JSON Schema (draft-07, 2019-09, 2020-12) and RFC 8927 say: unknown keywords are notes, `format` asserts only when
 * asked for. A schema for a device's readings is compileContract's, which refuses what is mistyped. `schema` is an object, true or false, or JSON text.
 *
 * Bounds: two million characters; 500 levels; a million schemas looked at for one value, beyond which it does not hold, with a reason that says so. A `pattern` that
 * neither V8 nor the linear engine is certain to do in time, and a `format`, are tried on texts of up to 1,024 characters only.
 *
 * Throws ContractError for what is no schema by its metaschema, a pattern that is none, and a reference that leads nowhere.
 */
export function compileSchema(schema: unknown, { dialect = '2020-12', schemas = {}, formats = false }: SchemaOptions = {}): CompiledSchema {
  const copy = copyOfSchema(schema);
  const named = isObject(copy) ? draftOf(copy['$schema']) : undefined;
  const checker = dialect === 'jtd' && named === undefined
    ? new Checker(compileJtd(readJtd(copy)), MOST_STEPS)
    : jsonSchemaChecker({ schema: copy, draft: named ?? (dialect === 'jtd' ? '2020-12' : dialect) }, schemas, formats);
  return {
    isValid: (value) => checker.holds(value),
    check: (value) => (checker.holds(value) ? [] : reasonsOf(checker.findings(value))),
  };
}

function jsonSchemaChecker({ schema, draft }: Document & { draft: Draft }, schemas: Readonly<Record<string, unknown>>, assertsFormats: boolean): Checker {
  const given = new Map(Object.entries(schemas).map(([uri, other]) => [withoutFragment(uri), other]));
  const library = new Library((uri) => {
    const other = given.get(uri);
    return other === undefined ? metaschema(uri) : { schema: copyOfSchema(other) };
  });
  const resource = library.add(UNNAMED, { schema }, draft);
  if (isObject(schema)) judgeSchema(schema, resource.rules.draft);
  const compiler = new Compiler(library, { assertsFormats, pattern: (source) => compilePattern(source, { longest: LONGEST_TEXT, allowBacktracking: true }) });
  return new Checker(compiler.compile(resource.root, resource), MOST_STEPS);
}
