import type { ErrorObject } from 'ajv';
import { Ajv } from 'ajv';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { ContractError } from './contract-error.ts';
import type { Draft } from './dialect.ts';
import { shown } from './sentence-parts.ts';

type Judge = Pick<Ajv2020, 'validateSchema' | 'errors'>;

const OPTIONS = { strict: false, logger: false, allErrors: true, verbose: true } as const;
const MAKE: Readonly<Record<Draft, () => Judge>> = {
  'draft-07': () => new Ajv(OPTIONS),
  '2019-09': () => new Ajv2019(OPTIONS),
  '2020-12': () => new Ajv2020(OPTIONS),
};
/** Each knows the schema of schemas of its draft, compiled once. */
const judges = new Map<Draft, Judge>();

/** Checks a schema by the metaschema of its draft. Throws ContractError that names the place and the cure. */
export function judgeSchema(schema: Record<string, unknown>, draft: Draft): void {
  const judge = judges.get(draft) ?? MAKE[draft]();
  judges.set(draft, judge);
  // Which metaschema it is, has been decided; ajv knows them under one spelling of their name only.
  const { $schema: _, ...rest } = schema;
  if (judge.validateSchema(rest) !== true) throw wrongValue(judge.errors ?? [], draft);
}

function wrongValue(errors: readonly ErrorObject[], draft: Draft): ContractError {
  // The most deeply nested error is the cause; the others only follow from it.
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length;
  const deepest = errors.reduce<ErrorObject | undefined>((best, error) => (best && depth(best) >= depth(error) ? best : error), undefined);
  const choices = errors.find((error) => error.instancePath === deepest?.instancePath && error.keyword === 'enum') ?? deepest;
  if (!choices) return new ContractError('', `it is not valid JSON Schema ${draft}.`);
  const allowed: unknown = choices.params['allowedValues'];
  const rule = Array.isArray(allowed) ? `it must be one of ${allowed.join(', ')}` : `it ${choices.message ?? 'is not allowed there'}`;
  return new ContractError(choices.instancePath.slice(1).replaceAll('~1', '/').replaceAll('~0', '~'), `it is ${shown(choices.data)}; ${rule}. Correct it.`);
}
