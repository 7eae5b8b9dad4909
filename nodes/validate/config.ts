import { DIALECTS } from '../../core/contract/index.ts';
import { choice, number, reference, text } from '../harness/config.ts';
import type { ConfigOf, ConfigSpec } from '../harness/config.ts';

/** What a new node accepts is whatever holds a reading, so that it works when it is dropped on the canvas. */
const ANY_READINGS = `{
  "type": "object",
  "minProperties": 1
}`;

const properties = {
  /** Where the contract stands: in this node, among those of the backend, or in each device's profile. */
  source: choice(['here', 'contract', 'profile'], 'here'),
  backend: reference(),
  contract: text({ default: 'contract', maximumLength: 100 }),
  contractVersion: number({ default: 1, minimum: 1, maximum: 1_000_000, integer: true }),
  schema: text({ default: ANY_READINGS, maximumLength: 1_000_000 }),
  /** What the schema is written in; empty: as its `$schema` says, else JSON Schema 2020-12. */
  dialect: choice(['', ...DIALECTS], ''),
  /** Of the backend's contract. */
  contractId: text({ maximumLength: 100 }),
  /** Whether a new version counts by itself, or `fixedVersion` does until somebody changes it. */
  versionChoice: choice(['newest', 'fixed'], 'newest'),
  fixedVersion: number({ default: 1, minimum: 1, maximum: 1_000_000, integer: true }),
  /** What becomes of a sample that breaks its contract. */
  outcome: choice(['accept', 'coerce', 'quarantine', 'refuse'], 'refuse'),
};

export type ValidateConfig = ConfigOf<typeof properties>;

export const CONFIG: ConfigSpec<typeof properties> = {
  version: 2,
  properties,
  migrations: [(saved) => ({ ...saved, version: 2, source: 'here', outcome: 'refuse' })],
};
